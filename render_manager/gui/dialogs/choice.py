"""A question with a few answers to choose from."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QListWidget, QVBoxLayout, QWidget


class ChoiceDialog(QDialog):
    """Args: then: told the answer."""

    def __init__(
        self,
        parent: QWidget,
        *,
        title: str,
        question: str,
        effect: str,
        choices: Sequence[str],
        yes: str,
        then: Callable[[str], object],
    ) -> None:
        super().__init__(parent)
        self.setObjectName("choice_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(480)
        asked = QLabel(question, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        asked.setProperty("role", "title")
        explained = QLabel(effect, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        explained.setProperty("role", "muted")
        self._list = QListWidget()
        self._list.setObjectName("choices")
        self._list.setAccessibleName(question)
        self._list.addItems(list(choices))
        self._list.setCurrentRow(0)
        self._list.itemActivated.connect(self.accept)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        agree = buttons.addButton(yes, QDialogButtonBox.ButtonRole.AcceptRole)
        agree.setObjectName("yes")
        agree.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.accepted.connect(lambda: then(self._list.currentItem().text()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        for widget in (asked, explained, self._list, buttons):
            layout.addWidget(widget)
        self._list.setFocus()
