"""A whole farm for tests: the program with embedded services and real worker processes."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from render_manager.bootstrap import Program
from render_manager.config import load_settings
from render_manager.domain.entities import RenderFrame, RenderSpec, RenderTask
from render_manager.domain.states import FINAL
from render_manager.services.queries import TaskRow

#: Quick enough for tests, slow enough for a loaded machine.
QUICK = {"HEARTBEAT_SECONDS": "1", "LEASE_SECONDS": "6"}


def wait_until(condition: Callable[[], object], timeout: float = 60.0) -> None:
    """Poll until the condition is true; fails the test when it does not become so in time."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"Not so within {timeout:.0f} s: {condition}")
        time.sleep(0.02)


class Farm:
    """An open program and shortcuts to what tests do with it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.services = program.services

    def submit(self, path: Path | str, frames: str = "1-2", **fields: object) -> RenderTask:
        spec = RenderSpec(**{"path": str(path), "engine": "blender", "frames": frames, "unionid": "li"} | fields)
        return self.services.submission.submit(spec)

    def row(self, task: RenderTask) -> TaskRow:
        return self.services.queries.task(task.id)

    def settled(self, task: RenderTask, timeout: float = 60.0) -> TaskRow:
        wait_until(lambda: self.row(task).task.status in FINAL, timeout)
        return self.row(task)

    def render(self, path: Path | str, frames: str = "1-2", **fields: object) -> TaskRow:
        return self.settled(self.submit(path, frames, **fields))

    def log(self, frame: RenderFrame) -> str:
        """All of the frame's log."""
        file = self.services.logs.find(frame)
        data, size = b"", 1
        while len(data) < size:
            part = file.read(len(data), 1_000_000)
            data, size = data + part.data, part.size
        return data.decode("utf-8", "replace")

    def workspace(self, task: RenderTask) -> Path:
        return self.program.settings.workspace_root / task.unionid / task.id


@contextmanager
def open_farm(home: Path, environment: Mapping[str, str] = {}, workers: int = 1) -> Iterator[Farm]:
    """A farm in ``home``, with these settings in the environment for itself and its workers."""
    empty = home.parent / f"{home.name}.env"
    empty.touch()
    with pytest.MonkeyPatch.context() as patch:
        names = {"RENDER_MANAGER_HOME": str(home), "RENDER_MANAGER_ENV_FILE": str(empty), **QUICK, **environment}
        for name, value in names.items():
            patch.setenv(name, value)
        with Program(load_settings(), serve=True) as program:
            for _ in range(workers):
                program.services.local_workers.start()
            yield Farm(program)
