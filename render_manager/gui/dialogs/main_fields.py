"""The part of the submit form that everybody fills in: projects, engine, frames, priority, user."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QFormLayout, QLineEdit, QPlainTextEdit, QPushButton, QWidget

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
from render_manager.gui.dialogs.field import Field
from render_manager.gui.dialogs.guess import suggest_engine
from render_manager.gui.dialogs.messages import explain
from render_manager.gui.dialogs.priority_field import PriorityField
from render_manager.gui.window_state import WindowState
from render_manager.services.submit import Submission

#: Milliseconds after the last key before the frames text is read: a long one takes a moment.
_PAUSE = 120


class MainFields(QWidget):
    """Checks each field as it is filled in, and says beside it what it understood or what is wrong.

    Signals:
        changed: a field changed, or was found good or wrong.
        engine_changed: another engine is chosen.
    """

    changed = Signal()
    engine_changed = Signal()

    def __init__(
        self,
        submission: Submission,
        background: Background,
        state: WindowState,
        default_user: str,
        paths: Sequence[str],
    ) -> None:
        super().__init__()
        self._submission = submission
        self._background = background
        self._state = state
        self._engine_chosen = False  #: by hand: then names no longer decide
        self._frames_read: str | None = None  #: the frames text last found good
        self._build(default_user, paths)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self._read_frames)
        self._paths_edit.textChanged.connect(self._paths_changed)
        self._frames_edit.textChanged.connect(self._frames_changed)
        self._user_edit.textChanged.connect(self._check_user)
        self._engine.activated.connect(self._choose_engine)
        self._engine.currentIndexChanged.connect(self.engine_changed)
        self._paths_changed()
        self._check_user()
        self._read_frames()

    def _build(self, default_user: str, paths: Sequence[str]) -> None:
        self._paths_edit = QPlainTextEdit("\n".join(paths))
        forms = self.tr("oss://bucket/shot.zip, an object's URL or key, or a file; one a line")
        self._paths_edit.setPlaceholderText(forms)
        self._paths_edit.setTabChangesFocus(True)
        self._paths_edit.setAcceptDrops(False)  # the form takes them, whatever of it is below the mouse
        self._paths_edit.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._paths_edit.setFixedHeight(self._paths_edit.fontMetrics().lineSpacing() * 3 + 14)
        browse = QPushButton(self.tr("Browse…"))
        browse.setAutoDefault(False)  # Return submits
        browse.clicked.connect(self._pick_files)
        self._engine = QComboBox()
        for engine in self._submission.engines.values():
            self._engine.addItem(engine.label, engine.name)
        self._engine.setCurrentIndex(max(self._engine.findData(self._state.value("engine")), 0))
        self._frames_edit = QLineEdit(self._state.value("frames", "1"))
        self._priority = PriorityField()
        self._user_edit = QLineEdit(self._state.value("user", default_user))
        self._paths = Field(self._paths_edit, name="paths", label=self.tr("Projects"), beside=browse)
        self._engine_field = Field(self._engine, name="engine", label=self.tr("Engine"))
        self._frames = Field(self._frames_edit, name="frames", label=self.tr("Frames"))
        priority = Field(self._priority, name="priority_field", label=self.tr("Priority"))
        self._user = Field(self._user_edit, name="user", label=self.tr("User"))
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(4)
        form.setHorizontalSpacing(14)
        for field in (self._paths, self._engine_field, self._frames, priority, self._user):
            field.add_to(form)

    def focus_first(self) -> None:
        """To where the user has to type first."""
        (self._frames_edit if self.paths() else self._paths_edit).setFocus()

    # -- what was filled in --------------------------------------------------------------------------------------

    @property
    def good(self) -> bool:
        wrong = self._user.wrong or self._paths.wrong or self._frames_read is None
        return bool(self.paths()) and not wrong

    def paths(self) -> list[str]:
        lines = self._paths_edit.toPlainText().splitlines()
        return list(dict.fromkeys(line.strip() for line in lines if line.strip()))

    def engine(self) -> Engine:
        return self._submission.engines[str(self._engine.currentData())]

    def specs(self) -> list[RenderSpec]:
        """One for each path."""
        return [
            RenderSpec(
                path=path,
                engine=self.engine().name,
                frames=self._frames_edit.text(),
                unionid=self._user_edit.text().strip(),
                priority=self._priority.value(),
            )
            for path in self.paths()
        ]

    def remember(self) -> None:
        """What was used now is offered the next time."""
        self._state.save_value("user", self._user_edit.text().strip())
        self._state.save_value("frames", self._frames_edit.text())
        self._state.save_value("engine", self.engine().name)

    def complain(self, error: Exception) -> bool:
        """Show an error beside the field it is about; False: it is about none of these."""
        if isinstance(error, ObjectPathError | ObjectNotFound | ObjectStoreError):
            self._paths.complain(explain(error)[0])
        elif isinstance(error, FrameRangeError):
            self._frames.complain(explain(error)[0])
        else:
            return False
        return True

    # -- paths ---------------------------------------------------------------------------------------------------

    def add_paths(self, paths: Sequence[str]) -> None:
        self._paths_edit.setPlainText("\n".join([*self.paths(), *paths]))

    def remove_path(self, path: str) -> None:
        self._paths_edit.setPlainText("\n".join(left for left in self.paths() if left != path))

    def _pick_files(self) -> None:
        picker = QFileDialog(self, self.tr("Projects to submit"))
        picker.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        picker.setFileMode(QFileDialog.FileMode.ExistingFiles)
        picker.filesSelected.connect(self.add_paths)
        picker.open()

    def _paths_changed(self) -> None:
        paths = self.paths()
        try:
            for path in paths:
                parse_object_path(path)
            self._paths.say(self.tr("{0} projects, one task each").format(len(paths)) if len(paths) > 1 else "")
        except ObjectPathError as error:
            self._paths.complain(str(error))
        if paths and self.isEnabled() and not self._engine_chosen:
            self._guess_engine(paths[0])
        self.changed.emit()

    # -- engine --------------------------------------------------------------------------------------------------

    def _guess_engine(self, path: str) -> None:
        guessed = suggest_engine(self._submission.engines, path)
        if guessed:
            self._engine.setCurrentIndex(self._engine.findData(guessed.name))
        self._engine_field.say(self.tr("Told from the file's name.") if guessed else "")

    def _choose_engine(self) -> None:
        self._engine_chosen = True
        self._engine_field.say("")

    # -- frames and user -----------------------------------------------------------------------------------------

    def _frames_changed(self) -> None:
        self._frames_read = None
        self._pause.start()
        self.changed.emit()

    def _read_frames(self) -> None:
        typed = self._frames_edit.text()
        self._background.run(
            partial(FrameRange.parse, typed, self._submission.max_frames),
            done=lambda frames: self._frames_good(typed, frames),
            failed=lambda error: self._frames_wrong(typed, error),
            owner=self,
        )

    def _frames_good(self, typed: str, frames: FrameRange) -> None:
        if typed == self._frames_edit.text():
            self._frames_read = typed
            shown = str(frames) if len(frames.runs) < 40 else f"{frames.runs[0][0]} … {frames.runs[-1][-1]}"
            words = self.tr("{0} frames: {1}") if len(frames) > 1 else self.tr("{0} frame: {1}")
            self._frames.say(words.format(text.number(len(frames)), shown))
            self.changed.emit()

    def _frames_wrong(self, typed: str, error: Exception) -> None:
        if typed == self._frames_edit.text():
            self._frames.complain(explain(error)[0])
            self.changed.emit()

    def _check_user(self) -> None:
        try:
            check_unionid(self._user_edit.text().strip())
            self._user.say("")
        except InvalidTask as error:
            self._user.complain(str(error))
        self.changed.emit()
