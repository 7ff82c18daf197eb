"""A farm whose Maya is the stand-in."""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from render_manager.domain.entities import RenderFrame, RenderTask
from render_manager.domain.failures import FailureClass
from tests.support.farm import Farm, open_farm, wait_until
from tests.support.standins.maya_scene import MAYAPY, RENDER, make_scene


class MayaFarm(Farm):
    """A farm whose Maya does what the test says, from one process to the next."""

    def __init__(self, farm: Farm, folder: Path) -> None:
        super().__init__(farm.program)
        self.folder = folder
        self._orders = folder / "orders.sh"

    def order(self, **environment: object) -> None:
        """What the stand-in's next processes are told (MAYA_STANDIN_…)."""
        lines = [f"export MAYA_STANDIN_{name.upper()}={shlex.quote(str(value))}" for name, value in environment.items()]
        self._orders.write_text("\n".join(lines) + "\n")

    def scene(self, name: str = "shot.ma", *, maya: int = 2024, **fields: object) -> Path:
        return make_scene(self.folder / name, maya=maya, **fields)

    def submit(self, path: Path | str, frames: str = "1-3", **fields: object) -> RenderTask:
        return super().submit(path, frames, **{"engine": "maya", "max_attempts": 1, **fields})

    def frames(self, task: RenderTask) -> list[RenderFrame]:
        return self.services.queries.frames(task.id)

    def states(self, task: RenderTask) -> str:
        return "".join(frame.status.value[0] for frame in self.frames(task))

    def failure(self, task: RenderTask, number: int) -> FailureClass | None:
        return self.services.queries.frame(task.id, number).failure

    def starts(self, scene: str) -> int:
        """How many processes opened the scene, where they were ordered to note it by ``state=maya.folder``."""
        return len((self.folder / f"{scene}.starts").read_text().splitlines())


@contextmanager
def open_maya_farm(folder: Path) -> Iterator[MayaFarm]:
    """A farm with an installation below ``folder`` that is the stand-in."""
    programs = folder / "maya2024" / "bin"
    programs.mkdir(parents=True)
    for name, script in (("Render", RENDER), ("mayapy", MAYAPY)):
        run = shlex.join([sys.executable, "-IS", str(script)])
        program = programs / name
        program.write_text(f'#!/bin/sh\n. {shlex.quote(str(folder / "orders.sh"))}\nexec {run} "$@"\n')
        program.chmod(0o755)
    with open_farm(folder / "home", {"MAYA_EXECUTABLE": str(programs / "Render")}) as plain:
        farm = MayaFarm(plain, folder)
        farm.order()
        wait_until(lambda: farm.services.queries.workers())
        yield farm


def mayas() -> list[psutil.Process]:
    """The processes of the stand-in."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(part.endswith((RENDER.name, MAYAPY.name, "mayabatch")) for part in process.info["cmdline"] or ())
    ]
