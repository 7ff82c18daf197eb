"""Getting pictures of frames in threads: the one that is looked at, and small ones ahead of the play head.

Nothing piles up: at most one large and a few small ones are on their way, and what nobody wants any more ends between
two blocks of lines, or of bytes.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from render_manager.domain.entities import RenderFrame
from render_manager.domain.states import FrameStatus
from render_manager.gui.background import Background
from render_manager.gui.imaging.cache import BoundedCache
from render_manager.gui.imaging.errors import NotWanted
from render_manager.gui.imaging.reading import Picture, read_picture
from render_manager.services.results import Results

#: The longer side of what is played; more is hardly seen in motion, and takes four times the memory.
PROXY_LARGEST = 1024
#: Small pictures that are read at the same time.
AT_ONCE = 2
#: Seconds between two words about the progress.
_EVERY = 0.05

LayerKey = tuple[int, str]


@dataclass(frozen=True)
class ImageKey:
    """One layer of the image of one attempt."""

    task_id: str
    number: int
    attempt: int
    uploaded: str | None  #: what could not be had may be there once it is uploaded
    layer: LayerKey | None

    @classmethod
    def of(cls, frame: RenderFrame, layer: LayerKey | None) -> "ImageKey | None":
        """None: the frame has no image."""
        if frame.status is not FrameStatus.COMPLETED or not frame.output_path:
            return None
        return cls(frame.task_id, frame.frame_number, frame.attempt, frame.uploaded_key, layer)


class Loader(QObject):
    """Reads one picture as it is; another one that is wanted takes its place.

    Signals:
        loaded: the ImageKey and its Picture.
        failed: the ImageKey and the error.
        progressed: bytes fetched, and in all (0: not known yet).
    """

    loaded = Signal(object, object)
    failed = Signal(object, object)
    progressed = Signal(object, object)  # Python numbers: more than a C int holds

    def __init__(self, results: Results, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._results = results
        self._background = background
        self._wanted: ImageKey | None = None
        self._told_at = 0.0

    @property
    def wanted(self) -> ImageKey | None:
        return self._wanted

    def want(self, frame: RenderFrame, key: ImageKey) -> None:
        if key != self._wanted:
            self._wanted = key
            self._background.run(
                partial(self._read, frame, key),
                done=partial(self._done, key),
                failed=partial(self._failed, key),
                owner=self,
            )

    def stop(self) -> None:
        self._wanted = None

    def _read(self, frame: RenderFrame, key: ImageKey) -> Picture:
        """Runs in a thread."""

        def wanted(done: int | None = None, total: int | None = None) -> None:
            if key != self._wanted:
                raise NotWanted("Another frame was chosen.")
            if done is not None and time.monotonic() - self._told_at >= _EVERY:
                self._told_at = time.monotonic()
                self.progressed.emit(done, total or 0)

        wanted()
        return read_picture(self._results.image(frame, wanted), key.layer, wanted=wanted)

    def _done(self, key: ImageKey, picture: Picture) -> None:
        if key == self._wanted:
            self._wanted = None
            self.loaded.emit(key, picture)

    def _failed(self, key: ImageKey, error: Exception) -> None:
        if key == self._wanted:
            self._wanted = None
            self.failed.emit(key, error)


class ReadAhead(QObject):
    """Fills a cache with small pictures of frames that will soon be played.

    ``next_one`` is asked for the next frame whenever there is time for one, given what is on its way.

    Signals:
        came: the ImageKey of a picture that is in the cache now, or can't be had.
    """

    came = Signal(object)

    def __init__(
        self,
        results: Results,
        background: Background,
        cache: BoundedCache[ImageKey, Picture],
        next_one: "Callable[[ReadAhead], tuple[RenderFrame, ImageKey] | None]",
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.cache = cache
        self.problems: dict[ImageKey, Exception] = {}  #: why a picture can't be had; it is not tried again
        self.seconds = 0.1  #: that one takes, of late
        self.under_way: set[ImageKey] = set()
        self._results = results
        self._background = background
        self._next_one = next_one
        self._run = 0  #: raised to end what is on its way
        self._running = False

    def start(self) -> None:
        self._running = True
        self.go_on()

    def stop(self) -> None:
        self._running = False
        self._run += 1

    def forget_problems(self) -> None:
        self.problems.clear()

    def go_on(self) -> None:
        """Begin with the next ones, as many as may be read at a time."""
        while self._running and len(self.under_way) < AT_ONCE and (found := self._next_one(self)):
            frame, key = found
            self.under_way.add(key)
            self._background.run(
                partial(self._read, frame, key, self._run),
                done=partial(self._done, key),
                failed=partial(self._failed, key),
                owner=self,
            )

    def knows(self, key: ImageKey) -> bool:
        """Whether there is nothing left to do for it."""
        return key in self.cache or key in self.problems or key in self.under_way

    def _read(self, frame: RenderFrame, key: ImageKey, run: int) -> tuple[Picture, float]:
        """Runs in a thread."""

        def wanted(done: int = 0, total: int | None = None) -> None:
            if run != self._run:
                raise NotWanted("It is not played any more.")

        wanted()
        began = time.monotonic()
        path = self._results.image(frame, wanted)
        return read_picture(path, key.layer, largest=PROXY_LARGEST, wanted=wanted), time.monotonic() - began

    def _done(self, key: ImageKey, read: tuple[Picture, float]) -> None:
        picture, seconds = read
        self.seconds += (seconds - self.seconds) / 4
        self.under_way.discard(key)
        self.cache.put(key, picture)
        self.came.emit(key)
        self.go_on()

    def _failed(self, key: ImageKey, error: Exception) -> None:
        self.under_way.discard(key)
        if not isinstance(error, NotWanted):
            self.problems[key] = error
            self.came.emit(key)
        self.go_on()
