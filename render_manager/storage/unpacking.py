"""Writing the members of an archive into a folder, within limits."""

import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from render_manager.domain.errors import ArchiveError, WorkspaceError
from render_manager.storage.disk import full_disk_explained, readable, require_space
from render_manager.storage.member_names import MemberNames
from render_manager.storage.progress import Meter

_BLOCK = 4096  # bytes; what even a tiny file takes on disk
_LOOK_EVERY = 64 * 1024 * 1024  # bytes written between two looks at the free space
_UNNAMEABLE = {errno.EINVAL, errno.ENAMETOOLONG, errno.EILSEQ, errno.ENOENT, errno.EEXIST}


@dataclass
class Unpacking:
    """One archive on its way into ``folder``. Each format's reader checks names, declares sizes and hands chunks."""

    folder: Path
    names: MemberNames
    max_bytes: int
    free_margin: int
    progress: Callable[[int, int | None], None] | None = None
    check_cancel: Callable[[], None] | None = None
    written: int = 0
    declared: int = 0

    def meter(self, total: int) -> Meter:
        meter = Meter(self.progress, total)
        meter.at(0)
        return meter

    def declare(self, sizes: Iterable[int]) -> None:
        """Files of these sizes are about to be written.

        Raises:
            ArchiveError: with those before they exceed the limit.
            NotEnoughSpace: the disk can't take them.
        """
        needed = 0
        for size in sizes:
            if size < 0:
                raise ArchiveError("it is damaged: a member has a negative size.")
            self.declared += size
            needed += -(-size // _BLOCK) * _BLOCK
        self._check_limit(self.declared)
        require_space(self.folder, needed, self.free_margin)

    def add_folder(self, path: str) -> None:
        self._check_cancel()
        with self._explained(path):
            (self.folder / path).mkdir(parents=True, exist_ok=True)

    def add_file(
        self, path: str, chunks: Iterable[bytes], *, size: int | None = None, modified_at: float | None = None
    ) -> None:
        """Write a file; ``size`` is what the archive says it has, ``modified_at`` seconds since 1970.

        Raises:
            ArchiveError: the content is damaged, too much or not of that size.
            NotEnoughSpace: the disk became full.
            WorkspaceError: it can't be written.
        """
        self._check_cancel()
        target = self.folder / path
        with self._explained(path):
            target.parent.mkdir(parents=True, exist_ok=True)
            # Unbuffered: closing a buffered file of a full disk fails once more, outside the explanation.
            file = target.open("xb", buffering=0)
        with file:
            before = self.written
            for chunk in chunks:
                self.count(len(chunk))
                with self._explained(path):
                    _write(file, chunk)
            if size is not None and self.written - before != size:
                raise ArchiveError(f"member {path!r} is damaged: it hasn't the size that the archive gives.")
        if modified_at is not None:
            _set_time(target, modified_at)

    def count(self, length: int) -> None:
        """``length`` bytes were unpacked: too many, cancelled, or the disk nearly full?"""
        self._check_cancel()
        before = self.written
        self.written += length
        self._check_limit(self.written)
        if before // _LOOK_EVERY != self.written // _LOOK_EVERY:
            require_space(self.folder, 0, self.free_margin)

    def _check_limit(self, size: int) -> None:
        if size > self.max_bytes:
            raise ArchiveError(
                f"it unpacks to {readable(size)} or more; the limit is {readable(self.max_bytes)} (setting "
                "MAX_UNPACKED_GB)."
            )

    def _check_cancel(self) -> None:
        if self.check_cancel is not None:
            self.check_cancel()

    @contextmanager
    def _explained(self, path: str) -> Iterator[None]:
        try:
            with full_disk_explained(self.folder):
                yield
        except OSError as error:
            if error.errno in _UNNAMEABLE:
                raise ArchiveError(f"member {path!r} has a name that this system can't store.") from error
            raise WorkspaceError(f"{self.folder / path} can't be written: {error.strerror}.") from error


def _write(file: FileIO, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[file.write(rest) :]


def _set_time(path: Path, modified_at: float) -> None:
    try:
        os.utime(path, (time.time(), modified_at))
    except (OSError, OverflowError, ValueError):
        return  # a date that no file can have; only the choice between several project files looks at it
