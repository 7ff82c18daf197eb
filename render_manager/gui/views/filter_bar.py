"""Which tasks are shown: a field for words, and the states in four groups with their numbers."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QWidget

from render_manager.domain.states import FINAL, TaskStatus
from render_manager.gui import text
from render_manager.gui.views.search_field import SearchField
from render_manager.services.queries import TaskRow

#: In the order shown. A task still in work may have failed frames already: that is when somebody should look.
GROUPS: dict[str, Callable[[TaskRow], bool]] = {
    "all": lambda row: True,
    "active": lambda row: row.task.status not in FINAL,
    "failed": lambda row: row.task.status is TaskStatus.FAILED or row.task.counts.failed > 0,
    "finished": lambda row: row.task.status in FINAL,
}


class FilterBar(QFrame):
    """Signals: changed: the words and the test of the group asked for."""

    changed = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._words = SearchField(
            "filter_words", self.tr("Filter by name, user, engine or id"), self.tr("Filter tasks")
        )
        self._words.setMaximumWidth(320)
        self._words.asked.connect(lambda _: self._emit())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 5, 8, 5)
        layout.setSpacing(3)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        for name in GROUPS:
            button = QPushButton()
            button.setCheckable(True)
            button.setChecked(name == "all")
            button.setObjectName(f"filter_{name}")
            button.setProperty("role", "filter")
            self._group.addButton(button)
            self._buttons[name] = button
            layout.addWidget(button)
        self._group.buttonToggled.connect(self._toggled)
        layout.addStretch(1)
        layout.addWidget(self._words, 1)
        self.tally([])

    def retint(self) -> None:
        self._words.retint()

    def focus(self) -> None:
        self._words.setFocus()
        self._words.selectAll()

    def tally(self, rows: Sequence[TaskRow]) -> None:
        """Show how many tasks each group has."""
        words = {
            "all": self.tr("All {0}"),
            "active": self.tr("Active {0}"),
            "failed": self.tr("With failures {0}"),
            "finished": self.tr("Finished {0}"),
        }
        for name, test in GROUPS.items():
            self._buttons[name].setText(words[name].format(text.number(sum(map(test, rows)))))

    def _toggled(self, button: QPushButton, checked: bool) -> None:
        if checked:
            self._emit()

    def _emit(self) -> None:
        chosen = next(test for name, test in GROUPS.items() if self._buttons[name].isChecked())
        self.changed.emit(self._words.text(), chosen)
