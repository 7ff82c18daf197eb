"""Who changed what of the selected task, when and why: all of it, what people did, or one frame's attempts."""

from functools import partial

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from render_manager.gui import history_words
from render_manager.gui.background import Background
from render_manager.gui.change_feed import Changes
from render_manager.gui.views.history_list import HistoryList
from render_manager.services.queries import Queries

#: What people did is searched for among so many entries: as many as are kept of a task.
PEOPLE_DEPTH = 5000


class TaskHistory(QWidget):
    def __init__(self, queries: Queries, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("task_history")
        self._queries = queries
        self._task_id: str | None = None
        self._frame: int | None = None
        self.list = HistoryList(background, self.tr("History of the selected task"))
        self.setFocusProxy(self.list)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        bar = QHBoxLayout()
        bar.setContentsMargins(6, 4, 6, 4)
        bar.setSpacing(2)
        for name, words in (("all", self.tr("All")), ("people", self.tr("By people")), ("frame", "")):
            button = QPushButton(words)
            button.setCheckable(True)
            button.setChecked(name == "all")
            button.setObjectName(f"history_{name}")
            button.setProperty("role", "filter")
            button.toggled.connect(lambda on: on and self._show())
            self._group.addButton(button)
            self._buttons[name] = button
            bar.addWidget(button)
        self._buttons["frame"].hide()
        bar.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.list, 1)
        self._show()

    def show_task(self, task_id: str | None) -> None:
        """None: no task, or several."""
        self._task_id = task_id
        self._show()

    def show_frame(self, number: int | None) -> None:
        """The frame that has the focus."""
        self._frame = number
        button = self._buttons["frame"]
        button.setVisible(number is not None)
        if number is not None:
            button.setText(self.tr("Frame {0}").format(number))
        elif button.isChecked():
            self._buttons["all"].setChecked(True)
        self._show()

    def note(self, changes: Changes) -> None:
        """Something was changed, and all else that shows it has been read."""
        if changes.everything or self._task_id in changes.tasks:
            self.list.refresh()

    def retint(self) -> None:
        self.list.viewport().update()

    def _show(self) -> None:
        task_id, frame = self._task_id, self._frame if self._buttons["frame"].isChecked() else None
        if task_id is None:
            self.list.show_of(None, None, hint=self.tr("Select one task to see its history."))
        elif self._buttons["people"].isChecked():
            self.list.show_of(
                (task_id, "people"),
                lambda limit: self._queries.history(task_id, limit=limit),
                keep=lambda entry: entry.action in history_words.BY_PEOPLE,
                depth=PEOPLE_DEPTH,
            )
        else:
            read = partial(self._queries.history, task_id, frame=frame)
            self.list.show_of((task_id, frame), lambda limit: read(limit=limit))
