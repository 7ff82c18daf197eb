"""The log: a file always, standard output if asked, with the program's prefix, buffering and second-instance name."""

import os
import sys
import time
from pathlib import Path

#: Standard output through a pipe comes in pieces of this many bytes.
BLOCK = 8192


class Console:
    """Writes log lines.

    Args:
        file: the log file; if another running instance holds it, the same name with ``_2`` is taken.
        explicit: the file was named on the command line, and nobody else's is kept.
        stdout: which lines go to standard output: none, those for people ("display"), or all.
        by_line: standard output is not held back until a block is full.
    """

    def __init__(self, file: Path, *, explicit: bool, stdout: str, by_line: bool) -> None:
        self.frame = 0
        #: Lines have time and frame once the engine runs.
        self.started = False
        self._stdout, self._by_line = stdout, by_line or (stdout != "none" and os.isatty(1))
        self._held = bytearray()
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = _explicit(file) if explicit else _free(file)
        now = time.gmtime()
        # The real one begins its files with this mark, so that a reader has to cope.
        self._to_file(f"\ufeffLog file open, {time.strftime('%m/%d/%y %H:%M:%S', now)}\n")

    def __call__(self, category: str, text: str, verbosity: str = "") -> None:
        """One line per line of ``text``; ordinary lines carry no verbosity."""
        for line in text.split("\n"):
            said = f"{category}: {verbosity}: {line}" if verbosity else f"{category}: {line}"
            if self.started:
                now = time.time()
                stamp = time.strftime("%Y.%m.%d-%H.%M.%S", time.gmtime(now))
                said = f"[{stamp}:{int(now * 1000) % 1000:03d}][{self.frame % 1000:3d}]{said}"
            self._to_file(said + "\n")
            if self._stdout == "all" or (self._stdout == "display" and verbosity not in ("", "Verbose")):
                self._held += said.encode("utf-8", "replace") + b"\n"
                self._let_go()

    def flush(self) -> None:
        """Let go of what standard output still holds."""
        self._write(len(self._held))

    def _let_go(self) -> None:
        self._write(len(self._held) if self._by_line else len(self._held) // BLOCK * BLOCK)

    def _write(self, count: int) -> None:
        piece, self._held = bytes(self._held[:count]), self._held[count:]
        while piece:
            try:
                piece = piece[os.write(1, piece) :]
            except OSError:  # nobody reads any more
                return

    def _to_file(self, text: str) -> None:
        os.write(self._file, text.encode("utf-8", "replace"))


def _explicit(file: Path) -> int:
    return os.open(file, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)


def _free(file: Path) -> int:
    """Open the first name that no running instance holds; what an earlier one wrote is kept as a backup."""
    number = 1
    while True:
        name = file if number == 1 else file.with_stem(f"{file.stem}_{number}")
        handle = os.open(name, os.O_RDWR | os.O_CREAT, 0o644)
        if _held_by_us(handle):
            break
        os.close(handle)
        number += 1
    if old := os.read(handle, os.fstat(handle).st_size):
        stamp = time.strftime("%Y.%m.%d-%H.%M.%S", time.gmtime())
        name.with_stem(f"{name.stem}-backup-{stamp}").write_bytes(old)
    os.lseek(handle, 0, os.SEEK_SET)
    os.ftruncate(handle, 0)
    return handle


def _held_by_us(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            # Far behind the text: a lock of Windows keeps others from reading what it covers.
            os.lseek(handle, 1 << 30, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            os.lseek(handle, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
