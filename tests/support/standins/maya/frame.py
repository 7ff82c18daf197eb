"""One frame: what Arnold says of it, its images, and whatever goes wrong with it."""

import os
import time

from tests.support.standins.maya import behaviours, images, system
from tests.support.standins.maya.failures import Failed
from tests.support.standins.maya.output import ERROR, WARNING, Output
from tests.support.standins.maya.selection import Selection
from tests.support.standins.maya.settings import Settings

_STEPS = range(0, 101, 5)
_OLD = 1_000_000_000  # September 2001


class Frame:
    """A frame of one layer through one camera."""

    def __init__(
        self,
        selection: Selection,
        settings: Settings,
        out: Output,
        paths: list[str],
        colour: images.Colour,
        wrong: str,
    ) -> None:
        self.selection = selection
        self.line = selection.line
        self.arnold = selection.renderer == "arnold"
        self.settings = settings
        self.out = out
        self.paths = paths
        self.colour = colour
        self.wrong = wrong

    def render(self) -> None:
        """Render it.

        Raises:
            Failed: it could not be rendered.
        """
        if self.wrong == "fail210":
            raise Failed("batch_failed")
        started = time.monotonic()
        aborted = False
        if self.arnold:
            self._begin()
            self._check_licence()
            aborted = self._check_textures()
            self.out.arnold(" starting 4 bucket workers of size 64x64 ...")
        self._progress(aborted)
        if self.arnold:
            seconds = (time.monotonic() - started) * self.settings.speed
            self.out.arnold(f" render done in {int(seconds) // 60}:{seconds % 60:06.3f}")
        for path in self.paths:
            self._save(path)
        if self.arnold:
            for text in ("render done", "peak CPU memory used 504.00MB", "releasing resources", "Arnold shutdown"):
                self.out.arnold(text)

    def _begin(self) -> None:
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

    def _check_licence(self) -> None:
        if self.wrong == "licence_abort":
            if self.line.switch("ai:alf", behaviours.ABORT_ON_LICENCE_FAILURE):
                self.out.arnold(f" {behaviours.LICENCE_ABORT}", ERROR)
                raise Failed("batch_failed", code=behaviours.LICENCE_REFUSED)
            self.wrong = "watermark"
        if self.wrong == "watermark":
            self.out.arnold(behaviours.WATERMARK, WARNING)
            self.colour = (*self.colour[:2], 255)

    def _check_textures(self) -> bool:
        """Whether Arnold gives up because a texture is missing; what it has by then is written all the same."""
        scene, project = self.selection.scene, self.line.text("proj", "")
        missing = [
            *scene.textures_missing,
            *(path for path in scene.textures if not os.path.exists(os.path.join(project, path))),
        ]
        if self.wrong == "missing_texture" and not missing:
            missing = ["sourceimages/missing.tx"]
        for path in missing:
            self.out.arnold(behaviours.MISSING_TEXTURE.format(path=path), ERROR)
        return bool(missing) and self.line.switch("ai:aerr", behaviours.ABORT_ON_ERROR)

    def _progress(self, aborted: bool) -> None:
        for percent in _STEPS:
            if self.arnold:
                self.out.arnold(f"{percent:5d}% done - {64 - percent // 2} rays/pixel")
            time.sleep(self.settings.frame_seconds / len(_STEPS))
            if percent == 10 and aborted:
                self.out.arnold(behaviours.TERMINATING_EARLY, WARNING)
                return
            if percent == 45:
                self._end_badly()

    def _end_badly(self) -> None:
        if self.wrong == "crash":
            self.out.arnold("signal caught: SIGSEGV", ERROR)
            path = os.path.join(system.temporary_folder(), ".20240417.0215.ma")
            self.out.say(self.out.text("fatal", path=path), 2)
            if self.settings.dialog:
                system.open_dialog()
            system.die_of_bad_memory()
        elif self.wrong == "oom":
            data = self._image()
            os.makedirs(os.path.dirname(self.paths[0]), exist_ok=True)
            system.write(self.paths[0], data[: len(data) // 2])
            self.out.say(behaviours.OUT_OF_MEMORY, 2)
            system.die_of_full_memory()
        elif self.wrong == "hang":
            system.hang()

    def _save(self, path: str) -> None:
        kind = self.selection.format
        if self.arnold:
            # Said before the file is whole.
            self.out.arnold(f" [driver_{kind}] writing file `{path}'")
        data = self._image()
        if self.wrong == "lie_zero":
            data = b""
        elif self.wrong == "lie_cut":
            data = data[: len(data) // 2]
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if self.wrong == "lie_old" and not os.path.exists(path):
                system.write(path, data)
                os.utime(path, (_OLD, _OLD))
            elif self.wrong not in ("lie_nofile", "lie_old"):
                system.write(path, data)
        except OSError:
            self.out.arnold(behaviours.CANNOT_CREATE.format(kind=kind, path=path), ERROR)
            raise Failed("cannot_write", path=path) from None
        if not self.arnold:
            self.out.maya("finished", path=path)

    def _image(self) -> bytes:
        return images.encode(self.selection.format, *self.selection.size, self.colour)
