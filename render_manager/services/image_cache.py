"""Images and logs fetched from the object store to be looked at: a folder of this computer, kept within bounds."""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from weakref import WeakValueDictionary

from render_manager.domain.entities import RenderFrame
from render_manager.domain.errors import NotEnoughSpace
from render_manager.services.ports import Progress
from render_manager.services.result_files import clean_name

KEPT_BYTES = 1024**3
#: Seconds between two words to somebody who waits for a fetch of another's.
_WAIT = 0.05


class _Fetch:
    """One at a time fetches an image; who waits for it hears how far it is."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._done = 0
        self._total: int | None = None

    @contextmanager
    def turn(self, progress: Progress | None) -> Generator[None]:
        """What ``progress`` raises ends the waiting."""
        while not self._lock.acquire(timeout=_WAIT):
            if progress:
                progress(self._done, self._total)
        try:
            yield
        finally:
            self._done, self._total = 0, None
            self._lock.release()

    def noted(self, progress: Progress | None) -> Progress:
        def note(done: int, total: int | None) -> None:
            self._done, self._total = done, total
            if progress:
                progress(done, total)

        return note


class ImageCache:
    """Several threads and programs may use one folder. What was not looked at for longest goes first."""

    def __init__(self, folder: Path, most_bytes: int = KEPT_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._fetching: WeakValueDictionary[Path, _Fetch] = WeakValueDictionary()
        self._lock = Lock()

    def get(
        self, frame: RenderFrame, fetch: Callable[[Path, Progress], object], progress: Progress | None = None
    ) -> Path:
        """The image of this attempt, which ``fetch`` writes to the path it is given if it is not here.

        ``progress`` is told bytes also while somebody else fetches it, and ends the waiting by what it raises.

        Raises what ``fetch`` and ``progress`` raise; NotEnoughSpace where the folder can't be written.
        """
        key = frame.uploaded_key or ""
        # Programs open it by its suffix, and people see its name.
        name = clean_name(key.rpartition("/")[2])[-120:]
        path = self._folder / f"{frame.task_id}_{frame.frame_number}.{frame.attempt}_{name}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._lock:
                fetching = self._fetching.setdefault(path, _Fetch())
            with fetching.turn(progress):
                if path.is_file():
                    os.utime(path)
                    return path
                fetch(path, fetching.noted(progress))
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
