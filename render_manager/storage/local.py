"""A folder as the object store: the embedded default, or a share that every host mounts."""

import os
import secrets
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from render_manager.domain.entities import ObjectInfo
from render_manager.domain.errors import ObjectNotFound, ObjectPathError, ObjectStoreError
from render_manager.domain.object_listing import LARGEST_PAGE, ObjectPage
from render_manager.storage.disk import CHUNK, discard, full_disk_explained, move_into_place, require_space
from render_manager.storage.keys import check_folder, check_key
from render_manager.storage.progress import Meter

_SIDE_FILE = ".uploading-"

Progress = Callable[[int, int | None], None]


class LocalStore:
    """Objects are the files below ``root``, keys their paths. An object's etag is its size and time of change."""

    def __init__(self, root: Path) -> None:
        """Raises ObjectStoreError: the folder is not there and can't be made."""
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _file_error(error) from error
        self._root = root.resolve()

    @property
    def bucket(self) -> None:
        """A folder takes the keys of any bucket."""
        return

    def close(self) -> None:
        """Nothing is kept open between calls."""

    def stat(self, key: str) -> ObjectInfo:
        """Raises ObjectNotFound, ObjectStoreError or ObjectPathError."""
        with self._open(key) as file:
            return _info(key, file)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Every object whose key begins with ``prefix``, in order of keys. Raises ObjectStoreError."""

        def fail(error: OSError) -> None:
            raise _file_error(error) from error

        keys = [
            (Path(folder) / name).relative_to(self._root).as_posix()
            for folder, _, names in os.walk(self._root, onerror=fail)
            for name in names
            if not name.startswith(_SIDE_FILE)
        ]
        yield from self._infos(sorted(key for key in keys if key.startswith(prefix)))

    def page(self, folder: str, following: str = "", *, limit: int = LARGEST_PAGE) -> ObjectPage:
        """One page of what is directly in the folder; only its entries are looked at closely.

        Raises ObjectStoreError or ObjectPathError.
        """
        path = self._path(check_folder(folder)[:-1]) if folder else self._root
        try:
            with os.scandir(path) as entries:
                found = sorted(_listed(folder, entry) for entry in entries if not entry.name.startswith(_SIDE_FILE))
        except (FileNotFoundError, NotADirectoryError) as error:
            if not self._root.is_dir():
                raise ObjectStoreError(f"The object store folder {self._root} can't be reached.") from error
            return ObjectPage((), ())
        except OSError as error:
            raise _file_error(error) from error
        left = found[bisect_right(found, following) :]
        keys = left[:limit]
        return ObjectPage(
            folders=tuple(key for key in keys if key.endswith("/")),
            objects=tuple(self._infos(key for key in keys if not key.endswith("/"))),
            following=keys[-1] if len(left) > limit else "",
        )

    def download(self, key: str, target: Path, progress: Progress | None = None) -> ObjectInfo:
        """Copy the object to ``target``, which is there whole or not at all.

        What ``progress`` raises stops the copy and reaches the caller unchanged.
        Raises ObjectNotFound, ObjectStoreError, ObjectPathError or NotEnoughSpace.
        """
        with self._open(key) as file:
            info = _info(key, file)
            _copy(file, target, target.with_name(f"{target.name}.part"), progress)
            return info

    def upload(self, source: Path, key: str, progress: Progress | None = None) -> ObjectInfo:
        """Copy a file into the store; the object is replaced whole or not at all.

        What ``progress`` raises stops the copy and reaches the caller unchanged.
        Raises ObjectStoreError, ObjectPathError or NotEnoughSpace.
        """
        target = self._path(key)
        try:
            file = source.open("rb")
        except OSError as error:
            raise _file_error(error) from error
        with file:
            _copy(file, target, target.with_name(f"{_SIDE_FILE}{secrets.token_hex(8)}"), progress)
        return self.stat(key)

    def delete(self, key: str) -> None:
        """Remove the object; no error if there is none, as in OSS. Raises ObjectStoreError or ObjectPathError."""
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as error:
            raise _file_error(error) from error

    def _infos(self, keys: Iterable[str]) -> Iterator[ObjectInfo]:
        for key in keys:
            try:
                yield self.stat(key)
            except (ObjectNotFound, ObjectPathError):
                continue  # removed meanwhile, or a link to the outside: neither is an object

    def _path(self, key: str) -> Path:
        parts = check_key(key).split("/")
        if "" in parts or "." in parts:
            raise ObjectPathError(f"{key!r} has an empty part or '.', which no path of a file has.")
        path = self._root.joinpath(*parts)
        if not path.resolve().is_relative_to(self._root):
            raise ObjectPathError(f"{key!r} leads out of the object store folder {self._root}.")
        return path

    def _open(self, key: str) -> BinaryIO:
        path = self._path(key)
        try:
            if path.is_file():
                return path.open("rb")
        except OSError as error:
            raise _file_error(error) from error
        if not self._root.is_dir():
            raise ObjectStoreError(f"The object store folder {self._root} can't be reached.")
        raise ObjectNotFound(f"The object store folder {self._root} holds no object {key!r}.")


def _listed(folder: str, entry: os.DirEntry[str]) -> str:
    """The entry's key; a folder's ends with a slash, and stands in the order where OSS has it."""
    return f"{folder}{entry.name}/" if entry.is_dir() else f"{folder}{entry.name}"


def _info(key: str, file: BinaryIO) -> ObjectInfo:
    stat = os.fstat(file.fileno())
    return ObjectInfo(key, stat.st_size, f"{stat.st_size:x}-{stat.st_mtime_ns:x}", stat.st_mtime)


def _copy(source: BinaryIO, target: Path, side: Path, progress: Progress | None) -> None:
    before = os.fstat(source.fileno())
    meter = Meter(progress, before.st_size)
    try:
        with _explained(meter, target):
            target.parent.mkdir(parents=True, exist_ok=True)
            require_space(target.parent, before.st_size)
            meter.at(0)
            with side.open("wb") as file:
                while chunk := source.read(CHUNK):
                    file.write(chunk)
                    meter.add(len(chunk))
            after = os.fstat(source.fileno())
            if (after.st_size, after.st_mtime_ns, side.stat().st_size) != (
                before.st_size,
                before.st_mtime_ns,
                before.st_size,
            ):
                raise ObjectStoreError(f"{source.name} was changed while it was being read; try again.")
            meter.finish()
            move_into_place(side, target)
    finally:
        discard(side)


@contextmanager
def _explained(meter: Meter, target: Path) -> Iterator[None]:
    try:
        with full_disk_explained(target.parent):
            yield
    except OSError as error:
        if error is meter.stopped:
            raise
        raise _file_error(error) from error


def _file_error(error: OSError) -> ObjectStoreError:
    return ObjectStoreError(f"{error.filename or 'A file'} can't be read or written: {error.strerror}.")
