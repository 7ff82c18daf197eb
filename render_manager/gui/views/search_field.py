"""A line for words to look for."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QWidget

from render_manager.gui import icons
from render_manager.gui.sentences import say

#: Milliseconds after the last key before a long list is searched.
_PAUSE = 120


class SearchField(QLineEdit):
    """Signals: asked: the words, once the typing rests."""

    asked = Signal(str)

    def __init__(self, name: str, hint: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, placeholderText=hint, clearButtonEnabled=True)
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setAcceptDrops(False)
        self._glass = QAction(self)
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(lambda: self.asked.emit(self.text()))
        self.textChanged.connect(lambda: self._pause.start())
        self.retint()

    def complain(self, problem: str | None) -> None:
        """Show that what stands there says nothing, and why."""
        self.setToolTip(say(problem))
        self.setProperty("wrong", problem is not None)
        self.style().unpolish(self)
        self.style().polish(self)

    def retint(self) -> None:
        self._glass.setIcon(icons.icon("search"))
