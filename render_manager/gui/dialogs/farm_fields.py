"""The part of the submit form about how the farm goes at it: order, what it waits for, limits, requirements."""

from dataclasses import replace

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QWidget

from render_manager.domain.entities import RenderSpec
from render_manager.domain.errors import InvalidTask
from render_manager.domain.frame_order import FrameOrder
from render_manager.domain.requirements import REQUIRES, Requirements
from render_manager.gui import task_words
from render_manager.gui.dialogs.field import Field
from render_manager.gui.dialogs.fold import Fold
from render_manager.gui.dialogs.number_box import NumberBox
from render_manager.gui.dialogs.task_picker import AskTasks, TaskPicker
from render_manager.gui.presets import Values

#: More than anybody's farm or patience.
_MOST = 9_999


class FarmFields(Fold):
    """Args:
    max_attempts: what holds where the form says nothing.
    tasks: gives those that can be waited for.
    """

    def __init__(self, max_attempts: int, tasks: AskTasks) -> None:
        super().__init__("farm", self.tr("Order, limits and requirements"))
        self._order = QComboBox()
        for order in FrameOrder:
            self._order.addItem(task_words.order(order), order)
        self._after = TaskPicker(tasks)
        attempts, at_once = self.tr("Attempts"), self.tr("Workers at once")
        default = self.tr("{0} (default)").format(max_attempts)
        self._attempts = NumberBox("max_attempts", attempts, 0, _MOST, none=default)
        self._workers = NumberBox("max_workers", at_once, 0, _MOST, none=self.tr("any number"))
        self._tags_edit = QLineEdit(placeholderText=self.tr("any worker; or words like gpu, linux"))
        self._version_edit = QLineEdit(placeholderText=self.tr("any; or >=4.2, 3.6-4.2"))
        self._memory = NumberBox("memory", self.tr("Memory"), 0, _MOST, none=self.tr("any"))
        self._memory.setSuffix(self.tr(" GB"))
        self._memory.setSingleStep(8)
        self._tags = Field(self._tags_edit, name="tags", label=self.tr("Tags"))
        self._version = Field(
            self._version_edit, name="version", label=self.tr("Version"), beside=_labelled(self._memory)
        )
        limits = Field(
            self._attempts, name="max_attempts", label=attempts, beside=_labelled(self._workers), silent=True
        )
        Field(self._order, name="order", label=self.tr("Frame order"), silent=True).add_to(self.form)
        waits = self.tr("It starts as soon as these are completed.")
        Field(self._after, name="after", label=self.tr("After"), hint=waits).add_to(self.form)
        for field in (limits, self._tags, self._version):
            field.add_to(self.form)
        self._tags_edit.textChanged.connect(lambda: _check(self._tags, {"tags": self._asked_tags()}))
        self._version_edit.textChanged.connect(lambda words: _check(self._version, {"version": words}))

    def values(self) -> Values:
        """For a preset; what is waited for is of one day only."""
        return {
            "order": str(self._order.currentData()),
            "max_attempts": self._attempts.value(),
            "max_workers": self._workers.value(),
            "tags": self._tags_edit.text(),
            "version": self._version_edit.text(),
            "memory": self._memory.value(),
        }

    def fill(self, values: Values) -> None:
        """From a preset; what it does not say is as in a new form."""
        self._order.setCurrentIndex(max(self._order.findData(values.get("order")), 0))
        for box, name in ((self._attempts, "max_attempts"), (self._workers, "max_workers"), (self._memory, "memory")):
            number = values.get(name)
            box.setValue(number if isinstance(number, int) else 0)
        self._tags_edit.setText(str(values.get("tags", "")))
        self._version_edit.setText(str(values.get("version", "")))

    def complete(self, specs: list[RenderSpec]) -> list[RenderSpec]:
        """The specs with what was filled in here.

        Raises:
            InvalidTask: a requirement can't be read; it is complained about beside it, unfolded.
        """
        try:
            asked = Requirements.read(
                {
                    "tags": self._asked_tags(),
                    "version": self._version_edit.text(),
                    "memory_gb": self._memory.value(),
                }
            )
        except InvalidTask:
            self.open()
            raise
        return [
            replace(
                spec,
                frame_order=self._order.currentData(),
                after=self._after.chosen(),
                max_attempts=self._attempts.value() or None,
                max_workers=self._workers.value() or None,
                task_info={**spec.task_info, **({REQUIRES: asked.to_info()} if asked else {})},
            )
            for spec in specs
        ]

    def _asked_tags(self) -> list[str]:
        """Between commas or blanks."""
        return self._tags_edit.text().replace(",", " ").split()


def _check(field: Field, asked: dict[str, object]) -> None:
    try:
        Requirements.read(asked)
        field.say()
    except InvalidTask as error:
        field.complain(str(error))


def _labelled(editor: QWidget) -> QWidget:
    """An editor that stands beside another one, with its name before it."""
    pair = QWidget()
    layout = QHBoxLayout(pair)
    layout.setContentsMargins(8, 0, 0, 0)
    layout.setSpacing(10)
    title = QLabel(editor.accessibleName())
    title.setBuddy(editor)
    layout.addWidget(title)
    layout.addWidget(editor, 1)
    return pair
