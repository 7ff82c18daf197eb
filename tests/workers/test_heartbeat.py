"""A worker's sign of life goes out whatever its host is like."""

import shutil
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from render_manager.bootstrap import Program
from render_manager.config import load_settings
from tests.store.samples import worker
from workers.heartbeat import Heartbeat
from workers.janitor import Janitor
from workers.workspace import Workspaces


def test_a_disk_that_can_t_be_looked_at_does_not_make_a_worker_look_dead(tmp_path: Path) -> None:
    with Program(load_settings(), serve=False) as program:
        workspaces, profile = Workspaces(program.settings, program.objects), worker("w1")
        owner: Any = SimpleNamespace(profile=profile, stopping=threading.Event())
        beat = Heartbeat(
            owner,
            program.services.workers,
            program.store,
            program.queue,
            every=5.0,
            free_disk=workspaces.free_disk,
            janitor=Janitor(program.services.cleanup, workspaces, profile.host, program.store),
        ).beat
        program.services.workers.register(profile)
        workspaces.root.mkdir(parents=True)
        beat()
        (before,) = program.services.queries.workers()
        assert before.load.disk_free
        shutil.rmtree(workspaces.root)  # as a share that is away
        beat()
        (after,) = program.services.queries.workers()
        assert after.last_seen_at > before.last_seen_at
        assert (after.load.disk_free, after.load.disk_low) == (None, False)
