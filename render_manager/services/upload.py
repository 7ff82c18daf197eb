"""Putting local files into the object store, for later submissions or for anything else."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from render_manager.domain.entities import ObjectInfo, check_unionid
from render_manager.domain.errors import ObjectNotFound, ObjectPathError
from render_manager.domain.object_path import ObjectPath
from render_manager.services.give_back import md5_of
from render_manager.services.ports import ObjectStore, Progress

_ID_LENGTH = 10


@dataclass(frozen=True)
class Uploaded:
    path: ObjectPath
    size: int
    fresh: bool  #: False: it was there already


class Uploading:
    """
    Args:
        prefix: where local files go: {prefix}/{user}/…
    """

    def __init__(self, objects: ObjectStore, prefix: str) -> None:
        self._objects = objects
        self._prefix = prefix.strip("/")

    def upload(
        self,
        file: Path,
        *,
        user: str,
        key: str | None = None,
        prefix: str | None = None,
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> Uploaded:
        """Put the file at ``key``, or below ``prefix``, or at {prefix of uploads}/{user}/{id}/{name} as for
        submissions. That id is the same for the same file: an upload that broke off, or was ended by what
        ``progress`` raises, goes on, and one that was done is not done again.

        Raises:
            ObjectNotFound: there is no such file.
            ObjectPathError: there is another object of that key, and ``overwrite`` is not set; or it is no key.
            InvalidTask: the user can't be used.
            ObjectStoreError: the object store can't be asked, or the file can't be read.
        """
        file = file.expanduser()
        if not file.is_file():
            raise ObjectNotFound(f"File {file} does not exist or is no file.")
        own_id = key is None and prefix is None
        target = self._key(file, check_unionid(user), key, prefix)
        path = ObjectPath(target, self._objects.bucket)
        if not overwrite and (there := self._stat(target)):
            size = file.stat().st_size
            if there.size == size and (own_id or there.etag.strip('"').lower() == md5_of(file)):
                return Uploaded(path, size, fresh=False)
            if not own_id:
                raise ObjectPathError(
                    f"{path} exists, and not with this content: use another --key, or --overwrite to replace it."
                )
        return Uploaded(path, self._objects.upload(file, target, progress).size, fresh=True)

    def _key(self, file: Path, user: str, key: str | None, prefix: str | None) -> str:
        if key is not None:
            return key
        if prefix is not None:
            return f"{prefix.strip('/')}/{file.name}".lstrip("/")
        status = file.stat()
        same = f"{file.absolute()}\0{status.st_size}\0{status.st_mtime_ns}".encode("utf-8", "replace")
        return f"{self._prefix}/{user}/{hashlib.sha256(same).hexdigest()[:_ID_LENGTH]}/{file.name}".lstrip("/")

    def _stat(self, key: str) -> ObjectInfo | None:
        try:
            return self._objects.stat(key)
        except ObjectNotFound:
            return None
