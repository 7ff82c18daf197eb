"""Which tasks are shown: a field for words, and the states in four groups with their numbers."""

from dataclasses import dataclass

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLineEdit, QPushButton, QWidget

from render_manager.domain.states import RUNNABLE, TaskStatus
from render_manager.gui import icons, text


@dataclass(frozen=True)
class _Group:
    name: str
    statuses: frozenset[TaskStatus]


_GROUPS = (
    _Group("all", frozenset()),
    _Group("active", RUNNABLE | {TaskStatus.PAUSED}),
    _Group("failed", frozenset({TaskStatus.FAILED})),
    _Group("finished", frozenset({TaskStatus.COMPLETED, TaskStatus.CANCELLED})),
)
#: Milliseconds after the last key before a long list is searched.
_PAUSE = 120


class FilterBar(QFrame):
    """Signals: changed: the words and the set of states asked for (empty: any)."""

    changed = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._words = QLineEdit(placeholderText=self.tr("Filter by name, user, engine or id"), clearButtonEnabled=True)
        self._words.setObjectName("filter_words")
        self._words.setAccessibleName(self.tr("Filter tasks"))
        self._words.setMaximumWidth(320)
        self._words.setAcceptDrops(False)
        self._glass = QAction(self)
        self._words.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self._emit)
        self._words.textChanged.connect(lambda: self._pause.start())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 5, 8, 5)
        layout.setSpacing(3)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        for group in _GROUPS:
            button = QPushButton(checkable=True, checked=group.name == "all")
            button.setObjectName(f"filter_{group.name}")
            button.setProperty("role", "filter")
            self._group.addButton(button)
            self._buttons[group.name] = button
            layout.addWidget(button)
        self._group.buttonToggled.connect(self._toggled)
        layout.addStretch(1)
        layout.addWidget(self._words, 1)
        self.retint()
        self.tally({})

    def retint(self) -> None:
        self._glass.setIcon(icons.icon("search"))

    def focus(self) -> None:
        self._words.setFocus()
        self._words.selectAll()

    def tally(self, counts: dict[TaskStatus, int]) -> None:
        """Show how many tasks each group has."""
        words = {
            "all": self.tr("All {0}"),
            "active": self.tr("Active {0}"),
            "failed": self.tr("Failed {0}"),
            "finished": self.tr("Finished {0}"),
        }
        for group in _GROUPS:
            count = sum(number for status, number in counts.items() if not group.statuses or status in group.statuses)
            self._buttons[group.name].setText(words[group.name].format(text.number(count)))

    def _toggled(self, button: QPushButton, checked: bool) -> None:
        if checked:
            self._emit()

    def _emit(self) -> None:
        chosen = next(group for group in _GROUPS if self._buttons[group.name].isChecked())
        self.changed.emit(self._words.text(), chosen.statuses)
