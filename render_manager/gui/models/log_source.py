"""Which log is shown: of a frame and one of the attempts at it, found wherever it lies, and read while it grows."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from render_manager.domain.entities import RenderFrame
from render_manager.domain.states import FrameStatus
from render_manager.gui.background import Background
from render_manager.gui.models.log_document import LogDocument
from render_manager.services.log_bytes import LogBytes
from render_manager.services.log_files import LogFile
from render_manager.services.logs import LogAttempt, Logs

#: Milliseconds between two looks at the log of a frame that is rendering, and between two tries to find it.
EVERY, AGAIN = 500, 3_000


class LogSource(QObject):
    """
    Signals:
        forgotten: the document is no longer to be shown; another one will come.
        looked_for: the log of the frame is being looked for.
        found: where the log lies; ``document`` is it.
        missing: why it was not found, for now at least.
        attempts_known: those at the frame.
    """

    forgotten = Signal()
    looked_for = Signal()
    found = Signal(object)
    missing = Signal(object)
    attempts_known = Signal()

    def __init__(self, logs: Logs, background: Background, seen: Callable[[], bool], parent: QObject) -> None:
        """Args: seen: whether anybody looks; else what grows is not read."""
        super().__init__(parent)
        self._logs = logs
        self._background = background
        self._seen = seen
        self.frame: RenderFrame | None = None
        self.document: LogDocument | None = None
        self.attempts: Sequence[LogAttempt] = ()
        self.chosen: int | None = None  #: the attempt chosen by the user; None: the last one
        self._looking = False
        self._asked = 0  # counts the logs that were to be shown
        self._timer = QTimer(self, interval=EVERY)
        self._timer.timeout.connect(self._tick)

    def show_frame(self, frame: RenderFrame | None) -> None:
        """Of another frame, or go on with the same log if only the frame's state changed."""
        before, self.frame = self.frame, frame
        if _frame_of(before) != _frame_of(frame):
            self.chosen = None
            self.attempts = ()
            self.attempts_known.emit()
        if frame is None or before is None or _log_of(before) != _log_of(frame):
            if self.chosen is None:
                self._forget()
            self._read_attempts()
        self._timer.stop()
        if self.document:
            self.document.poll()
        else:
            self._find()
        if self.growing:
            self._timer.start()

    def show_attempt(self, number: int) -> None:
        """Of one of the attempts at the frame."""
        if self.frame:
            self.chosen = number if number != self.frame.attempt else None
            self._forget()
            self._find()
            self._timer.start() if self.growing else self._timer.stop()

    @property
    def attempt(self) -> int:
        """Which one is shown."""
        return self.chosen or (self.frame.attempt if self.frame else 0)

    @property
    def worker(self) -> str | None:
        """Whose attempt that was."""
        if self.chosen and self.chosen <= len(self.attempts):
            return self.attempts[self.chosen - 1].worker
        return self.frame.worker if self.frame else None

    @property
    def growing(self) -> bool:
        """Whether the renderer still writes it."""
        return bool(self.frame) and self.frame.status is FrameStatus.RENDERING and self.chosen is None

    @property
    def awaited(self) -> bool:
        """Whether it is looked at again and again."""
        return self._timer.isActive()

    def _forget(self) -> None:
        self._asked += 1
        self._looking = False
        document, self.document = self.document, None
        self.forgotten.emit()
        if document:
            document.deleteLater()

    # -- finding it ----------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        if self.document is None:
            self._find()
        elif self._seen():
            self.document.poll()

    def _find(self) -> None:
        if self.frame is None or self._looking:
            return
        self._looking = True
        asked = self._asked
        self.looked_for.emit()
        self._background.run(
            partial(self._logs.find, self.frame, self.chosen),
            done=lambda file: self._take(asked, file),
            failed=lambda error: self._fail(asked, error),
            owner=self,
        )

    def _take(self, asked: int, file: LogFile) -> None:
        if asked == self._asked:
            self._looking = False
            self.document = LogDocument(self._background, LogBytes(file), self)
            self.found.emit(file)

    def _fail(self, asked: int, error: Exception) -> None:
        if asked != self._asked:
            return
        self._looking = False
        self.missing.emit(error)
        if self._timer.isActive():  # it may be there, or its worker back, in a moment
            self._timer.stop()
            QTimer.singleShot(AGAIN, self, self._try_again)

    def _try_again(self) -> None:
        if self.frame and self.frame.status is FrameStatus.RENDERING and not self.document:
            self._timer.start()
            self._find()

    # -- attempts ------------------------------------------------------------------------------------------------

    def _read_attempts(self) -> None:
        frame = self.frame
        if frame and frame.attempt > 1:
            self._background.run(
                partial(self._logs.attempts, frame),
                done=lambda found: self._take_attempts(frame, found),
                failed=lambda _: None,  # the log itself says what is wrong
                owner=self,
            )

    def _take_attempts(self, frame: RenderFrame, found: Sequence[LogAttempt]) -> None:
        if _log_of(frame) == _log_of(self.frame):
            self.attempts = found
            self.attempts_known.emit()


def _frame_of(frame: RenderFrame | None) -> object:
    return frame and (frame.task_id, frame.frame_number)


def _log_of(frame: RenderFrame | None) -> object:
    return frame and (frame.task_id, frame.frame_number, frame.attempt, frame.log_path)
