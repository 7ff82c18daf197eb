"""A small field over the frames that takes the number of one, or a range, and selects it."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

_WIDTH = 250


class FrameJump(QFrame):
    """
    Args:
        go: does it, with the text as typed; the sentence that says why it can't be done, None if it is done.
        over: what it is shown over; it gives the keyboard back to that.
    """

    def __init__(self, go: Callable[[str], str | None], over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("frame_jump")
        self.setProperty("role", "popup")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._go = go
        self._over = over
        self._back: QWidget | None = None
        self.field = _Field()
        self.field.setObjectName("frame_jump_field")
        self.field.setPlaceholderText(self.tr("240 or 100-200x5"))
        self.field.setAccessibleName(self.tr("Go to frame"))
        self.field.returnPressed.connect(self._try)
        self.field.textEdited.connect(lambda _: self._say(""))
        self.field.installEventFilter(self)
        self._problem = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._problem.setObjectName("frame_jump_problem")
        self._problem.setProperty("role", "error")
        name = QLabel(self.tr("Go to frame"))
        name.setBuddy(self.field)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(name)
        line.addWidget(self.field, 1)
        self._whole = layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.addLayout(line)
        layout.addWidget(self._problem)
        self.hide()

    @property
    def problem(self) -> str:
        return self._problem.text()

    def open(self, typed: str = "", back: QWidget | None = None) -> None:
        """Args: typed: the beginning, if somebody typed it already; back: who has the keyboard afterwards."""
        self._back = back
        self.field.setText(typed)
        self._say("")
        self.show()
        self.raise_()
        self.field.setFocus()

    def _try(self) -> None:
        if not self.field.text().strip():
            return self.leave()
        problem = self._go(self.field.text())
        if problem is None:
            return self.leave()
        self._say(problem)
        self.field.selectAll()
        return None

    def leave(self) -> None:
        self.hide()
        if self._back is not None:
            self._back.setFocus()

    def _say(self, problem: str) -> None:
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        self.field.setProperty("wrong", bool(problem))
        self.field.style().polish(self.field)
        width = min(_WIDTH, max(self._over.width() - 24, 120))
        self.setFixedWidth(width)
        self._whole.activate()
        self.setFixedHeight(max(self._whole.heightForWidth(width), self._whole.sizeHint().height()))
        self.move(self._over.width() - width - 18, 6)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() is QEvent.Type.KeyPress:
                self.leave()
            return True
        if isinstance(event, QFocusEvent) and event.type() is QEvent.Type.FocusOut:
            self.hide()
        return False


class _Field(QLineEdit):
    """Keeps the caret behind what was typed before it was opened."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.deselect()
