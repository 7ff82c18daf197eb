"""The form that makes tasks of one or several paths."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from render_manager.domain.engines import Engine
from render_manager.domain.entities import RenderSpec, check_unionid
from render_manager.domain.errors import (
    FrameRangeError,
    InvalidTask,
    ObjectNotFound,
    ObjectPathError,
    ObjectStoreError,
)
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.object_path import parse_object_path
from render_manager.gui import text
from render_manager.gui.background import Background
from render_manager.gui.dialogs.engine_options import EngineOptions
from render_manager.gui.dialogs.field import Field
from render_manager.gui.dialogs.guess import suggest_engine
from render_manager.gui.dialogs.messages import explain
from render_manager.gui.dialogs.priority_field import PriorityField
from render_manager.gui.dialogs.submit_job import Failure, SubmitJob
from render_manager.gui.views.drop import dropped_paths
from render_manager.gui.window_state import WindowState
from render_manager.services.submit import Submission

#: Milliseconds after the last key before the frames text is read: a long one takes a moment.
_PAUSE = 120


class SubmitDialog(QDialog):
    """Signals: submitted: the ids of the new tasks."""

    submitted = Signal(list)

    def __init__(
        self,
        submission: Submission,
        background: Background,
        state: WindowState,
        *,
        default_user: str,
        paths: Sequence[str],
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
        self._state = state
        self._engine_chosen = False  #: by hand: then names no longer decide
        self._frames_read: str | None = None  #: the frames text last found good
        self._ids: list[str] = []
        self._job: SubmitJob | None = None
        self._build(default_user)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self._read_frames)
        self._paths_edit.setPlainText("\n".join(paths))
        self._paths_edit.textChanged.connect(self._paths_changed)
        self._frames_edit.textChanged.connect(self._frames_changed)
        self._user_edit.textChanged.connect(self._update)
        self._engine.activated.connect(self._choose_engine)
        self._engine.currentIndexChanged.connect(self._engine_changed)
        self._paths_changed()
        self._engine_changed()
        self._read_frames()
        (self._frames_edit if paths else self._paths_edit).setFocus()

    # -- form ----------------------------------------------------------------------------------------------------

    def _build(self, default_user: str) -> None:
        self._paths_edit = QPlainTextEdit()
        self._paths_edit.setPlaceholderText(
            self.tr("oss://bucket/shot.zip, an object's URL or key, or a file; one a line")
        )
        self._paths_edit.setTabChangesFocus(True)
        self._paths_edit.setAcceptDrops(False)  # the form takes them, whatever of it is below the mouse
        self._paths_edit.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._paths_edit.setFixedHeight(self._paths_edit.fontMetrics().lineSpacing() * 3 + 14)
        self._browse = QPushButton(self.tr("Browse…"))
        self._browse.clicked.connect(self._pick_files)
        self._paths = Field(self._paths_edit, name="paths", label=self.tr("Projects"), beside=self._browse)
        self._engine = QComboBox()
        for engine in self._submission.engines.values():
            self._engine.addItem(engine.label, engine.name)
        self._engine.setCurrentIndex(max(self._engine.findData(self._state.value("engine")), 0))
        self._engine_field = Field(self._engine, name="engine", label=self.tr("Engine"))
        self._frames_edit = QLineEdit(self._state.value("frames", "1"))
        self._frames = Field(self._frames_edit, name="frames", label=self.tr("Frames"))
        self._priority = PriorityField()
        self._priority_field = Field(self._priority, name="priority_field", label=self.tr("Priority"))
        self._user_edit = QLineEdit(self._state.value("user", default_user))
        self._user = Field(self._user_edit, name="user", label=self.tr("User"))
        form = QFormLayout()
        form.setVerticalSpacing(4)
        form.setHorizontalSpacing(14)
        for field in (self._paths, self._engine_field, self._frames, self._priority_field, self._user):
            field.add_to(form)
        self._build_more()
        self._build_foot()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addLayout(form)
        layout.addWidget(self._more_button)
        layout.addWidget(self._more, 1)
        layout.addStretch(0)
        layout.addWidget(self._problem)
        layout.addLayout(self._foot)

    def _build_more(self) -> None:
        self._more_button = QToolButton()
        self._more_button.setText(self.tr("More options"))
        self._more_button.setCheckable(True)
        self._more_button.setObjectName("more")
        self._more_button.setProperty("flat", True)
        self._more_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._more_button.setArrowType(Qt.ArrowType.RightArrow)
        self._more_button.toggled.connect(self._show_more)
        self._name = QLineEdit(placeholderText=self.tr("the file's name"))
        self._name_field = Field(self._name, name="name", label=self.tr("Name"))
        self._archive = QComboBox()
        for shown, value in ((self.tr("see for itself"), None), (self.tr("yes"), True), (self.tr("no"), False)):
            self._archive.addItem(shown, value)
        self._project = QLineEdit(placeholderText=self.tr("found by itself"))
        archive = Field(self._archive, name="archive", label=self.tr("Archive"))
        project = Field(
            self._project,
            name="project_file",
            label=self.tr("Project file"),
            hint=self.tr("Its path inside the archive, where there are several."),
        )
        self._options = EngineOptions()
        body = QWidget()
        form = QFormLayout(body)
        form.setContentsMargins(0, 2, 10, 2)
        form.setVerticalSpacing(4)
        form.setHorizontalSpacing(14)
        for field in (self._name_field, archive, project):
            field.add_to(form)
        self._options_title = QLabel()
        self._options_title.setProperty("role", "section")
        form.addRow(self._options_title)
        form.addRow(self._options)
        self._more = QScrollArea(widgetResizable=True)
        self._more.setFrameShape(QFrame.Shape.NoFrame)
        self._more.setWidget(body)
        self._more.setMinimumHeight(230)
        self._more.hide()

    def _build_foot(self) -> None:
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
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._ok: QPushButton = self._buttons.addButton(self.tr("Submit"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._ok.setObjectName("submit_button")
        self._ok.setDefault(True)
        self._ok.clicked.connect(self.submit)
        self._buttons.rejected.connect(self.reject)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(10)
        self._foot.addWidget(self._doing)
        self._foot.addWidget(self._progress, 1)
        self._foot.addStretch(0)
        self._foot.addWidget(self._buttons)

    def event(self, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.LayoutRequest:
            return super().event(event)
        handled = super().event(event)
        # A complaint may take more lines than there is room for.
        if (layout := self.layout()) and (needed := layout.totalHeightForWidth(self.width())) > self.height():
            self.resize(self.width(), needed)
        return handled

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.add_paths(dropped_paths(event.mimeData()))
        event.acceptProposedAction()

    # -- paths and engine ----------------------------------------------------------------------------------------

    def paths(self) -> list[str]:
        lines = self._paths_edit.toPlainText().splitlines()
        return list(dict.fromkeys(line.strip() for line in lines if line.strip()))

    def add_paths(self, paths: Sequence[str]) -> None:
        """Something more was dropped while the form is open."""
        self._paths_edit.setPlainText("\n".join([*self.paths(), *paths]))

    def _pick_files(self) -> None:
        picker = QFileDialog(self, self.tr("Projects to submit"))
        picker.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        picker.setFileMode(QFileDialog.FileMode.ExistingFiles)
        picker.filesSelected.connect(self.add_paths)
        picker.open()

    def _paths_changed(self) -> None:
        paths = self.paths()
        for path in paths:
            try:
                parse_object_path(path)
            except ObjectPathError as error:
                self._paths.complain(str(error))
                break
        else:
            count = self.tr("{0} projects, one task each").format(len(paths)) if len(paths) > 1 else ""
            self._paths.say(count)
        self._name.setEnabled(len(paths) < 2)
        if paths and self._job is None and not self._engine_chosen:
            self._guess_engine(paths)
        self._update()

    def _guess_engine(self, paths: Sequence[str]) -> None:
        guessed = suggest_engine(self._submission.engines, paths[0])
        name = guessed.name if guessed else self._state.value("engine")
        place = self._engine.findData(name)
        self._engine.setCurrentIndex(max(place, 0))
        self._engine_field.say(self.tr("Told from the file's name.") if guessed else "")

    def _choose_engine(self) -> None:
        self._engine_chosen = True
        self._engine_field.say("")

    def _engine_of_form(self) -> Engine:
        return self._submission.engines[str(self._engine.currentData())]

    def _engine_changed(self) -> None:
        engine = self._engine_of_form()
        self._options.show_engine(engine)
        self._options_title.setText(self.tr("Options for {0}").format(engine.label))
        self._options_title.setVisible(bool(engine.options))

    def _show_more(self, on: bool) -> None:
        self._more_button.setArrowType(Qt.ArrowType.DownArrow if on else Qt.ArrowType.RightArrow)
        self._more.setVisible(on)
        self.adjustSize()

    # -- frames and user -----------------------------------------------------------------------------------------

    def _frames_changed(self) -> None:
        self._frames_read = None
        self._pause.start()
        self._update()

    def _read_frames(self) -> None:
        typed = self._frames_edit.text()
        self._background.run(
            partial(FrameRange.parse, typed, self._submission.max_frames),
            done=lambda frames: self._frames_good(typed, frames),
            failed=lambda error: self._frames_wrong(typed, error),
        )

    def _frames_good(self, typed: str, frames: FrameRange) -> None:
        if typed == self._frames_edit.text():
            self._frames_read = typed
            shown = str(frames) if len(frames.runs) < 40 else f"{frames.runs[0][0]} … {frames.runs[-1][-1]}"
            words = self.tr("{0} frames: {1}") if len(frames) > 1 else self.tr("{0} frame: {1}")
            self._frames.say(words.format(text.number(len(frames)), shown))
            self._update()

    def _frames_wrong(self, typed: str, error: Exception) -> None:
        if typed == self._frames_edit.text():
            self._frames.complain(explain(error)[0])
            self._update()

    def _update(self) -> None:
        try:
            check_unionid(self._user_edit.text().strip())
            self._user.say("")
        except InvalidTask as error:
            self._user.complain(str(error))
        good = self._frames_read is not None and not self._user.wrong and not self._paths.wrong
        self._ok.setEnabled(good and bool(self.paths()) and self._job is None)
        count = len(self.paths())
        self._ok.setText(self.tr("Submit {0} tasks").format(count) if count > 1 else self.tr("Submit"))

    # -- submitting ----------------------------------------------------------------------------------------------

    def submit(self) -> None:
        try:
            options = self._options.values()
        except InvalidTask:
            self._more_button.setChecked(True)
            return
        self._problem.hide()
        paths = self.paths()
        specs = [
            RenderSpec(
                path=path,
                engine=str(self._engine.currentData()),
                frames=self._frames_edit.text(),
                unionid=self._user_edit.text().strip(),
                priority=self._priority.value(),
                name=(self._name.text().strip() or None) if len(paths) == 1 else None,
                is_compressed=self._archive.currentData(),
                project_file=self._project.text().strip() or None,
                task_info=options,
            )
            for path in paths
        ]
        self._job = SubmitJob(self._submission, self._background, specs, self)
        self._job.progressed.connect(self._show_progress)
        self._job.submitted.connect(self._took_one)
        self._job.finished.connect(self._finished)
        self._lock(True)
        self._job.start()

    def _lock(self, on: bool) -> None:
        for widget in (
            self._paths,
            self._browse,
            self._engine_field,
            self._frames,
            self._priority,
            self._user,
            self._more,
        ):
            widget.setEnabled(not on)
        self._progress.setVisible(on)
        self._progress.setRange(0, 0)
        self._doing.setText(self.tr("Submitting…") if on else "")
        self._update()

    def _show_progress(self, path: str, done: int, total: int) -> None:
        # In thousandths: a file's size in bytes does not fit the bar's numbers.
        self._progress.setRange(0, 1000 if total else 0)
        self._progress.setValue(1000 * done // total if total else 0)
        self._doing.setText(
            self.tr("Uploading {0}: {1} of {2}").format(
                path.replace("\\", "/").rsplit("/", 1)[-1], text.size(done), text.size(total)
            )
        )

    def _took_one(self, path: str, task_id: str) -> None:
        self._ids.append(task_id)
        self._paths_edit.setPlainText("\n".join(left for left in self.paths() if left != path))

    def _finished(self, failures: list[Failure]) -> None:
        self._job = None
        self._lock(False)
        if self._ids:
            self._state.save_value("user", self._user_edit.text().strip())
            self._state.save_value("frames", self._frames_edit.text())
            self._state.save_value("engine", str(self._engine.currentData()))
        if not failures:
            self.submitted.emit(self._ids)
            self.accept()
            return
        self._complain(failures[0].error)

    def _complain(self, error: Exception) -> None:
        """Show an error beside the field it is about."""
        sentence, _ = explain(error)
        if isinstance(error, ObjectPathError | ObjectNotFound | ObjectStoreError):
            self._paths.complain(sentence)
        elif isinstance(error, FrameRangeError):
            self._frames.complain(sentence)
        else:
            self._problem.setText(sentence)
            self._problem.show()

    def stop(self) -> None:
        """Stop what is being uploaded."""
        if self._job is not None:
            self._job.stop()

    def reject(self) -> None:
        if self._job is not None:
            self.stop()
            return
        if self._ids:
            self.submitted.emit(self._ids)
        super().reject()
