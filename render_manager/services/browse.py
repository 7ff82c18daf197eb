"""Walking through the object store: what is in a folder, and carrying single objects in and out."""

from collections.abc import Mapping
from pathlib import Path

from render_manager.domain.engines import Engine
from render_manager.domain.entities import check_unionid
from render_manager.domain.errors import ObjectNotFound, ObjectPathError
from render_manager.domain.object_listing import LARGEST_PAGE, ObjectPage
from render_manager.domain.object_path import ObjectPath
from render_manager.services.ports import ObjectBrowser, ObjectStore, Progress
from render_manager.services.submit import ARCHIVE_SUFFIXES
from render_manager.services.upload import Uploaded, Uploading, name_in_store


class Browsing:
    """Args: engines: those whose projects are told from other objects."""

    def __init__(
        self, objects: ObjectStore, browser: ObjectBrowser, uploading: Uploading, engines: Mapping[str, Engine]
    ) -> None:
        self._objects = objects
        self._browser = browser
        self._uploading = uploading
        self._suffixes = (*ARCHIVE_SUFFIXES, *(suffix for each in engines.values() for suffix in each.project_suffixes))

    @property
    def bucket(self) -> str | None:
        """The bucket walked through; None: a folder."""
        return self._browser.bucket

    def page(self, folder: str, following: str = "", *, limit: int = LARGEST_PAGE) -> ObjectPage:
        """See ObjectBrowser."""
        return self._browser.page(folder, following, limit=limit)

    def folder(self, text: str) -> str:
        """The folder that somebody typed: oss://bucket/a/b, a/b/ or nothing for the topmost.

        Raises:
            ObjectPathError: it is in another bucket, or no folder.
        """
        plain = text.strip()
        if plain.lower().startswith("oss://"):
            bucket, _, plain = plain[6:].partition("/")
            if self.bucket and bucket and bucket != self.bucket:
                raise ObjectPathError(
                    f"{text!r} is in bucket {bucket!r}, but the configured bucket is {self.bucket!r}."
                )
        parts = [part for part in plain.split("/") if part]
        if ".." in parts or "\\" in plain:
            raise ObjectPathError(f"{text!r} is no folder of the object store: it holds '..' or a backslash.")
        return "".join(f"{part}/" for part in parts)

    def path(self, key: str) -> str:
        """The key as people write it and as a submission takes it."""
        return str(ObjectPath(key, self.bucket))

    def can_be_project(self, key: str) -> bool:
        """Whether an engine may render it, by its name: an archive or a project file."""
        return key.lower().endswith(self._suffixes)

    def is_taken(self, path: Path, folder: str) -> bool:
        """Whether an object is where an upload of this file or folder into the folder would go."""
        try:
            self._objects.stat(f"{folder}{name_in_store(path)}")
        except ObjectNotFound:
            return False
        return True

    def upload(
        self, path: Path, folder: str, *, user: str, overwrite: bool = False, progress: Progress | None = None
    ) -> Uploaded:
        """Put a local file, or a folder packed to one, into the folder; see Uploading."""
        return self._uploading.upload(
            path, user=check_unionid(user), prefix=folder, overwrite=overwrite, progress=progress
        )

    def download(self, key: str, target: Path, progress: Progress | None = None) -> None:
        """Write the object to the file; see ObjectStore."""
        self._objects.download(key, target, progress)
