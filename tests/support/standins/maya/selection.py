"""What of a scene is rendered, by its own settings and the command line, and into which files."""

import os

from tests.support.standins.maya import behaviours, naming
from tests.support.standins.maya.failures import Failed, NotDoneHere
from tests.support.standins.maya.flags import CommandLine, sequence
from tests.support.standins.maya.scene import Scene


class Selection:
    """Layers, cameras, frames and files of one run.

    Raises:
        Failed: the scene has not what was asked for.
        NotDoneHere: only the real program can do that.
    """

    def __init__(self, line: CommandLine, scene: Scene, path: str) -> None:
        self.line = line
        self.scene = scene
        self.name = os.path.splitext(os.path.basename(path))[0]
        self._refuse_what_is_not_done()
        self.renderer = scene.renderer if line.text("r", "file") == "file" else line.flags["r"]
        self.cameras = self._cameras()
        self.layers = self._layers()
        self.frames = self._frames()
        self.format = line.text("of", scene.format)
        self.size = self._size()
        self._folder = os.path.abspath(line.text("rd", "") or self._images_of_project())

    def paths(self, position: int, layer: str, camera: str) -> list[str]:
        """The images of the frame at this position: one, or one for each pass."""
        line = self.line
        number = self.frames[position]
        if "rfs" in line.flags:
            number = int(line.number("rfs", 1) + position * line.number("rfb", 1))
        suffix = behaviours.SUFFIXES.get(self.format, self.format)
        values = {
            "scene": self.name,
            "layer": layer,
            "camera": camera,
            "version": self.scene.version_label,
            "extension": suffix,
        }
        separate = [] if self.scene.merge_aovs else self.scene.aovs
        names = [
            naming.image_path(
                line.text("im", "") or self.scene.prefix or self.name,
                line.integer("fnc", self.scene.naming),
                frame=behaviours.digits(number, line.integer("pad", self.scene.padding)),
                suffix=suffix,
                values={**values, "pass": name},
                folders=self._folders(),
            )
            for name in ("beauty", *separate)
        ]
        return [os.path.join(self._folder, name).replace(os.sep, "/") for name in names]

    def _refuse_what_is_not_done(self) -> None:
        for name, refused in (
            ("reg", True),
            ("rt", self.line.text("rt", "0") != "0"),
            ("of", self.line.text("of", "") in ("deepexr", "maya")),
        ):
            if name in self.line.flags and refused:
                raise NotDoneHere(f"-{name}")

    def _size(self) -> tuple[int, int]:
        width, height = self.scene.resolution
        width, height = self.line.integer("x", width), self.line.integer("y", height)
        scale = self.line.number("percentRes", 100) / 100
        return max(round(width * scale), 1), max(round(height * scale), 1)

    def _cameras(self) -> list[str]:
        cameras = [self.line.flags["cam"]] if "cam" in self.line.flags else list(self.scene.cameras)
        known = {*self.scene.cameras, *behaviours.DEFAULT_CAMERAS}
        wrong = [camera for camera in cameras if camera not in known]
        if not cameras or wrong:
            raise Failed("no_camera", camera=wrong[0] if wrong else None)
        return cameras

    def _layers(self) -> list[str]:
        """Those to render, by the names of their folders."""
        asked = self.line.text("rl", "true")
        if asked.lower() in ("true", "on", "yes", "1"):
            asked = ",".join(self.scene.layers)
        default = (behaviours.DEFAULT_LAYER, behaviours.DEFAULT_LAYER_FOLDER)
        if asked.lower() in ("false", "off", "no", "0"):
            asked = behaviours.DEFAULT_LAYER
        layers = [behaviours.DEFAULT_LAYER_FOLDER if name in default else name for name in asked.split(",")]
        for layer in layers:
            if layer not in (*self.scene.layers, behaviours.DEFAULT_LAYER_FOLDER):
                raise Failed("no_layer", layer=layer)
        # These can't be found any more: what is rendered is the wrong one, which is not counted as a failure.
        legacy = self.scene.legacy_layers and self.scene.render_setup
        return [behaviours.DEFAULT_LAYER_FOLDER] if legacy else layers

    def _frames(self) -> list[int]:
        if "seq" in self.line.flags:
            frames = sequence(self.line.flags["seq"])
        else:
            start, end = self.line.number("s", self.scene.start), self.line.number("e", self.scene.end)
            step = self.line.number("b", self.scene.by)
            if step <= 0 or any(value % 1 for value in (start, end, step)):
                raise NotDoneHere("frames between whole ones, or backwards")
            frames = list(range(int(start), int(end) + 1, int(step)))
        # Without a number in the name there is place for one image only.
        return frames if naming.numbered(self.line.integer("fnc", self.scene.naming)) else frames[:1]

    def _images_of_project(self) -> str:
        home = os.environ.get("MAYA_APP_DIR") or os.path.join(os.path.expanduser("~"), "maya")
        project = self.line.text("proj", "") or os.path.join(home, "projects", "default")
        rule = "images"
        try:
            with open(os.path.join(project, "workspace.mel"), encoding="utf-8") as file:
                for line in file:
                    words = line.replace(";", " ").split('"')
                    if line.lstrip().startswith("workspace -fr") and words[1:2] == ["images"]:
                        rule = words[3]
        except OSError:
            pass  # a folder without its definition is a project, too
        return os.path.join(project, rule)

    def _folders(self) -> tuple[str, ...]:
        layers = ("layer",) if self.scene.render_setup or len(self.scene.layers) > 1 else ()
        passes = ("pass",) if self.scene.aovs and not self.scene.merge_aovs else ()
        return (*layers, *(("camera",) if len(self.cameras) > 1 else ()), *passes)
