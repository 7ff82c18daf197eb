"""Farms for benchmarks: wired as a user has them, with the settings' own defaults, and a renderer that renders nothing.

The machine is shared and noisy: whoever uses these measures a baseline in the same run, in turns with ours.
"""

import shlex
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from render_manager.config import Settings
from render_manager.domain.entities import RenderTask
from render_manager.domain.states import FINAL, TaskStatus
from render_manager.messaging.embedded_redis import EmbeddedRedis
from render_manager.store.engine import open_engine
from render_manager.store.migrate import upgrade
from tests.support.farm import QUICK, Farm, open_farm, wait_until
from tests.support.servers import Postgres

DATABASES = ("sqlite", "postgresql")
#: A project that lies in the object store before anything is measured: submitting it uploads nothing.
KEY = "benchmark/scene.blend"
STAND_IN = Path(__file__).parent.parent / "support" / "standins" / "blender.py"
#: Seconds between two looks whether a task is done. Looking costs time that the farm then lacks.
_LOOK_EVERY = 0.25
TIMEOUT = 300.0


@contextmanager
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="render-manager-bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def redis_in(folder: Path) -> Iterator[str]:
    """A Redis of the farm, with nothing of the embedded one's about it but how it is started; its URL."""
    server = EmbeddedRedis(folder / "redis")
    yield server.join()
    server.leave()


@contextmanager
def farm_on(database: str, *, workers: int = 1, **environment: str) -> Iterator[Farm]:
    """One machine's embedded farm on SQLite, or a configured one on PostgreSQL, whose commits reach the disk."""
    with ExitStack() as stack:
        folder = stack.enter_context(scratch())
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name in Settings.model_fields:
            patch.delenv(name.upper(), raising=False)
        if database == "postgresql":
            url = stack.enter_context(stack.enter_context(Postgres(durable=True)).database())
            migrate(url)
            redis_url = stack.enter_context(redis_in(folder))
            environment = {"DATABASE_URL": url, "REDIS_URL": redis_url, **environment}
        defaults = {name: str(Settings.model_fields[name.lower()].default) for name in QUICK}
        environment = {**defaults, "BLENDER_EXECUTABLE": str(stand_in(folder)), **environment}
        farm = stack.enter_context(open_farm(folder / "home", environment, workers))
        scene = folder / "scene.blend"
        scene.write_bytes(b"BLENDER-v402" + bytes(4096))
        farm.program.objects.upload(scene, KEY)
        wait_until(lambda: len(farm.services.queries.workers()) == workers)
        yield farm


def migrate(url: str) -> None:
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()


def stand_in(folder: Path) -> Path:
    """The stand-in for Blender, started as fast as a Python program can be: by the interpreter itself, where
    ``python3`` or that of a virtual environment is a launcher, and as a module, which is compiled once."""
    script = folder / "blender"
    run = f"import sys; sys.path.insert(0, {str(STAND_IN.parent)!r}); import blender; sys.exit(blender.main())"
    command = shlex.join([getattr(sys, "_base_executable", sys.executable), "-IS", "-c", run])
    script.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return script


def completed(farm: Farm, task: RenderTask) -> RenderTask:
    """The task when all its frames are completed; fails when they will not be."""
    deadline = time.monotonic() + TIMEOUT
    while (now := farm.program.store.task(task.id)).status not in FINAL:
        assert time.monotonic() < deadline, f"Not done within {TIMEOUT:.0f} s: {now.counts}"
        time.sleep(_LOOK_EVERY)
    assert now.status is TaskStatus.COMPLETED, f"{now.status}: {now.error_message}"
    return now


def share(values: Sequence[float], part: float) -> float:
    """The value that ``part`` (0–1) of all are not above."""
    return sorted(values)[min(int(part * len(values)), len(values) - 1)]
