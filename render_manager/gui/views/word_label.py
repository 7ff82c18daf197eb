"""A text in little room."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QLabel


class WordLabel(QLabel):
    """A text that wraps at blanks; a word too long for a line, a path or name, is shortened in its middle. Its menu
    copies the whole."""

    def __init__(self) -> None:
        self._whole = ""
        super().__init__(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.setMinimumWidth(10)  # a long text wraps instead of widening the pane
        copy = QAction(self.tr("Copy"), self)
        copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(self._whole))
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def say(self, whole: str) -> None:
        if whole != self._whole:
            self._whole = whole
            self.setToolTip(whole if len(whole) > 24 else "")
            self._shorten()

    def _shorten(self) -> None:
        elide = self.fontMetrics().elidedText
        middle, width = Qt.TextElideMode.ElideMiddle, max(self.width(), 60)
        lines = (" ".join(elide(word, middle, width) for word in line.split(" ")) for line in self._whole.split("\n"))
        shortened = "\n".join(lines)
        if shortened != self.text():
            self.setText(shortened)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shorten()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._shorten()
