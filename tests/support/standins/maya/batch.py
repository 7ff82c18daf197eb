"""What mayabatch does: start up, open the scene and render its layers, cameras and frames, or fail as it is told."""

import os
import time

from tests.support.standins.maya import behaviours, system
from tests.support.standins.maya.failures import Failed, NotDoneHere
from tests.support.standins.maya.flags import CommandLine
from tests.support.standins.maya.frame import Frame
from tests.support.standins.maya.output import Output
from tests.support.standins.maya.scene import Scene, SceneError
from tests.support.standins.maya.selection import Selection
from tests.support.standins.maya.settings import Settings


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
        code = self._initialize()
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

    def _initialize(self) -> int:
        """Start up; the exit code if Maya does not even get that far."""
        if os.environ.get("PYTHONPATH") or os.environ.get("PYTHONHOME"):
            self.out.say(self.out.text("foreign_python"), 2)
            return behaviours.NOT_INITIALIZED
        home = os.environ.get("MAYA_APP_DIR")
        if home and not system.is_writable(home):
            self.out.say(self.out.text("not_writable"), 2)
            return behaviours.NOT_INITIALIZED
        for position, (stream, text) in enumerate(behaviours.CHATTER):
            # Libraries end their lines as they like.
            self.out.say(text, stream, end="\r\n" if position == len(behaviours.CHATTER) - 1 else "")
        if self.settings.mode == "licence_wait":
            time.sleep(self.settings.licence_wait)
            self.out.error("no_licence")
            return behaviours.LICENCE_REFUSED
        time.sleep(self.settings.startup)
        return behaviours.OK

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
        for layer in selection.layers:
            shade = scene.layers.index(layer) * 10 if layer in scene.layers else 0
            for position, frame in enumerate(selection.frames):
                for camera in selection.cameras:
                    paths = selection.paths(position, layer, camera)
                    if line.switch("skipExistingFrames", False) and os.path.exists(paths[0]):
                        out.say(behaviours.SKIPPING.format(path=paths[0]))
                        continue
                    if "seq" in line.flags:
                        values = {"frame": frame, "position": position + 1, "count": len(selection.frames)}
                        out.say(behaviours.SEQUENCE_FRAME.format(**values, camera=camera, layer=layer))
                    colour = (frame % 256, shade, 128)
                    wrong = settings.mode if settings.frame in (None, frame) else ""
                    Frame(selection, settings, out, paths, colour, wrong).render()
                    if settings.frame is None:
                        settings.mode = ""  # it goes wrong once
