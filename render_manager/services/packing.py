"""Folders as single files: packed to a zip that is the same, byte for byte, as long as the folder is."""

import hashlib
import os
import zipfile
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from render_manager.domain.errors import ObjectNotFound, ObjectPathError, ObjectStoreError
from render_manager.services.ports import Progress

MAX_FILES = 200_000  #: workers unpack no more
_CHUNK = 1024 * 1024
#: What systems and tools leave in every folder and no renderer reads; lower case.
_LITTER = frozenset({".git", ".svn", ".hg", "__pycache__", "__macosx", ".ds_store", "thumbs.db", "desktop.ini"})
#: Compressed already: packing them again takes time and saves nothing.
_DENSE = (".exr", ".png", ".jpg", ".jpeg", ".zip", ".gz", ".7z", ".mp4", ".mov", ".tx", ".vdb", ".mp3", ".webp")
#: The least time that a zip can hold: with the real ones two copies of a folder would differ.
_MOMENT = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class PackedFile:
    path: Path
    name: str  #: in the zip
    size: int
    changed_ns: int


@dataclass(frozen=True)
class FolderContent:
    """What of a folder is packed, in order of names."""

    folder: Path
    files: tuple[PackedFile, ...]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def mark(self) -> str:
        """The same for the same folder with the same files, told without reading them."""
        told = hashlib.sha256(str(self.folder.absolute()).encode("utf-8", "replace"))
        for file in self.files:
            told.update(f"\0{file.name}\0{file.size}\0{file.changed_ns}".encode("utf-8", "replace"))
        return told.hexdigest()


def content_of(folder: Path, leave_out: Collection[str] = ()) -> FolderContent:
    """List what of the folder is to be packed.

    Args:
        leave_out: names of folders, lower case, that are not.

    Raises:
        ObjectPathError: it is a whole disk, a home folder or has more files than an archive may.
        ObjectNotFound: nothing is in it.
        ObjectStoreError: something in it can't be read.
    """
    real = folder.resolve()
    if real == Path(real.anchor) or real == Path.home():
        raise ObjectPathError(f"{folder} is far more than a project: name the project's own folder.")
    try:
        found = list(islice(_files(folder, "", {*_LITTER, *leave_out}, ()), MAX_FILES + 1))
        files = tuple(sorted(found, key=lambda file: file.name))
    except OSError as error:
        raise ObjectStoreError(f"{error.filename or folder} can't be read: {error.strerror or error}.") from error
    if wrong := next((file for file in files if not _can_be_written(file.name)), None):
        raise ObjectStoreError(f"The name of {str(wrong.path)!r} can't be packed: rename the file.")
    if len(files) > MAX_FILES:
        raise ObjectPathError(f"{folder} holds more than {MAX_FILES} files: name the project's own folder.")
    if not files:
        raise ObjectNotFound(f"Folder {folder} holds no file that could be rendered.")
    return FolderContent(folder, files)


def _files(folder: Path, inside: str, without: set[str], above: tuple[str, ...]) -> Iterator[PackedFile]:
    """Links are followed, as a renderer would, but never in a circle."""
    real = os.path.realpath(folder)
    if real in above:
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.lower() in without:
                continue
            name = f"{inside}{entry.name}"
            if entry.is_dir():
                yield from _files(Path(entry.path), f"{name}/", without, (*above, real))
            elif entry.is_file():
                stat = entry.stat()
                yield PackedFile(Path(entry.path), name, stat.st_size, stat.st_mtime_ns)


def _can_be_written(name: str) -> bool:
    """A zip holds names as Unicode; some systems allow others."""
    return not any("\ud800" <= char <= "\udfff" for char in name)


def pack(content: FolderContent, target: Path, progress: Progress | None = None) -> None:
    """Write the zip, which is there whole or not at all. What ``progress`` raises ends it and passes unchanged.

    Raises:
        ObjectStoreError: a file can't be read, or was changed meanwhile, or the zip can't be written.
    """
    side = target.with_name(f"{target.name}.{os.getpid()}.part")
    done, total = 0, content.size
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(side, "w", allowZip64=True) as archive:
            for file in content.files:
                for count in _add(archive, file):
                    done += count
                    if progress is not None:
                        progress(done, total)
        os.replace(side, target)
    except OSError as error:
        raise ObjectStoreError(f"{error.filename or target} can't be packed: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            side.unlink()


def _add(archive: zipfile.ZipFile, file: PackedFile) -> Iterator[int]:
    """Bytes read at a time."""
    entry = zipfile.ZipInfo(file.name, _MOMENT)
    entry.create_system = 3  # whatever it is packed on
    entry.external_attr = 0o644 << 16
    entry.file_size = file.size  # so that a large one gets a large header
    entry.compress_type = zipfile.ZIP_STORED if file.name.lower().endswith(_DENSE) else zipfile.ZIP_DEFLATED
    entry._compresslevel = 1  # type: ignore[attr-defined]  # a network is not that slow
    with file.path.open("rb") as source, archive.open(entry, "w") as packed:
        while chunk := source.read(_CHUNK):
            packed.write(chunk)
            yield len(chunk)
        after = os.fstat(source.fileno())
    if (after.st_size, after.st_mtime_ns) != (file.size, file.changed_ns):
        raise ObjectStoreError(f"{file.path} was changed while it was being packed; try again.")
    yield 0
