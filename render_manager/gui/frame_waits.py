"""Why the frame that somebody looks at is not rendered: read off the Qt thread, and again while it is looked at."""

import time
from functools import partial

from PySide6.QtCore import QObject, Signal

from render_manager.domain.entities import RenderFrame
from render_manager.domain.states import FrameStatus
from render_manager.gui.background import Background
from render_manager.services.queries import Queries

#: Seconds after which what was read may have changed: it depends on what others do.
TRUE_FOR = 2.0
_MAY_WAIT = (FrameStatus.PENDING, FrameStatus.RENDERING)
_Asked = tuple[str, int, FrameStatus, int]


class FrameWaits(QObject):
    """Of one frame at a time.

    Signals:
        told: ``of`` may say something else now.
    """

    told = Signal()

    def __init__(self, queries: Queries, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._queries = queries
        self._background = background
        self._asked: _Asked | None = None
        self._sentence = ""
        self._due = 0.0  #: monotonic; from then on it is read again
        self._reading = False

    def of(self, frame: RenderFrame) -> str:
        """The sentence as far as it is known, in English; what is not known, or not lately, is being read now."""
        asked = (frame.task_id, frame.frame_number, frame.status, frame.attempt)
        if asked != self._asked:
            self._asked, self._sentence, self._due = asked, "", 0.0
        if frame.status in _MAY_WAIT and not self._reading and time.monotonic() >= self._due:
            self._reading = True
            self._background.run(
                partial(self._queries.why_frame_waits, frame.task_id, frame.frame_number),
                done=lambda sentence: self._take(asked, sentence),
                failed=lambda _: self._take(asked, ""),  # the banner says that the database is away
                owner=self,
            )
        return self._sentence

    def _take(self, asked: _Asked, sentence: str) -> None:
        self._reading = False
        self._due = time.monotonic() + TRUE_FOR
        if asked != self._asked:  # another frame is looked at by now: whoever does asks again
            self._due = 0.0
            self.told.emit()
        elif sentence != self._sentence:
            self._sentence = sentence
            self.told.emit()
