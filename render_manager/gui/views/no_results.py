"""Stands in for the table while the search finds no task: says so, and how to see them all again."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from render_manager.gui import icons


class NoResults(QWidget):
    """Signals: clear: all tasks are wanted again."""

    clear = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("no_results")
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._mark = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        title = QLabel(self.tr("No task fits the search"), alignment=Qt.AlignmentFlag.AlignCenter)
        title.setProperty("role", "title")
        self._hint = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._hint.setProperty("role", "muted")
        button = QPushButton(self.tr("Show all tasks"))
        button.setObjectName("clear_search")
        button.clicked.connect(self.clear)
        layout = QVBoxLayout(self)
        layout.setSpacing(6)
        layout.addStretch(1)
        layout.addWidget(self._mark)
        layout.addWidget(title)
        layout.addWidget(self._hint)
        layout.addSpacing(6)
        layout.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        self.explain(None)
        self.retint()

    def explain(self, problem: str | None) -> None:
        """``problem``: what of the search can't be understood."""
        self._hint.setText(problem or self.tr("Search for fewer words, or choose another group of states."))

    def retint(self) -> None:
        colour = self.palette().color(QPalette.ColorRole.PlaceholderText)
        self._mark.setPixmap(icons.pixmap("search", 32, colour, self.devicePixelRatioF()))
