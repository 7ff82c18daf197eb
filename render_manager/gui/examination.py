"""An examination by the doctor, one after the other, and test frames: done in threads, told on the Qt thread."""

import threading
import time
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from render_manager.domain.checkup import Checkup, Finding
from render_manager.domain.errors import CheckupStopped
from render_manager.gui.background import Background
from render_manager.services.ports import Doctor


class Examination(QObject):
    """Signals:
    began: what was found before is gone.
    found: a Finding; one of the same id takes the place of the one before.
    rendered: the Finding of a test frame, after it was found.
    trial_stopped: a test frame ended without one.
    changed: it began, is being stopped or has ended; or so did a test frame.

    Attributes:
        problem: what it came to grief of; None if it did not.
        stopped: the last one was, before its end.
        ended_at: when the last one ended, in seconds of ``time.time``; None while it runs.
        rendering: the engine of which a test frame is being rendered, or was until it was stopped.
    """

    began = Signal()
    found = Signal(object)
    rendered = Signal(object)
    trial_stopped = Signal()
    changed = Signal()
    _told = Signal(object)  # from a thread, which is why it reaches _take later, on the Qt thread

    def __init__(self, doctor: Doctor, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._doctor = doctor
        self._background = background
        self._stop = threading.Event()
        self._stop_frame = threading.Event()
        self._telling = threading.Lock()
        self._again = False
        self._findings: dict[str, Finding] = {}
        self.running = False
        self.stopped = False
        self.problem: Exception | None = None
        self.ended_at: float | None = None
        self.rendering: str | None = None
        self._told.connect(self._take)

    @property
    def checkup(self) -> Checkup:
        """What has been found so far."""
        return Checkup(list(self._findings.values()))

    @property
    def stopping(self) -> bool:
        return self.running and self._stop.is_set()

    # -- examining -----------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Look at everything. While one runs that is being stopped: as soon as it has ended."""
        if self.running:
            self._again = self.stopping
            return
        self._again = self.stopped = False
        self._stop.clear()
        self._findings.clear()
        self.problem, self.ended_at, self.running = None, None, True
        self.began.emit()
        self.changed.emit()
        self._background.run(self._work, done=lambda _: self._end(None), failed=self._end, owner=self)

    def stop(self) -> None:
        """Nothing more is told from now on. It ends within a second."""
        with self._telling:  # so that no thread speaks of it to an object that is gone
            self._stop.set()
        self._again = False
        self.changed.emit()

    def _work(self) -> None:
        """Runs in a thread."""
        self._doctor.examine(self._tell, stopped=self._stop)

    def _tell(self, finding: Finding) -> None:
        """Runs in that thread, too."""
        with self._telling:
            if self._stop.is_set():
                raise CheckupStopped
            self._told.emit(finding)

    def _take(self, finding: Finding) -> None:
        if not self.stopping:
            self._add(finding)

    def _add(self, finding: Finding) -> None:
        self._findings[finding.id] = finding
        self.found.emit(finding)

    def _end(self, problem: Exception | None) -> None:
        self.stopped = self._stop.is_set()
        self.problem = None if self.stopped else problem
        self.running, self.ended_at = False, time.time()
        if self._again:
            self.begin()
        else:
            self.changed.emit()

    # -- test frames ---------------------------------------------------------------------------------------------

    def render_trial_frame(self, engine: str, project: Path | None = None) -> None:
        """Takes minutes. Does nothing while another one is at it."""
        if self.rendering is None:
            self.rendering = engine
            self._stop_frame.clear()
            self.changed.emit()
            work = partial(self._doctor.trial_frame, engine, project, self._stop_frame)
            self._background.run(work, done=self._rendered, failed=self._not_rendered, owner=self)

    def stop_trial_frame(self) -> None:
        """Its renderer ends within two seconds."""
        self._stop_frame.set()

    def _rendered(self, finding: Finding) -> None:
        self.rendering = None
        self._add(finding)
        self.changed.emit()
        self.rendered.emit(finding)

    def _not_rendered(self, problem: Exception) -> None:
        self.rendering = None
        stopped = isinstance(problem, CheckupStopped)
        if not stopped:
            self.problem = problem
        self.changed.emit()
        if stopped:
            self.trial_stopped.emit()
