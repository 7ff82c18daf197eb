"""Putting local files and folders into the object store, for later submissions or for anything else."""

import hashlib
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from render_manager.domain.entities import ObjectInfo, check_unionid
from render_manager.domain.errors import ObjectNotFound, ObjectPathError
from render_manager.domain.object_path import ObjectPath
from render_manager.services.give_back import md5_of
from render_manager.services.packing import FolderContent, content_of, pack
from render_manager.services.ports import ObjectStore, Progress

_ID_LENGTH = 10
#: Seconds for which a packed folder is kept whose upload broke off, so that it can go on.
_KEPT = 7 * 86_400.0


@dataclass(frozen=True)
class Uploaded:
    path: ObjectPath
    size: int
    fresh: bool  #: False: it was there already


def name_in_store(path: Path) -> str:
    """What the object of a local file, or of a folder that is packed, is called."""
    return f"{path.resolve().name or 'project'}.zip" if path.is_dir() else path.name


class Uploading:
    """
    Args:
        prefix: where local files go: {prefix}/{user}/…
        packed: a folder of this machine for folders that are packed, until they are uploaded.
    """

    def __init__(self, objects: ObjectStore, prefix: str, *, packed: Path) -> None:
        self._objects = objects
        self._prefix = prefix.strip("/")
        self._packed = packed

    def upload(
        self,
        path: Path,
        *,
        user: str,
        key: str | None = None,
        prefix: str | None = None,
        overwrite: bool = False,
        leave_out: Collection[str] = (),
        progress: Progress | None = None,
        packing: Progress | None = None,
    ) -> Uploaded:
        """Put the file at ``key``, or below ``prefix``, or at {prefix of uploads}/{user}/{id}/{name} as for
        submissions. That id is the same for the same file: an upload that broke off, or was ended by what
        ``progress`` raises, goes on, and one that was done is not done again. A folder is packed to a zip first,
        without the folders named by ``leave_out`` (lower case); ``packing`` tells of that, else ``progress``.

        Raises:
            ObjectNotFound: there is no such file, or nothing in the folder.
            ObjectPathError: there is another object of that key, and ``overwrite`` is not set; or it is no key.
            InvalidTask: the user can't be used.
            ObjectStoreError: the object store can't be asked, or the file can't be read.
        """
        path = path.expanduser()
        check_unionid(user)
        if path.is_dir():
            content = content_of(path, leave_out)
            mark = content.mark
        elif path.is_file():
            content, status = None, path.stat()
            same = f"{path.absolute()}\0{status.st_size}\0{status.st_mtime_ns}".encode("utf-8", "replace")
            mark = hashlib.sha256(same).hexdigest()
        else:
            raise ObjectNotFound(f"File {path} does not exist or is no file.")
        name = name_in_store(path)
        own = f"{self._prefix}/{user}/{mark[:_ID_LENGTH]}/{name}".lstrip("/")
        if key is None:
            key = own if prefix is None else f"{prefix.strip('/')}/{name}".lstrip("/")
        if key == own and (there := self._stat(key)) and (content or there.size == path.stat().st_size):
            # The same files were packed to the same zip: no need to do it again to see that.
            return Uploaded(ObjectPath(key, self._objects.bucket), there.size, fresh=False)
        if content is None:
            return self._send(path, key, overwrite or key == own, progress)
        zipped = self._pack(content, mark, name, packing or progress)
        uploaded = self._send(zipped, key, overwrite or key == own, progress)
        with suppress(OSError):
            zipped.unlink()
            zipped.parent.rmdir()
        return uploaded

    def _send(self, file: Path, key: str, replace: bool, progress: Progress | None) -> Uploaded:
        path = ObjectPath(key, self._objects.bucket)
        if not replace and (there := self._stat(key)):
            size = file.stat().st_size
            if there.size == size and there.etag.strip('"').lower() == md5_of(file):
                return Uploaded(path, size, fresh=False)
            raise ObjectPathError(
                f"{path} exists, and not with this content: use another --key, or --overwrite to replace it."
            )
        return Uploaded(path, self._objects.upload(file, key, progress).size, fresh=True)

    def _pack(self, content: FolderContent, mark: str, name: str, progress: Progress | None) -> Path:
        """Packed again only if no upload of the same broke off: what was sent of it is of use while it is the same."""
        self._forget_old()
        zipped = self._packed / mark[:_ID_LENGTH] / name
        if not zipped.is_file():
            pack(content, zipped, progress)
        return zipped

    def _forget_old(self) -> None:
        for file in self._packed.glob("*/*"):
            with suppress(OSError):
                if file.stat().st_mtime < time.time() - _KEPT:
                    file.unlink()
                    file.parent.rmdir()

    def _stat(self, key: str) -> ObjectInfo | None:
        try:
            return self._objects.stat(key)
        except ObjectNotFound:
            return None
