"""Unpacking the archives that projects come in: whole and safe, or not at all."""

import os
import shutil
import tarfile
import zlib
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from render_manager.domain.errors import ArchiveError, WorkspaceError
from render_manager.storage.disk import move_into_place
from render_manager.storage.gzip_reader import unpack_gzip, unpack_tar_gz
from render_manager.storage.member_names import MemberNames
from render_manager.storage.unpacking import Unpacking
from render_manager.storage.zip_reader import unpack_zip

DEFAULT_FREE_MARGIN = 512 * 1024 * 1024  #: bytes that stay free on the disk
MAX_MEMBERS = 200_000
_LONGEST_PATH = 259 if os.name == "nt" else 1023  # characters; the least of the systems' limits

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP = b"\x1f\x8b\x08"
_FOREIGN = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "RAR", b"\xfd7zXZ\x00": "xz", b"BZh": "bzip2"}


class ArchiveKind(StrEnum):
    ZIP = "zip"
    GZIP = "gz"  #: one compressed file
    TAR_GZ = "tar.gz"


def kind_of(path: Path, *, declared: bool = False) -> ArchiveKind | None:
    """What kind of archive the file's first bytes say it is; None if it is none.

    A .blend may be compressed by Blender itself and begin like an archive, so it counts as one only if the user
    ``declared`` it to be.

    Raises:
        ArchiveError: the file can't be read.
    """
    if path.suffix.lower() == ".blend" and not declared:
        return None
    head = _head_of(path)
    if head.startswith(_ZIP):
        return ArchiveKind.ZIP
    if head.startswith(_GZIP):
        return ArchiveKind.TAR_GZ if _is_tar(head) else ArchiveKind.GZIP
    return None


def unpack(
    archive: Path,
    into: Path,
    *,
    name: str,
    max_bytes: int,
    free_margin: int = DEFAULT_FREE_MARGIN,
    max_members: int = MAX_MEMBERS,
    progress: Callable[[int, int | None], None] | None = None,
    check_cancel: Callable[[], None] | None = None,
) -> int:
    """Unpack into the folder ``into``, which appears, or is replaced, only when everything went well.

    Args:
        name: of the object, as people know it; a .gz unpacks to a file of this name.
        max_bytes: of all files together.
        free_margin: bytes that stay free on the disk.
        progress: told bytes done and in all, of the archive's files (zip) or of the archive itself (gz, tar.gz).
        check_cancel: called between chunks. What it or ``progress`` raises stops the work and passes unchanged.

    Returns:
        The bytes written.

    Raises:
        ArchiveError: the archive is unsafe, damaged, too big or none at all.
        NotEnoughSpace: the disk can't take it.
        WorkspaceError: the folder can't be written.
    """
    side = into.with_name(f"{into.name}.unpacking")
    names = MemberNames(_LONGEST_PATH - len(str(side.absolute())) - 1, max_members)
    unpacking = Unpacking(side, names, max_bytes, free_margin, progress, check_cancel)
    try:
        _make_empty(side)
        match kind_of(archive, declared=True):
            case ArchiveKind.ZIP:
                unpack_zip(archive, unpacking)
            case ArchiveKind.GZIP:
                unpack_gzip(archive, unpacking, name)
            case ArchiveKind.TAR_GZ:
                unpack_tar_gz(archive, unpacking)
            case None:
                raise ArchiveError(why_none(archive))
        _replace(side, into)
    except ArchiveError as error:
        raise ArchiveError(f"Archive {name} can't be unpacked: {error}") from error
    finally:
        shutil.rmtree(side, ignore_errors=True)
    return unpacking.written


def _head_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(64 * 1024)
    except OSError as error:
        raise ArchiveError(f"{path} can't be read: {error.strerror}.") from error


def _is_tar(head: bytes) -> bool:
    try:
        block = zlib.decompressobj(wbits=31).decompress(head, tarfile.BLOCKSIZE)
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (zlib.error, tarfile.TarError):
        return False
    return True


def why_none(archive: Path) -> str:
    """Of a file that is no archive by its first bytes: what to do about it."""
    head = _head_of(archive)
    for magic, kind in _FOREIGN.items():
        if head.startswith(magic):
            return f"it is a {kind} archive; pack it again as zip."
    return "it is none that can be read (zip, gz, tar.gz); submit it as an ordinary file or pack it as zip."


def _make_empty(folder: Path) -> None:
    """An empty folder, whatever a process that died left in its place."""
    try:
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        elif folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    except OSError as error:
        raise WorkspaceError(f"{folder} can't be made: {error.strerror}.") from error


def _replace(side: Path, into: Path) -> None:
    try:
        if into.is_dir() and not into.is_symlink():
            shutil.rmtree(into)
        move_into_place(side, into)
    except OSError as error:
        raise WorkspaceError(f"{into} can't be replaced: {error.strerror}.") from error
