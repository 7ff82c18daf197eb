"""Downloading a task's results: how far it is, and a way to stop."""

import time
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QProgressBar, QVBoxLayout, QWidget

from render_manager.domain.entities import RenderTask
from render_manager.domain.errors import RenderManagerError
from render_manager.gui import text
from render_manager.gui.background import Background
from render_manager.services.download import DownloadReport
from render_manager.services.results import Results

#: Seconds between two words about the progress.
_EVERY = 0.05


class Stopped(RenderManagerError):
    """The download was stopped; what arrived stays, and the next one goes on with it."""


class DownloadJob(QObject):
    """Signals:
    progressed: bytes done, and in all (0: not known yet).
    finished: the DownloadReport.
    failed: the error that ended it.
    """

    progressed = Signal(object, object)  # Python numbers: more than a C int holds
    finished = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        results: Results,
        background: Background,
        task: RenderTask,
        folder: Path,
        parent: QObject,
        frames: str | None = None,
    ) -> None:
        super().__init__(parent)
        self._results = results
        self._background = background
        self._task = task
        self._folder = folder
        self._frames = frames
        self._stop = False
        self._told_at = 0.0

    def start(self) -> None:
        self._background.run(self._work, done=self.finished.emit, failed=self.failed.emit, owner=self)

    def stop(self) -> None:
        self._stop = True

    def _work(self) -> DownloadReport:
        """Runs in a thread; signals reach the dialog on its own."""
        return self._results.download(self._task.id, self._folder, frames=self._frames, progress=self._tell)

    def _tell(self, done: int, total: int | None) -> None:
        if self._stop:
            raise Stopped("The download was stopped.")
        now = time.monotonic()
        if now - self._told_at >= _EVERY or done == total:
            self._told_at = now
            self.progressed.emit(done, total or 0)


class DownloadDialog(QDialog):
    """Not modal, and gone when the download is.

    Signals:
    finished_with: the DownloadReport.
    failed_with: what ended it, unless the user did.
    """

    finished_with = Signal(object)
    failed_with = Signal(object)

    def __init__(
        self,
        results: Results,
        background: Background,
        task: RenderTask,
        folder: Path,
        parent: QWidget,
        frames: str | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("download")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Download results"))
        self.setMinimumWidth(420)
        title = QLabel(self.tr("{0} to {1}").format(task.name, folder), wordWrap=True)
        title.setTextFormat(Qt.TextFormat.PlainText)
        self._bar = QProgressBar()
        self._bar.setObjectName("download_progress")
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(8)
        self._bar.setRange(0, 0)
        self._doing = QLabel(self.tr("Looking where the images are…"))
        self._doing.setObjectName("download_doing")
        self._doing.setProperty("role", "muted")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        for part in (title, self._bar, self._doing, buttons):
            layout.addWidget(part)
        self._running = True
        self._job = DownloadJob(results, background, task, folder, self, frames)
        self._job.progressed.connect(self._show_progress)
        self._job.finished.connect(self._finished)
        self._job.failed.connect(self._failed)
        self._job.start()

    def stop(self) -> None:
        self._job.stop()

    def reject(self) -> None:
        """The download ends first, within a moment."""
        if self._running:
            self.stop()
            self._doing.setText(self.tr("Stopping…"))
        else:
            super().reject()

    def _show_progress(self, done: int, total: int) -> None:
        # In thousandths: sizes in bytes do not fit the bar's numbers.
        self._bar.setRange(0, 1000 if total else 0)
        self._bar.setValue(1000 * done // total if total else 0)
        if total:
            self._doing.setText(self.tr("{0} of {1}").format(text.size(done), text.size(total)))

    def _finished(self, report: DownloadReport) -> None:
        self._end()
        self.finished_with.emit(report)

    def _failed(self, error: Exception) -> None:
        self._end()
        if not isinstance(error, Stopped):
            self.failed_with.emit(error)

    def _end(self) -> None:
        self._running = False
        self.close()
