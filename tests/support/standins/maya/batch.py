"""What mayabatch does: start up, open the scene and render its layers, cameras and frames, or fail as it is told."""

import os
import time

from tests.support.standins.maya import behaviours, system
from tests.support.standins.maya.failures import Failed, NotDoneHere
from tests.support.standins.maya.flags import CommandLine
from tests.support.standins.maya.output import Output
from tests.support.standins.maya.scene import Scene, SceneError
from tests.support.standins.maya.selection import Selection
from tests.support.standins.maya.settings import Settings
from tests.support.standins.maya.steps import render, start


class Batch:
    """One run of mayabatch."""

    def __init__(self, line: CommandLine, version: int, settings: Settings) -> None:
        assert line.scene is not None
        self.line = line
        self.path = os.path.abspath(line.scene)
        self.version = version
        self.settings = settings
        self.out = Output(settings)
        self.mel = os.path.join(system.temporary_folder(), f"ASTMP{os.urandom(3).hex()}.mel")

    def run(self) -> int:
        """Render everything. The exit code."""
        if log := self.line.text("log", ""):
            self.out.copy_to(log)
        code = start(self.settings, self.out)
        if code:
            return code
        with open(self.mel, "w", encoding="utf-8") as file:
            file.write(f'// stand-in: render "{self.path}"\n')
        try:
            self._render(self._open())
        except Failed as failure:
            code = failure.code
            self.out.error(failure.key, mel=self.mel, scene=self.path, **failure.values)
            self.out.error("failed", mel=self.mel, scene=self.path)
        except NotDoneHere as what:
            self.out.say(f"The stand-in can't do this: {what}", 2)
            return behaviours.NOT_DONE_HERE
        else:
            self.out.maya("completed", scene=self.path)
        finally:
            os.unlink(self.mel)
        self.out.maya("exited", code=code)
        return code

    def _open(self) -> Scene:
        started = time.monotonic()
        if not os.path.isfile(self.path):
            raise Failed("no_scene")
        if "ehl" in self.line.flags and self.version >= 2024:
            raise Failed("broken_flag")
        project = self.line.text("proj", "")
        if project and not os.path.isdir(project):
            raise Failed("no_project", path=project)
        try:
            scene = Scene(self.path)
        except SceneError:
            raise Failed("no_maya_file") from None
        if scene.version > self.version:
            raise Failed("newer", version=scene.version)
        self.out.maya("file_read", seconds=(time.monotonic() - started) * self.settings.speed)
        self.out.maya("result", scene=self.path)
        return scene

    def _render(self, scene: Scene) -> None:
        line, out, settings = self.line, self.out, self.settings
        out.verbosity = line.integer("ai:lve", behaviours.VERBOSITY)
        out.arnold_console = line.switch("ai:ltc", True)
        if line.switch("ai:ltf", True) and (log := line.text("ai:lfn", "")):
            out.arnold_to(log)
        if settings.mode == "no_camera":
            raise Failed("no_camera", camera=None)
        selection = Selection(line, scene, self.path)
        if scene.legacy_layers and scene.render_setup:
            out.error("legacy_layers")
        if "test" in line.flags:
            out.say(f"// would render {selection.frames} of {selection.layers} through {selection.cameras}")
            return
        render(selection, settings, out)
