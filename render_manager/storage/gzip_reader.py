"""Reading .gz files and .tar.gz archives as streams.

How big they become is known only when they are read, so progress tells how much of the archive is.
"""

import gzip
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, Self

from render_manager.domain.errors import ArchiveError
from render_manager.storage.disk import CHUNK
from render_manager.storage.member_names import decode_names
from render_manager.storage.progress import Meter
from render_manager.storage.unpacking import Unpacking

_DAMAGED = (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, OverflowError)
_BROKEN_HEADER = (
    tarfile.InvalidHeaderError,  # pyright: ignore
    tarfile.TruncatedHeaderError,  # pyright: ignore
    tarfile.SubsequentHeaderError,  # pyright: ignore
)
_LONGEST_HEADER = 1024 * 1024  # bytes; tarfile reads extended headers into memory whole


def unpack_gzip(archive: Path, unpacking: Unpacking, name: str) -> None:
    """One file, called ``name`` without its .gz; the name inside the archive is of the machine that packed it.

    Raises what ``Unpacking`` raises.
    """
    path = unpacking.names.check(_unpacked_name(name), is_folder=False)
    if path is None:
        raise ArchiveError(f"{name!r} is no name of a project file.")
    with archive.open("rb") as raw, gzip.GzipFile(fileobj=raw) as stream:
        meter = unpacking.meter(archive.stat().st_size)
        unpacking.declare([0])
        unpacking.add_file(path, _chunks(stream, raw, meter))
        meter.finish()


def unpack_tar_gz(archive: Path, unpacking: Unpacking) -> None:
    """Members are checked as they come; raises what ``Unpacking`` raises."""
    with archive.open("rb") as raw, gzip.GzipFile(fileobj=raw) as stream:
        meter = unpacking.meter(archive.stat().st_size)
        with _damage_explained():
            tar = tarfile.open(fileobj=stream, mode="r|", tarinfo=_TarMember, bufsize=CHUNK)  # noqa: SIM115
        with tar:
            while (member := _next(tar)) is not None:
                _unpack_member(tar, member, unpacking, raw, meter)
        # The checksum is behind the padding.
        for chunk in _chunks(stream, raw, meter):
            unpacking.count(len(chunk))
        meter.finish()


def _unpack_member(
    tar: tarfile.TarFile, member: tarfile.TarInfo, unpacking: Unpacking, raw: BinaryIO, meter: Meter
) -> None:
    [name] = decode_names([member.name.encode("utf-8", "surrogateescape")])
    path = unpacking.names.check(name, is_folder=member.isdir())
    if path is None:
        return
    if member.isdir():
        unpacking.add_folder(path)
    elif member.issym() or member.islnk():
        raise ArchiveError(f"member {name!r} is a link; pack the file that it points to.")
    elif not member.isreg() or member.issparse():
        raise ArchiveError(f"member {name!r} is neither an ordinary file nor a folder.")
    else:
        unpacking.declare([member.size])
        source = tar.extractfile(member)
        assert source is not None  # as it is a file
        chunks = _chunks(source, raw, meter)
        unpacking.add_file(path, chunks, size=member.size, modified_at=float(member.mtime))


class _TarMember(tarfile.TarInfo):
    """A member that refuses extended headers large enough to exhaust memory, and broken headers, at which tarfile
    would take the archive for ended."""

    @classmethod
    def fromtarfile(cls, tar: tarfile.TarFile) -> Self:  # pyright: ignore
        try:
            return super().fromtarfile(tar)
        except _BROKEN_HEADER as error:
            raise tarfile.ReadError(str(error)) from error

    def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        if not self.isreg() and self.size > _LONGEST_HEADER:
            raise tarfile.ReadError("an extended header is too large")
        return super()._proc_member(tar)  # pyright: ignore


def _next(tar: tarfile.TarFile) -> tarfile.TarInfo | None:
    with _damage_explained():
        return tar.next()


def _chunks(source: gzip.GzipFile | IO[bytes], raw: BinaryIO, meter: Meter) -> Iterator[bytes]:
    while True:
        with _damage_explained():
            chunk = source.read(CHUNK)
        if not chunk:
            return
        yield chunk
        meter.at(raw.tell())


@contextmanager
def _damage_explained() -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise ArchiveError(f"it is damaged or incomplete ({error}).") from error


def _unpacked_name(name: str) -> str:
    base = name.replace("\\", "/").rpartition("/")[2]
    if base.lower().endswith(".tgz"):
        return f"{base[:-4]}.tar"
    return base[:-3] if base.lower().endswith(".gz") else base
