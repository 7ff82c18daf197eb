"""Images fetched from the object store to be looked at: a folder of this computer, kept within bounds."""

import os
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock

from render_manager.domain.entities import RenderFrame
from render_manager.domain.errors import NotEnoughSpace
from render_manager.services.result_files import clean_name

KEPT_BYTES = 1024**3


class ImageCache:
    """Several threads and programs may use one folder. What was not looked at for longest goes first."""

    def __init__(self, folder: Path, most_bytes: int = KEPT_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._fetching: defaultdict[Path, Lock] = defaultdict(Lock)

    def get(self, frame: RenderFrame, fetch: Callable[[Path], object]) -> Path:
        """The image of this attempt, which ``fetch`` writes to the path it is given if it is not here.

        Raises what ``fetch`` raises; NotEnoughSpace where the folder can't be written.
        """
        key = frame.uploaded_key or ""
        # Programs open it by its suffix, and people see its name.
        name = clean_name(key.rpartition("/")[2])[-120:]
        path = self._folder / f"{frame.task_id}_{frame.frame_number}.{frame.attempt}_{name}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._fetching[path]:
                if path.is_file():
                    os.utime(path)
                    return path
                fetch(path)
            self._prune(path)
        except OSError as error:
            raise NotEnoughSpace(
                f"The folder {self._folder} for images can't be written: {error.strerror or error}."
            ) from error
        return path

    def _prune(self, newest: Path) -> None:
        found: list[tuple[float, int, Path]] = []
        for path in self._folder.iterdir():
            with suppress(OSError):  # another program may tidy up, too
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= self._most_bytes:
                return
            if path == newest:
                continue
            with suppress(OSError):  # another program may have it open
                path.unlink()
                total -= size
