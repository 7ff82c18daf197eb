"""What is said, and how: on two streams, in pieces, in several encodings."""

import os
import time

from tests.support.standins.maya import behaviours
from tests.support.standins.maya.settings import Settings

#: Arnold's levels and how its lines show them.
ERROR, WARNING, INFO = 0, 1, 2
_LEVELS = {ERROR: "ERROR", WARNING: "WARNING", INFO: ""}


class Output:
    """Writes Maya's and Arnold's lines.

    Attributes:
        verbosity: Arnold's lines above this level are not shown.
        arnold_console: whether Arnold's lines go to the output.
    """

    def __init__(self, settings: Settings) -> None:
        english = settings.english and settings.mode != "not_english"
        self._texts = behaviours.ENGLISH if english else behaviours.CHINESE
        self._windows = settings.windows
        self._speed = settings.speed
        self.verbosity = behaviours.VERBOSITY
        self.arnold_console = True
        self._arnold_file: str | None = None
        self._copies: list[str] = []
        self._clock = time.monotonic()
        self._lines = 0
        if copy := os.environ.get("MAYA_CMD_FILE_OUTPUT"):
            self._copies.append(copy)

    def copy_to(self, path: str) -> None:
        """Write all that is said into this file, too."""
        self._copies.append(path)

    def arnold_to(self, path: str) -> None:
        self._arnold_file = path

    def text(self, key: str, **values: object) -> str:
        """A text of Maya in its language."""
        return self._texts[key].format(**values)

    def say(self, line: str, stream: int = 1, *, end: str = "") -> None:
        """A whole line.

        Args:
            end: how it ends, where not as usual on this system.
        """
        raw = self._encode(line) + (end or ("\r\n" if self._windows else "\n")).encode()
        self.raw(raw, stream)

    def maya(self, key: str, **values: object) -> None:
        self.say(self.text(key, **values))

    def error(self, key: str, **values: object) -> None:
        self.say(self.text("error", text=self.text(key, **values)), 2)

    def warning(self, text: str) -> None:
        self.say(self.text("warning", text=text), 2)

    def restart_clock(self) -> None:
        """Arnold's clock begins anew with each frame."""
        self._clock = time.monotonic()

    def arnold(self, text: str, level: int = INFO) -> None:
        if level > self.verbosity:
            return
        seconds = int((time.monotonic() - self._clock) * self._speed)
        moment = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        line = f"{moment} {504:5d}MB {_LEVELS[level]:<8}| {text}"
        if self._arnold_file:
            _append(self._arnold_file, line.encode() + b"\n")
        if not self.arnold_console:
            return
        self._lines += 1
        if self._lines % 7:
            self.say(line)
            return
        # A pipe may hand over a line in two pieces.
        half = len(line) // 2
        self.raw(self._encode(line[:half]))
        time.sleep(0.001)
        self.say(line[half:])

    def raw(self, data: bytes, stream: int = 1) -> None:
        try:
            os.write(stream, data)
        except OSError:
            pass  # nobody listens any more; the real program goes on rendering
        for copy in self._copies:
            _append(copy, data)

    def _encode(self, text: str) -> bytes:
        return text.encode("gbk", "replace") if self._windows else text.encode("utf-8", "surrogateescape")


def _append(path: str, data: bytes) -> None:
    with open(path, "ab") as file:
        file.write(data)
