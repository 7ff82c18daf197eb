"""Submitting several specs one after the other, off the Qt thread, with progress and a way to stop."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from render_manager.domain.entities import RenderSpec
from render_manager.domain.errors import RenderManagerError, StoreUnavailable
from render_manager.gui.background import Background
from render_manager.services.ports import Progress
from render_manager.services.submit import Submission

#: Seconds between two words about an upload's progress.
_EVERY = 0.05


class Stopped(RenderManagerError):
    """The upload was stopped; nothing was submitted from here on."""


@dataclass(frozen=True)
class Failure:
    path: str
    error: Exception


class SubmitJob(QObject):
    """Signals:
    progressed: path, bytes uploaded, bytes in all (0: unknown).
    submitted: path and id of a new task.
    finished: the list of Failure.
    """

    progressed = Signal(str, object, object)  # Python numbers: a file may be larger than a C int
    submitted = Signal(str, str)
    finished = Signal(list)

    def __init__(
        self, submission: Submission, background: Background, specs: Sequence[RenderSpec], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._submission = submission
        self._background = background
        self._specs = specs
        self._stop = False

    def start(self) -> None:
        self._background.run(self._work, done=self.finished.emit, failed=self._failed, owner=self)

    def stop(self) -> None:
        self._stop = True

    def _failed(self, error: Exception) -> None:
        self.finished.emit([Failure("", error)])

    def _work(self) -> list[Failure]:
        """Runs in a thread; signals reach the form on its own."""
        failures: list[Failure] = []
        for spec in self._specs:
            try:
                task = self._submission.submit(spec, self._progress(spec.path))
                self.submitted.emit(spec.path, task.id)
            except (Stopped, StoreUnavailable) as error:  # the next would end the same way
                failures.append(Failure(spec.path, error))
                break
            except RenderManagerError as error:
                failures.append(Failure(spec.path, error))
            if self._stop:
                break
        return failures

    def _progress(self, path: str) -> Progress:
        last = 0.0

        def tell(done: int, total: int | None) -> None:
            nonlocal last
            if self._stop:
                raise Stopped("The upload was stopped.")
            now = time.monotonic()
            if now - last >= _EVERY or done == total:
                last = now
                self.progressed.emit(path, done, total or 0)

        return tell
