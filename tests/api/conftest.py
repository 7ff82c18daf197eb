"""Farms as Python opens them: this machine's own, and a configured one; and the program as other programs find it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from render_manager import connect
from render_manager.api import Farm, Setting
from render_manager.store.engine import open_engine
from render_manager.store.migrate import upgrade
from tests.support.servers import Postgres
from tests.support.standin_farm import STANDIN

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
SCENES = ROOT / "tests" / "scenes"


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    """What the stand-in takes for a scene."""
    path = tmp_path / "shot.blend"
    path.write_bytes(b"BLENDER-v402" + b"\0" * 100)
    return path


@pytest.fixture
def own(tmp_path: Path) -> dict[str, Setting]:
    """Settings for a farm of this machine alone, whose Blender is the stand-in."""
    return {
        "render_manager_home": tmp_path / "farm",
        "blender_executable": STANDIN,
        "heartbeat_seconds": 1,
        "lease_seconds": 6,
        "default_user": "li",
    }


@pytest.fixture(params=["own", "configured"])
def farm(request: pytest.FixtureRequest, own: dict[str, Setting], tmp_path: Path) -> Iterator[Farm]:
    if request.param == "own":
        with connect(serve=True, **own) as farm:
            yield farm
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    with postgres.database() as url:
        engine = open_engine(url)
        upgrade(engine)
        engine.dispose()
        given = {
            **own,
            "render_manager_home": "",
            "database_url": url,
            "redis_url": request.getfixturevalue("redis_url"),
        }
        file = tmp_path / "farm.env"
        file.write_text("".join(f"{name.upper()}={value}\n" for name, value in given.items()), encoding="utf-8")
        with _worker(file), connect(file) as farm:
            yield farm


@contextmanager
def _worker(env_file: Path) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "workers", "--name", "node07"],
        env={**os.environ, "RENDER_MANAGER_ENV_FILE": str(env_file)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`render-manager`, named by the environment, as one that brings its own Python along."""
    if os.name == "nt":
        path = tmp_path / "render-manager.cmd"
        path.write_text(f'@set "PYTHONPATH={ROOT}"\n@"{sys.executable}" -m render_manager %*\n')
    else:
        path = tmp_path / "render-manager"
        path.write_text(f'#!/bin/sh\nexport PYTHONPATH="{ROOT}"\nexec "{sys.executable}" -m render_manager "$@"\n')
        path.chmod(0o755)
    monkeypatch.setenv("RENDER_MANAGER", str(path))
    return path


@pytest.fixture
def examples(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where they can be imported from, as if each test did it for the first time."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    for file in EXAMPLES.glob("*.py"):
        monkeypatch.delitem(sys.modules, file.stem, raising=False)
    return EXAMPLES
