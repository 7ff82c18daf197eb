"""Choosing some of the tasks that are not done yet."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from render_manager.gui import text
from render_manager.gui.state_style import TASK_STYLES
from render_manager.gui.views.search_field import SearchField
from render_manager.services.queries import TaskRow

_ID = Qt.ItemDataRole.UserRole
#: Pixels: of the popup at most, and what it takes without and for each task.
_HEIGHT, _HEAD, _LINE = 280, 64, 26
#: Reads the tasks that can be chosen off the Qt thread, and then tells them.
AskTasks = Callable[[Callable[[Sequence[TaskRow]], object]], object]


class TaskPicker(QPushButton):
    """Says which are chosen; opens the list of all that can be."""

    def __init__(self, tasks: AskTasks) -> None:
        super().__init__()
        self.setProperty("role", "picker")
        self.setAutoDefault(False)  # Return submits
        self._tasks = tasks
        self._chosen: dict[str, str] = {}  #: id → name
        self._popup = _Popup(self)
        self._popup.list.itemChanged.connect(self._toggled)
        self.clicked.connect(self.open)
        self._tell()

    def chosen(self) -> tuple[str, ...]:
        """The ids."""
        return tuple(self._chosen)

    def open(self) -> None:
        self._tasks(self._offer)

    def _offer(self, rows: Sequence[TaskRow]) -> None:
        self._popup.fill(rows, self._chosen)
        self._popup.resize(self.width(), min(_HEIGHT, _HEAD + _LINE * max(len(rows), 2)))
        self._popup.move(self.mapToGlobal(QPoint(0, self.height() + 2)))
        self._popup.show()

    def _toggled(self, item: QListWidgetItem) -> None:
        task_id = item.data(_ID)
        if item.checkState() is Qt.CheckState.Checked:
            self._chosen[task_id] = item.data(_ID + 1)
        else:
            self._chosen.pop(task_id, None)
        self._tell()

    def _tell(self) -> None:
        names = list(self._chosen.values())
        if not names:
            words = self.tr("no other task")
        elif len(names) <= 3:
            words = ", ".join(names)
        else:
            words = self.tr("{0} tasks").format(text.number(len(names)))
        self.setText(words)
        self.setToolTip("\n".join(names))


class _Popup(QFrame):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("task_picker")
        self.setProperty("role", "popup")
        self.words = SearchField("task_picker_words", self.tr("Filter by name, user or id"), self.tr("Filter tasks"))
        self.words.asked.connect(self._filter)
        self.words.installEventFilter(self)
        self.list = QListWidget()
        self.list.setObjectName("task_picker_list")
        self.list.setAccessibleName(self.tr("Tasks that are not done yet"))
        self._none = QLabel(self.tr("No task is waiting or rendering."), alignment=Qt.AlignmentFlag.AlignCenter)
        self._none.setProperty("role", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self.words)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._none, 1)

    def fill(self, rows: Sequence[TaskRow], chosen: dict[str, str]) -> None:
        self.words.clear()
        self.words.retint()
        self.list.blockSignals(True)
        self.list.clear()
        for row in rows:
            task = row.task
            item = QListWidgetItem(f"{task.name}  ·  {task.unionid}  ·  {TASK_STYLES[task.status].text}")
            item.setToolTip(task.id)
            item.setData(_ID, task.id)
            item.setData(_ID + 1, task.name)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if task.id in chosen else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.blockSignals(False)
        self.list.setVisible(bool(rows))
        self.words.setVisible(bool(rows))
        self._none.setVisible(not rows)
        self.words.setFocus()

    def _filter(self, words: str) -> None:
        wanted = words.casefold().split()
        for row in range(self.list.count()):
            item = self.list.item(row)
            searched = f"{item.text()} {item.data(_ID)}".casefold()
            item.setHidden(not all(word in searched for word in wanted))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """From the words down into the list."""
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Down:
            self.list.setFocus()
            if self.list.currentItem() is None or self.list.currentItem().isHidden():
                shown = (row for row in range(self.list.count()) if not self.list.item(row).isHidden())
                self.list.setCurrentRow(next(shown, -1))
            return True
        return super().eventFilter(watched, event)
