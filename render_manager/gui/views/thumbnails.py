"""Small images of rendered frames: read off the Qt thread for what is in view, and kept within bounds."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from render_manager.domain.entities import RenderFrame
from render_manager.domain.errors import RenderManagerError
from render_manager.domain.states import FrameStatus
from render_manager.gui.background import Background
from render_manager.gui.sentences import say
from render_manager.services.results import Results

#: Images read at the same time: the window's other work goes on meanwhile.
AT_ONCE = 2
KEPT_BYTES = 64 * 1024**2
#: So many reasons why an image can't be had are kept.
_KEPT_FAILURES = 5000

#: Reads an image file so that neither side is longer than so many pixels; calls its last argument now and then.
Read = Callable[[Path, int, Callable[[], object]], QImage]
Key = tuple[object, ...]


@dataclass(frozen=True)
class Thumbnail:
    image: QImage
    side: int  #: pixels it was asked for with


class _NotWanted(RenderManagerError):
    """Nobody looks at that frame any more."""


class Thumbnails(QObject):
    """Signals: ready: the number of a frame whose image, or why there is none, is known now."""

    ready = Signal(int)

    def __init__(self, results: Results, background: Background, read: Read, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._results = results
        self._background = background
        self._read = read
        self._kept: OrderedDict[Key, Thumbnail] = OrderedDict()
        self._bytes = 0
        self._failures: dict[Key, str] = {}
        self._wanted: dict[str, dict[Key, tuple[RenderFrame, int]]] = {}  #: by who wants them, the latest last
        self._reading: set[Key] = set()

    def image(self, frame: RenderFrame) -> QImage | None:
        """The frame's image, if it was read, perhaps smaller than asked for."""
        key = _key(frame)
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found.image

    def failure(self, frame: RenderFrame) -> str | None:
        """Why the frame's image can't be had; None: it can, or nobody tried."""
        return self._failures.get(_key(frame))

    def want(self, who: str, frames: Iterable[RenderFrame], side: int) -> None:
        """Read these, the first ones first, and before what anybody else wants. Nothing else that ``who`` wanted is
        read any more: it went out of view."""
        self._wanted.pop(who, None)
        self._wanted[who] = {_key(frame): (frame, side) for frame in frames if has_image(frame)}
        self._go_on()

    def _go_on(self) -> None:
        while len(self._reading) < AT_ONCE and (found := self._next()):
            key, frame, side = found
            self._reading.add(key)
            self._background.run(
                lambda key=key, frame=frame, side=side: self._fetch(key, frame, side),
                done=lambda image, key=key, frame=frame, side=side: self._take(key, frame, Thumbnail(image, side)),
                failed=lambda error, key=key, frame=frame: self._failed(key, frame, error),
                owner=self,
            )

    def _next(self) -> tuple[Key, RenderFrame, int] | None:
        for wanted in reversed(self._wanted.values()):
            for key, (frame, side) in wanted.items():
                kept = self._kept.get(key)
                known = key in self._failures or (kept is not None and kept.side >= side)
                if not known and key not in self._reading:
                    return key, frame, side
        return None

    def _fetch(self, key: Key, frame: RenderFrame, side: int) -> QImage:
        """Runs in a thread."""

        def still_wanted(*progress: object) -> None:
            if not any(key in wanted for wanted in list(self._wanted.values())):
                raise _NotWanted("The frame went out of view.")

        still_wanted()
        return self._read(self._results.image(frame, still_wanted), side, still_wanted)

    def _take(self, key: Key, frame: RenderFrame, thumbnail: Thumbnail) -> None:
        self._reading.discard(key)
        if old := self._kept.pop(key, None):
            self._bytes -= old.image.sizeInBytes()
        self._kept[key] = thumbnail
        self._bytes += thumbnail.image.sizeInBytes()
        while self._bytes > KEPT_BYTES and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.image.sizeInBytes()
        self._go_on()
        self.ready.emit(frame.frame_number)

    def _failed(self, key: Key, frame: RenderFrame, error: Exception) -> None:
        self._reading.discard(key)
        if not isinstance(error, _NotWanted):
            self._failures[key] = say(str(error))
        while len(self._failures) > _KEPT_FAILURES:
            del self._failures[next(iter(self._failures))]
        self._go_on()
        self.ready.emit(frame.frame_number)


def has_image(frame: RenderFrame) -> bool:
    return frame.status is FrameStatus.COMPLETED and frame.output_path is not None


def _key(frame: RenderFrame) -> Key:
    """Also by where it was uploaded: what could not be had may be there then."""
    return (frame.task_id, frame.frame_number, frame.attempt, frame.uploaded_key)
