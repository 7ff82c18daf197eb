"""Submitting several specs one after the other, off the Qt thread, with progress and a way to stop."""

import time
from collections.abc import Sequence
from enum import Enum, auto

from PySide6.QtCore import QObject, Signal

from render_manager.domain.entities import RenderSpec
from render_manager.domain.errors import RenderManagerError, StoreUnavailable
from render_manager.gui.background import Background
from render_manager.services.ports import Progress
from render_manager.services.submit import Submission

#: Seconds between two words about an upload's progress.
_EVERY = 0.05


class Phase(Enum):
    SUBMITTING = auto()
    PACKING = auto()
    UPLOADING = auto()


class Stopped(RenderManagerError):
    """The upload was stopped; nothing was submitted from here on."""


class SubmitJob(QObject):
    """Signals, each with the place of the spec it is about:
    progressed: its Phase, bytes done, bytes in all (0: unknown).
    submitted: the id of the new task.
    refused: the error it came to.
    finished: all are through, or it was stopped.
    """

    progressed = Signal(int, object, object, object)  # Python numbers: a file may be larger than a C int
    submitted = Signal(int, str)
    refused = Signal(int, object)
    finished = Signal()

    def __init__(
        self, submission: Submission, background: Background, specs: Sequence[RenderSpec], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._submission = submission
        self._background = background
        self._specs = specs
        self._stop = False

    def start(self) -> None:
        self._background.run(self._work, done=self._done, failed=self._failed, owner=self)

    def stop(self) -> None:
        self._stop = True

    def _done(self, _: None) -> None:
        self.finished.emit()

    def _failed(self, error: Exception) -> None:
        self.refused.emit(0, error)
        self.finished.emit()

    def _work(self) -> None:
        """Runs in a thread; signals reach the form on its own."""
        for place, spec in enumerate(self._specs):
            if self._stop:
                return
            self.progressed.emit(place, Phase.SUBMITTING, 0, 0)
            uploading, packing = self._progress(place, Phase.UPLOADING), self._progress(place, Phase.PACKING)
            try:
                task = self._submission.submit(spec, uploading, packing)
            except (Stopped, StoreUnavailable) as error:  # the next would end the same way
                self.refused.emit(place, error)
                return
            except RenderManagerError as error:
                self.refused.emit(place, error)
            else:
                self.submitted.emit(place, task.id)

    def _progress(self, place: int, phase: Phase) -> Progress:
        last = 0.0

        def tell(done: int, total: int | None) -> None:
            nonlocal last
            if self._stop:
                raise Stopped("The upload was stopped.")
            now = time.monotonic()
            if now - last >= _EVERY or done == total:
                last = now
                self.progressed.emit(place, phase, done, total or 0)

        return tell
