"""Reading zip archives, whoever packed them."""

import lzma
import stat
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from render_manager.domain.errors import ArchiveError
from render_manager.storage.disk import CHUNK
from render_manager.storage.member_names import decode_names
from render_manager.storage.progress import Meter
from render_manager.storage.unpacking import Unpacking

_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF8 = 0x800
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
_METHOD_NAMES = {9: "Deflate64", 93: "Zstandard", 95: "XZ", 98: "PPMd", 99: "AES encryption"}
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError),
    *(NotImplementedError, OverflowError),
)


def unpack_zip(archive: Path, unpacking: Unpacking) -> None:
    """Every name, kind and size is checked before the first byte is written.

    Raises what ``Unpacking`` raises.
    """
    try:
        file = zipfile.ZipFile(archive)
    except _DAMAGED as error:
        raise ArchiveError(f"it is damaged or incomplete ({error}).") from error
    with file:
        members = file.infolist()
        wanted: list[tuple[str, zipfile.ZipInfo, bool]] = []
        for name, member in zip(_names(members), members, strict=True):
            is_folder = name.endswith(("/", "\\"))
            path = unpacking.names.check(name, is_folder=is_folder)
            if path is not None:
                _check_kind(name, member)
                wanted.append((path, member, is_folder))
        unpacking.declare(member.file_size for _, member, is_folder in wanted if not is_folder)
        meter = unpacking.meter(unpacking.declared)
        for path, member, is_folder in wanted:
            if is_folder:
                unpacking.add_folder(path)
            else:
                chunks = _chunks(file, member, path, meter)
                unpacking.add_file(path, chunks, size=member.file_size, modified_at=_time_of(member))
        meter.finish()


def _names(members: list[zipfile.ZipInfo]) -> list[str]:
    """Names as the packer meant them; zipfile reads those not marked as UTF-8 as cp437 and cuts them at a NUL."""
    unmarked = [member for member in members if not member.flag_bits & _UTF8]
    decoded = iter(decode_names([member.orig_filename.encode("cp437") for member in unmarked]))
    return [member.orig_filename if member.flag_bits & _UTF8 else next(decoded) for member in members]


def _check_kind(name: str, member: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise ArchiveError(f"member {name!r} is a symbolic link; pack the file that it points to.")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ArchiveError(f"member {name!r} is neither a file nor a folder.")
    if member.flag_bits & _ENCRYPTED or member.compress_type == 99:
        raise ArchiveError(f"member {name!r} is encrypted; pack it again without a password.")
    if member.compress_type not in _METHODS:
        method = _METHOD_NAMES.get(member.compress_type, f"method {member.compress_type}")
        raise ArchiveError(
            f"member {name!r} is compressed with {method}, which can't be read; pack it again with Deflate, the "
            "ordinary zip compression."
        )


def _chunks(file: zipfile.ZipFile, member: zipfile.ZipInfo, path: str, meter: Meter) -> Iterator[bytes]:
    try:
        source = file.open(member)
    except _DAMAGED as error:
        raise ArchiveError(f"member {path!r} is damaged ({error}).") from error
    with source:
        while True:
            try:
                chunk = source.read(CHUNK)
            except _DAMAGED as error:
                raise ArchiveError(f"member {path!r} is damaged ({error or 'it ends too early'}).") from error
            if not chunk:
                return
            yield chunk
            meter.add(len(chunk))


def _time_of(member: zipfile.ZipInfo) -> float | None:
    try:
        return time.mktime((*member.date_time, 0, 0, -1))
    except (OverflowError, ValueError):
        return None
