"""Beside tasks and frames: all that is known of the selected task, or what happened to it."""

from PySide6.QtWidgets import QTabWidget, QWidget

from render_manager.gui.views.details import DetailsPane
from render_manager.gui.views.task_history import TaskHistory

#: Points; in less, values beside their names are broken within words.
_NARROWEST = 200


class SidePane(QTabWidget):
    def __init__(self, details: DetailsPane, history: TaskHistory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self.setMinimumWidth(_NARROWEST)
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        self._history = history
        self.addTab(details, self.tr("Details"))
        self.addTab(history, self.tr("History"))

    def show_history(self) -> None:
        """The history, or the details again."""
        self.setCurrentIndex(0 if self.currentWidget() is self._history else 1)
        self.currentWidget().setFocus()
