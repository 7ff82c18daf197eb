"""What questions that take more than a yes share: the question, what follows from it, the answer, two buttons."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget


class QuestionDialog(QDialog):
    """A subclass makes what takes the answer and calls ``complete`` with it."""

    def __init__(self, parent: QWidget, name: str, *, title: str, question: str, effect: str, yes: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(460)
        asked = QLabel(question, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        asked.setProperty("role", "title")
        explained = QLabel(effect, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        explained.setProperty("role", "muted")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(16, 14, 16, 14)
        self._layout.setSpacing(10)
        self._layout.addWidget(asked)
        self._layout.addWidget(explained)
        self._yes = yes

    def complete(self, answer: QWidget) -> None:
        """Put the answer above the buttons. They come after it, so that it has the focus and Return says yes."""
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        agree = buttons.addButton(self._yes, QDialogButtonBox.ButtonRole.AcceptRole)
        agree.setObjectName("yes")
        agree.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._layout.addWidget(answer)
        self._layout.addSpacing(2)
        self._layout.addWidget(buttons)
