"""A screen that nobody looks at: a real X server."""

import os
import shutil
import struct
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from PySide6.QtGui import QImage

from tests.support.servers import missing

WIDTH, HEIGHT = 1440, 860
#: Of the head of an X window dump: which of its numbers, of 32 bits each, is what (X11/XWDFile.h).
_SIZE, _WIDTH, _HEIGHT, _BITS_A_PIXEL, _BYTES_A_LINE, _COLOURS = 0, 4, 5, 11, 12, 19
_BYTES_A_COLOUR = 12


class Screen:
    """A context manager.

    Args:
        folder: where the server keeps what it shows, as a file that can be read at any time.
    """

    def __init__(self, folder: Path) -> None:
        server = shutil.which("Xvfb")
        if server is None:
            missing("Xvfb")
        self._file = folder / "Xvfb_screen0"
        ours, its = os.pipe()
        size = f"{WIDTH}x{HEIGHT}x24"
        self._process = subprocess.Popen(
            [server, "-displayfd", str(its), "-screen", "0", size, "-fbdir", folder, "-nolisten", "tcp"],
            pass_fds=[its],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(its)
        with os.fdopen(ours) as file:
            number = file.readline().strip()
        assert number, "Xvfb does not start"
        #: What programs are to be told as DISPLAY.
        self.display = f":{number}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()

    def picture(self) -> QImage:
        """All that is on the screen now."""
        data = self._file.read_bytes()
        head = struct.unpack_from(">25I", data)
        assert head[_BITS_A_PIXEL] == 32
        pixels = data[head[_SIZE] + head[_COLOURS] * _BYTES_A_COLOUR :]
        shape = (head[_WIDTH], head[_HEIGHT], head[_BYTES_A_LINE])
        return QImage(pixels, *shape, QImage.Format.Format_RGB32).copy()


def colours(picture: QImage) -> int:
    """How many different ones there are, up to a few hundred; an empty screen has one."""
    seen = {picture.pixel(x, y) for x in range(0, picture.width(), 3) for y in range(0, picture.height(), 3)}
    return len(seen)
