"""Changing priorities where they stand in the table: by a double click or F2, by a digit, by + and -."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from render_manager.domain.priority import HIGHEST, LOWEST
from render_manager.gui.dialogs.number_box import NumberBox
from render_manager.gui.models.task_table import Column
from render_manager.gui.views.task_table import TaskTable

_STEPS = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Minus: -1}


class PriorityEditor(NumberBox):
    """Lies over the priority of the current row while it is edited; what is chosen goes to all selected tasks.

    Signals:
        chosen: a priority.
        stepped: one more or one less.
    """

    chosen = Signal(int)
    stepped = Signal(int)

    def __init__(self, table: TaskTable) -> None:
        super().__init__("priority_editor", "", LOWEST, HIGHEST)
        self.setParent(table.viewport())
        self.setAccessibleName(self.tr("Priority"))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setButtonSymbols(self.ButtonSymbols.NoButtons)
        self.setProperty("role", "cell")
        self._table = table
        self.hide()
        table.installEventFilter(self)
        table.doubleClicked.connect(self._double_clicked)
        table.verticalScrollBar().valueChanged.connect(lambda _: self._leave())
        table.selected.connect(self._leave)

    def edit(self, typed: str = "") -> None:
        """Begin with what is there, or with a digit that was typed."""
        index = self._table.currentIndex()
        row = self._table.model().index(index.row(), Column.PRIORITY)
        value = row.data()
        if not index.isValid() or value is None or self._table.isColumnHidden(Column.PRIORITY):
            return
        self.setValue(int(value))
        cell = self._table.visualRect(row)
        self.setGeometry(cell.adjusted(2, 1, -2, -1))
        self.show()
        self.setFocus()
        self.selectAll()
        if typed:
            self.lineEdit().insert(typed)

    def _double_clicked(self, index: QModelIndex) -> None:
        if index.column() == Column.PRIORITY:
            self.edit()

    def _leave(self) -> None:
        if self.isVisible():
            self.hide()
            self._table.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the table."""
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        modifiers = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        if modifiers or not self._table.selectionModel().hasSelection():
            return False
        if event.key() in _STEPS:
            self.stepped.emit(_STEPS[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_F2:
            self.edit()
        elif event.text().isascii() and event.text().isdecimal():
            self.edit(event.text())
        else:
            return False
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.interpretText()
            value = self.value()
            self._leave()
            self.chosen.emit(value)
        elif event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QEvent) -> None:  # type: ignore[override]
        super().focusOutEvent(event)  # type: ignore[arg-type]
        self.hide()
