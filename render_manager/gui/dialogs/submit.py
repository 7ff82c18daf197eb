"""The dialog that makes tasks of one or several paths."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from render_manager.domain.errors import InvalidTask
from render_manager.gui import text
from render_manager.gui.background import Background
from render_manager.gui.dialogs.farm_fields import FarmFields
from render_manager.gui.dialogs.main_fields import MainFields
from render_manager.gui.dialogs.messages import explain
from render_manager.gui.dialogs.more_fields import MoreFields
from render_manager.gui.dialogs.submit_job import Failure, SubmitJob
from render_manager.gui.dialogs.task_picker import AskTasks
from render_manager.gui.views.drop import dropped_paths
from render_manager.gui.window_state import WindowState
from render_manager.services.submit import Submission


class SubmitDialog(QDialog):
    """Args: tasks: gives all tasks known; a new one may have to wait for some of them.

    Signals: submitted: the ids of the new tasks.
    """

    submitted = Signal(list)

    def __init__(
        self,
        submission: Submission,
        background: Background,
        state: WindowState,
        *,
        default_user: str,
        paths: Sequence[str],
        tasks: AskTasks,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("submit")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Submit render tasks"))
        self.setMinimumWidth(620)
        self.setAcceptDrops(True)
        self._submission = submission
        self._background = background
        self._ids: list[str] = []
        self._job: SubmitJob | None = None
        self._main = MainFields(submission, background, state, default_user, paths)
        self._more = MoreFields()
        self._farm = FarmFields(submission.max_attempts, tasks)
        # One at a time: the form stays small.
        self._more.unfolded.connect(lambda: self._farm.open(False))
        self._farm.unfolded.connect(lambda: self._more.open(False))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(self._main)
        layout.addWidget(self._farm)
        layout.addWidget(self._more, 1)
        self._build_foot(layout)
        self._main.changed.connect(self._update)
        self._main.engine_changed.connect(lambda: self._more.show_engine(self._main.engine()))
        self._more.show_engine(self._main.engine())
        self._update()
        self._main.focus_first()

    def _build_foot(self, layout: QVBoxLayout) -> None:
        self._problem = QLabel(wordWrap=True)
        self._problem.setObjectName("problem")
        self._problem.setProperty("role", "error")
        self._problem.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._problem.hide()
        self._progress = QProgressBar()
        self._progress.setObjectName("upload")
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(8)
        self._progress.hide()
        self._doing = QLabel()
        self._doing.setProperty("role", "muted")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._ok: QPushButton = buttons.addButton(self.tr("Submit"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._ok.setObjectName("submit_button")
        self._ok.setDefault(True)
        self._ok.clicked.connect(self.submit)
        buttons.rejected.connect(self.reject)
        foot = QHBoxLayout()
        foot.setSpacing(10)
        foot.addWidget(self._doing)
        foot.addWidget(self._progress, 1)
        foot.addStretch(0)
        foot.addWidget(buttons)
        layout.addWidget(self._problem)
        layout.addLayout(foot)

    # -- paths ---------------------------------------------------------------------------------------------------

    def paths(self) -> list[str]:
        """Those not submitted yet."""
        return self._main.paths()

    def add_paths(self, paths: Sequence[str]) -> None:
        """Something more was dropped while the form is open."""
        self._main.add_paths(paths)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._job is None and dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.add_paths(dropped_paths(event.mimeData()))
        event.acceptProposedAction()

    # -- submitting ----------------------------------------------------------------------------------------------

    def submit(self) -> None:
        try:
            specs = self._farm.complete(self._more.complete(self._main.specs()))
        except InvalidTask:
            return  # said beside the field
        self._problem.hide()
        self._job = SubmitJob(self._submission, self._background, specs, self)
        self._job.progressed.connect(self._show_progress)
        self._job.submitted.connect(self._took_one)
        self._job.finished.connect(self._finished)
        self._lock(True)
        self._job.start()

    def stop(self) -> None:
        """Stop what is being uploaded."""
        if self._job is not None:
            self._job.stop()

    def _lock(self, on: bool) -> None:
        self._main.setEnabled(not on)
        self._farm.setEnabled(not on)
        self._more.setEnabled(not on)
        self._progress.setVisible(on)
        self._progress.setRange(0, 0)
        self._doing.setText(self.tr("Submitting…") if on else "")
        self._update()

    def _update(self) -> None:
        count = len(self.paths())
        self._ok.setEnabled(self._main.good and self._job is None)
        self._ok.setText(self.tr("Submit {0} tasks").format(count) if count > 1 else self.tr("Submit"))
        self._more.allow_name(count < 2)

    def _show_progress(self, path: str, done: int, total: int) -> None:
        # In thousandths: a file's size in bytes does not fit the bar's numbers.
        self._progress.setRange(0, 1000 if total else 0)
        self._progress.setValue(1000 * done // total if total else 0)
        name = path.replace("\\", "/").rsplit("/", 1)[-1]
        self._doing.setText(self.tr("Uploading {0}: {1} of {2}").format(name, text.size(done), text.size(total)))

    def _took_one(self, path: str, task_id: str) -> None:
        self._ids.append(task_id)
        self._main.remove_path(path)

    def _finished(self, failures: list[Failure]) -> None:
        self._job = None
        self._lock(False)
        if self._ids:
            self._main.remember()
        if not failures:
            self.submitted.emit(self._ids)
            self.accept()
        elif not self._main.complain(failures[0].error):
            self._problem.setText(explain(failures[0].error)[0])
            self._problem.show()

    def reject(self) -> None:
        """While an upload runs, its end; then the form's."""
        if self._job is not None:
            self.stop()
            return
        if self._ids:
            self.submitted.emit(self._ids)
        super().reject()

    def event(self, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.LayoutRequest:
            return super().event(event)
        handled = super().event(event)
        # A complaint may take more lines than there is room for.
        if (layout := self.layout()) and (needed := layout.totalHeightForWidth(self.width())) > self.height():
            self.resize(self.width(), needed)
        return handled
