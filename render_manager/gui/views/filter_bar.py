"""Which tasks are shown: a field to search by, and the states in four groups with their numbers."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QWidget

from render_manager.domain.task_search import TaskGroup, TaskSearch, TaskTally
from render_manager.gui import text
from render_manager.gui.views.search_field import SearchField


class FilterBar(QFrame):
    """Signals: changed: the TaskSearch asked for."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._words = SearchField(
            "filter_words", self.tr("Search, or user:li status:failed engine:maya"), self.tr("Search tasks")
        )
        self._words.setMaximumWidth(320)
        self._words.asked.connect(lambda _: self._emit())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 5, 8, 5)
        layout.setSpacing(3)
        self._group = QButtonGroup(self)
        self._buttons: dict[TaskGroup, QPushButton] = {}
        for group in TaskGroup:
            button = QPushButton()
            button.setCheckable(True)
            button.setChecked(group is TaskGroup.ALL)
            button.setObjectName(f"filter_{group}")
            button.setProperty("role", "filter")
            self._group.addButton(button)
            self._buttons[group] = button
            layout.addWidget(button)
        self._group.buttonToggled.connect(self._toggled)
        layout.addStretch(1)
        layout.addWidget(self._words, 1)
        self.tally(TaskTally({}))

    def retint(self) -> None:
        self._words.retint()

    def focus(self) -> None:
        self._words.setFocus()
        self._words.selectAll()

    def choose(self, group: TaskGroup) -> None:
        """Show another group."""
        self._buttons[group].setChecked(True)

    def clear(self) -> None:
        """Look for all tasks again."""
        self._words.clear()
        self._buttons[TaskGroup.ALL].setChecked(True)
        self._emit()

    def tally(self, tally: TaskTally) -> None:
        """Show how many tasks each group has."""
        words = {
            TaskGroup.ALL: self.tr("All {0}"),
            TaskGroup.ACTIVE: self.tr("Active {0}"),
            TaskGroup.FAILED: self.tr("With failures {0}"),
            TaskGroup.FINISHED: self.tr("Finished {0}"),
        }
        for group, button in self._buttons.items():
            button.setText(words[group].format(text.number(tally.of(group))))

    def search(self) -> TaskSearch:
        """What is asked for now."""
        group = next(group for group, button in self._buttons.items() if button.isChecked())
        return TaskSearch.parse(self._words.text(), group)

    def _toggled(self, button: QPushButton, checked: bool) -> None:
        if checked:
            self._emit()

    def _emit(self) -> None:
        search = self.search()
        self._words.complain(search.problem)
        self.changed.emit(search)
