"""The part of the submit form that everybody fills in: engine, frames, priority, user."""

from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QWidget

from render_manager.domain.engines import Engine
from render_manager.domain.entities import check_unionid
from render_manager.domain.errors import InvalidTask
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.priority import DEFAULT
from render_manager.gui import text
from render_manager.gui.background import Background
from render_manager.gui.dialogs.field import Field
from render_manager.gui.dialogs.messages import explain
from render_manager.gui.dialogs.priority_field import PriorityField
from render_manager.gui.models.projects import Shared
from render_manager.gui.presets import Values
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
        self, submission: Submission, background: Background, state: WindowState, default_user: str, presets: QWidget
    ) -> None:
        super().__init__()
        self._submission = submission
        self._background = background
        self._state = state
        self._engine_chosen = False  #: by hand: then names no longer decide
        self._frames_read: str | None = None  #: the frames text last found good
        self._build(default_user, presets)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self._read_frames)
        self._frames_edit.textChanged.connect(self._frames_changed)
        self._user_edit.textChanged.connect(self._check_user)
        self._priority.spin.valueChanged.connect(lambda _: self.changed.emit())
        self._engine.activated.connect(self._choose_engine)
        self._engine.currentIndexChanged.connect(lambda _: self.engine_changed.emit())
        self._engine.currentIndexChanged.connect(lambda _: self.changed.emit())
        self._check_user()
        self._read_frames()

    def _build(self, default_user: str, presets: QWidget) -> None:
        self._engine = QComboBox()
        for engine in self._submission.engines.values():
            self._engine.addItem(engine.label, engine.name)
        self._engine.setCurrentIndex(max(self._engine.findData(self._state.value("engine")), 0))
        self._frames_edit = QLineEdit(self._state.value("frames", "1"))
        self._frames_edit.setAcceptDrops(False)
        self._priority = PriorityField()
        self._user_edit = QLineEdit(self._state.value("user", default_user))
        self._user_edit.setAcceptDrops(False)
        self._engine_field = Field(self._engine, name="engine", label=self.tr("Engine"), beside=presets)
        self._frames = Field(self._frames_edit, name="frames", label=self.tr("Frames"))
        priority = Field(self._priority, name="priority_field", label=self.tr("Priority"), silent=True)
        self._user = Field(self._user_edit, name="user", label=self.tr("User"))
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(10)
        form.setHorizontalSpacing(14)
        for field in (self._engine_field, self._frames, priority, self._user):
            field.add_to(form)

    def focus(self) -> None:
        self._frames_edit.setFocus()
        self._frames_edit.selectAll()

    # -- what was filled in --------------------------------------------------------------------------------------

    @property
    def good(self) -> bool:
        """Nothing is known to be wrong."""
        return not self._user.wrong and not self._frames.wrong

    @property
    def reading(self) -> bool:
        """What was just typed was not read yet."""
        return self._frames_read is None and not self._frames.wrong

    @property
    def frames_good(self) -> bool:
        """False while they can't be read; what is just being typed is given the benefit of the doubt."""
        return not self._frames.wrong

    def shared(self) -> Shared:
        return Shared(
            engine=self.engine().name,
            engine_chosen=self._engine_chosen,
            frames=self._frames_edit.text(),
            priority=self._priority.value(),
            user=self._user_edit.text().strip(),
        )

    def engine(self) -> Engine:
        return self._submission.engines[str(self._engine.currentData())]

    def remember(self) -> None:
        """What was used now is offered the next time."""
        self._state.save_value("user", self._user_edit.text().strip())
        self._state.save_value("frames", self._frames_edit.text())
        self._state.save_value("engine", self.engine().name)

    def values(self, *, frames: bool) -> Values:
        """For a preset."""
        return {"priority": self._priority.value(), **({"frames": self._frames_edit.text()} if frames else {})}

    def fill(self, values: Values) -> None:
        """From a preset; frames are left as they are where it says none."""
        priority = values.get("priority", DEFAULT)
        self._priority.spin.setValue(priority if isinstance(priority, int) else DEFAULT)
        if frames := values.get("frames"):
            self._frames_edit.setText(str(frames))

    # -- engine --------------------------------------------------------------------------------------------------

    def guess(self, engine: str | None, several: bool) -> None:
        """The engine that the first project's name tells, unless one was chosen by hand."""
        if self._engine_chosen:
            return
        if engine:
            self._engine.setCurrentIndex(self._engine.findData(engine))
        said = self.tr("Told from the file's name.") if engine else ""
        self._engine_field.say(self.tr("For projects whose name does not tell it.") if several else said)

    def _choose_engine(self) -> None:
        self._engine_chosen = True
        self._engine_field.say("")
        self.changed.emit()

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
