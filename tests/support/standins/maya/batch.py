"""What mayabatch does: open the scene and render its layers, cameras and frames, or fail as it is told."""

import os
import signal
import time

from tests.support.standins.maya import behaviours, images, naming
from tests.support.standins.maya.flags import CommandLine, sequence
from tests.support.standins.maya.output import ERROR, WARNING, Output
from tests.support.standins.maya.scene import Scene, SceneError
from tests.support.standins.maya.settings import Settings

#: No process stays for ever, should whoever started it forget to end it.
_FOR_EVER = 3600
_OLD = 1_000_000_000  # September 2001


class Failed(Exception):
    """What MEL reports; all but the last lines is said already."""

    def __init__(self, code: int = behaviours.MEL_FAILED) -> None:
        self.code = code
        super().__init__(code)


class NotDoneHere(Exception):
    """The real program can do this, the stand-in can't."""


class Batch:
    """One run of mayabatch."""

    def __init__(self, line: CommandLine, version: int, settings: Settings) -> None:
        assert line.scene is not None
        self.line = line
        self.path = os.path.abspath(line.scene)
        self.version = version
        self.settings = settings
        self.out = Output(settings)
        self.mel = os.path.join(_temporary(), f"ASTMP{os.urandom(3).hex()}.mel")
        self.scene: Scene

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
            self._open()
            self._render()
        except Failed as failure:
            code = failure.code
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

    # --- getting ready ---

    def _initialize(self) -> int:
        """Start up; the exit code if Maya does not even get that far."""
        if os.environ.get("PYTHONPATH") or os.environ.get("PYTHONHOME"):
            self.out.say(self.out.text("foreign_python"), 2)
            return behaviours.NOT_INITIALIZED
        home = os.environ.get("MAYA_APP_DIR")
        if home and not _writable(home):
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

    def _open(self) -> None:
        started = time.monotonic()
        if not os.path.isfile(self.path):
            self._fail("no_scene", mel=self.mel, scene=self.path)
        if "ehl" in self.line.flags and self.version >= 2024:
            self._fail("broken_flag", mel=self.mel)
        project = self.line.text("proj", "")
        if project and not os.path.isdir(project):
            self._fail("no_project", mel=self.mel, path=project)
        try:
            self.scene = Scene(self.path)
        except SceneError:
            self._fail("no_maya_file", mel=self.mel, scene=self.path)
        if self.scene.version > self.version:
            self._fail("newer", mel=self.mel, scene=self.path, version=self.scene.version)
        self.out.maya("file_read", seconds=(time.monotonic() - started) * self.settings.speed)
        self.out.maya("result", scene=self.path)

    def _fail(self, key: str, **values: object) -> None:
        self.out.error(key, **values)
        raise Failed

    # --- what is rendered ---

    def _render(self) -> None:
        self._refuse_what_is_not_done()
        renderer = self.line.text("r", "file")
        self.renderer = self.scene.renderer if renderer == "file" else renderer
        self.out.verbosity = self.line.integer("ai:lve", behaviours.VERBOSITY)
        self.out.arnold_console = self.line.switch("ai:ltc", True)
        if self.line.switch("ai:ltf", True) and (log := self.line.text("ai:lfn", "")):
            self.out.arnold_to(log)
        cameras = self._cameras()
        layers = self._layers()
        if self.scene.legacy_layers and self.scene.render_setup:
            self.out.error("legacy_layers")
            layers = [behaviours.DEFAULT_LAYER_FOLDER]
        frames = self._frames()
        if "test" in self.line.flags:
            self.out.say(f"// would render {frames} of {layers} through {cameras}")
            return
        folder = self.line.text("rd", "") or self._images_of_project()
        folder = os.path.abspath(folder)
        for layer in layers:
            for position, frame in enumerate(frames):
                for camera in cameras:
                    folders = self._folders(cameras)
                    names = self._names(frame, position, layer, camera, folders)
                    paths = [os.path.join(folder, name).replace(os.sep, "/") for name in names]
                    if self.line.switch("skipExistingFrames", False) and os.path.exists(paths[0]):
                        self.out.say(behaviours.SKIPPING.format(path=paths[0]))
                        continue
                    if "seq" in self.line.flags:
                        values = {"frame": frame, "position": position + 1, "count": len(frames)}
                        self.out.say(behaviours.SEQUENCE_FRAME.format(**values, camera=camera, layer=layer))
                    wrong = self.settings.frame in (None, frame) if self.settings.mode else False
                    self._render_frame(frame, layers.index(layer), paths, self.settings.mode if wrong else "")
                    if wrong and self.settings.frame is None:
                        self.settings.mode = ""  # it goes wrong once

    def _refuse_what_is_not_done(self) -> None:
        for name, refused in (
            ("reg", True),
            ("rt", self.line.text("rt", "0") != "0"),
            ("of", self.line.text("of", "") in ("deepexr", "maya")),
        ):
            if name in self.line.flags and refused:
                raise NotDoneHere(f"-{name}")

    def _cameras(self) -> list[str]:
        cameras = [self.line.flags["cam"]] if "cam" in self.line.flags else list(self.scene.cameras)
        known = {*self.scene.cameras, *behaviours.DEFAULT_CAMERAS}
        wrong = [camera for camera in cameras if camera not in known]
        if self.settings.mode == "no_camera" or not cameras or wrong:
            self._fail("no_camera", camera=wrong[0] if wrong else None)
        return cameras

    def _layers(self) -> list[str]:
        """Those to render, by the names of their folders."""
        asked = self.line.text("rl", "true")
        if asked.lower() in ("true", "on", "yes", "1"):
            return list(self.scene.layers)
        default = (behaviours.DEFAULT_LAYER, behaviours.DEFAULT_LAYER_FOLDER)
        if asked.lower() in ("false", "off", "no", "0"):
            asked = behaviours.DEFAULT_LAYER
        layers = [behaviours.DEFAULT_LAYER_FOLDER if name in default else name for name in asked.split(",")]
        for layer in layers:
            if layer not in (*self.scene.layers, behaviours.DEFAULT_LAYER_FOLDER):
                self._fail("no_layer", mel=self.mel, layer=layer)
        return layers

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

    def _folders(self, cameras: list[str]) -> tuple[str, ...]:
        layers = ("layer",) if self.scene.render_setup or len(self.scene.layers) > 1 else ()
        passes = ("pass",) if self.scene.aovs and not self.scene.merge_aovs else ()
        return (*layers, *(("camera",) if len(cameras) > 1 else ()), *passes)

    def _names(self, frame: int, position: int, layer: str, camera: str, folders: tuple[str, ...]) -> list[str]:
        """The images of a frame: one, or one for each pass."""
        kind = self.line.text("of", self.scene.format)
        suffix = behaviours.SUFFIXES.get(kind, kind)
        number = frame
        if "rfs" in self.line.flags:
            number = int(self.line.number("rfs", 1) + position * self.line.number("rfb", 1))
        scene = os.path.splitext(os.path.basename(self.path))[0]
        values = {
            "scene": scene,
            "layer": layer,
            "camera": camera,
            "version": self.scene.version_label,
            "extension": suffix,
        }
        separate = [] if self.scene.merge_aovs else self.scene.aovs
        return [
            naming.image_path(
                self.line.text("im", "") or self.scene.prefix or scene,
                self.line.integer("fnc", self.scene.naming),
                frame=behaviours.digits(number, self.line.integer("pad", self.scene.padding)),
                suffix=suffix,
                values={**values, "pass": name},
                folders=folders,
            )
            for name in ("beauty", *separate)
        ]

    # --- one frame ---

    def _render_frame(self, frame: int, layer: int, paths: list[str], wrong: str) -> None:
        out, arnold = self.out, self.renderer == "arnold"
        if wrong == "fail210":
            out.say(out.text("error", text=behaviours.BATCH_FAILED), 2)
            raise Failed
        started = time.monotonic()
        if arnold:
            self._begin_arnold()
            wrong = self._check_licence(wrong)
        aborted = self._check_textures(wrong) if arnold else False
        colour = (frame % 256, layer * 10, 255 if wrong == "watermark" else 128)
        self._progress(wrong, paths[0], colour, aborted)
        if arnold:
            seconds = (time.monotonic() - started) * self.settings.speed
            out.arnold(f" render done in {int(seconds) // 60}:{seconds % 60:06.3f}")
        for path in paths:
            self._save(path, colour, wrong)
        if arnold:
            for text in ("render done", "peak CPU memory used 504.00MB", "releasing resources", "Arnold shutdown"):
                out.arnold(text)

    def _begin_arnold(self) -> None:
        out = self.out
        out.restart_clock()
        out.say(behaviours.UPDATING, 2)
        out.arnold(f"log started {time.ctime()}")
        out.arnold(behaviours.ARNOLD_VERSION)
        out.arnold("loading plugins from /usr/autodesk/arnold/maya/plug-ins ...")
        if out.verbosity >= 2 and out.arnold_console:
            # The name of a folder in the encoding of the machine it came from: not UTF-8.
            out.raw(b"00:00:00   445MB         | loading plugins from /opt/\xb2\xe5\xbc\xfe ...\n")
        out.arnold("loaded 5 plugins from 3 lib(s) in 0:00.00")

    def _check_licence(self, wrong: str) -> str:
        """Say what is wrong with the licence; what goes wrong instead where that does not end it."""
        out = self.out
        if wrong == "licence_abort":
            if self.line.switch("ai:alf", behaviours.ABORT_ON_LICENCE_FAILURE):
                out.arnold(f" {behaviours.LICENCE_ABORT}", ERROR)
                out.say(out.text("error", text=behaviours.BATCH_FAILED), 2)
                raise Failed(behaviours.LICENCE_REFUSED)
            wrong = "watermark"
        if wrong == "watermark":
            out.arnold(behaviours.WATERMARK, WARNING)
        return wrong

    def _check_textures(self, wrong: str) -> bool:
        """Whether Arnold gives up because a texture is missing; what it has by then is written all the same."""
        project = self.line.text("proj", "")
        missing = [
            *self.scene.textures_missing,
            *(path for path in self.scene.textures if not os.path.exists(os.path.join(project, path))),
        ]
        if wrong == "missing_texture" and not missing:
            missing = ["sourceimages/missing.tx"]
        for path in missing:
            self.out.arnold(behaviours.MISSING_TEXTURE.format(path=path), ERROR)
        return bool(missing) and self.line.switch("ai:aerr", behaviours.ABORT_ON_ERROR)

    def _progress(self, wrong: str, path: str, colour: images.Colour, aborted: bool) -> None:
        out, arnold = self.out, self.renderer == "arnold"
        if arnold:
            out.arnold(" starting 4 bucket workers of size 64x64 ...")
        for percent in range(0, 101, 5):
            if arnold:
                out.arnold(f"{percent:5d}% done - {64 - percent // 2} rays/pixel")
            time.sleep(self.settings.frame_seconds / 21)
            if percent == 45 and wrong in ("crash", "oom", "hang"):
                {"crash": self._crash, "oom": self._run_out_of_memory, "hang": self._hang}[wrong](path, colour)
            if percent == 10 and aborted:
                out.arnold(behaviours.TERMINATING_EARLY, WARNING)
                return

    def _save(self, path: str, colour: images.Colour, wrong: str) -> None:
        out = self.out
        kind = self.line.text("of", self.scene.format)
        if self.renderer == "arnold":
            # Said before the file is whole.
            out.arnold(f" [driver_{kind}] writing file `{path}'")
        data = self._image(colour)
        if wrong == "lie_zero":
            data = b""
        elif wrong == "lie_cut":
            data = data[: len(data) // 2]
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if wrong == "lie_old" and not os.path.exists(path):
                _write(path, data)
                os.utime(path, (_OLD, _OLD))
            elif wrong not in ("lie_nofile", "lie_old"):
                _write(path, data)
        except OSError:
            out.arnold(behaviours.CANNOT_CREATE.format(kind=kind, path=path), ERROR)
            self._fail("cannot_write", path=path)
        if self.renderer != "arnold":
            out.maya("finished", path=path)

    def _image(self, colour: images.Colour) -> bytes:
        width, height = self.scene.resolution
        width, height = self.line.integer("x", width), self.line.integer("y", height)
        scale = self.line.number("percentRes", 100) / 100
        size = (max(round(width * scale), 1), max(round(height * scale), 1))
        return images.encode(self.line.text("of", self.scene.format), *size, colour)

    # --- how it ends badly ---

    def _crash(self, path: str, colour: images.Colour) -> None:
        del path, colour
        self.out.arnold("signal caught: SIGSEGV", ERROR)
        self.out.say(self.out.text("fatal", path=os.path.join(_temporary(), ".20240417.0215.ma")), 2)
        if self.settings.dialog:
            _open_dialog()
        if os.name == "nt":
            os._exit(behaviours.ACCESS_VIOLATION - (1 << 32))
        import resource  # here, since Windows has none

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.kill(os.getpid(), signal.SIGSEGV)
        time.sleep(_FOR_EVER)

    def _run_out_of_memory(self, path: str, colour: images.Colour) -> None:
        data = self._image(colour)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        _write(path, data[: len(data) // 2])
        self.out.say(behaviours.OUT_OF_MEMORY, 2)
        if os.name == "nt":
            os._exit(behaviours.ACCESS_VIOLATION - (1 << 32))
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(_FOR_EVER)

    def _hang(self, path: str, colour: images.Colour) -> None:
        del path, colour
        time.sleep(_FOR_EVER)


def name_process(name: str) -> None:
    """Show this process under another name, where the system lets it."""
    try:
        with open("/proc/self/comm", "w", encoding="ascii") as file:
            file.write(name)
    except OSError:
        pass  # not Linux


def _open_dialog() -> None:
    """The window that asks whether to send a report: nobody answers it, and it holds our output open."""
    if os.name != "nt" and os.fork() == 0:
        name_process("cer_dialog")
        time.sleep(_FOR_EVER / 30)
        os._exit(0)


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)


def _temporary() -> str:
    return os.environ.get("TMPDIR") or os.environ.get("TMP") or os.environ.get("TEMP") or "/tmp"


def _writable(folder: str) -> bool:
    trial = os.path.join(folder, f"standin-{os.getpid()}")
    try:
        _write(trial, b"")
        os.unlink(trial)
    except OSError:
        return False
    return True
