"""A question that takes a reason, for the record."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget


class ReasonDialog(QDialog):
    """Args: then: told the reason, or None where none was given."""

    def __init__(
        self, parent: QWidget, *, title: str, question: str, effect: str, yes: str, then: Callable[[str | None], object]
    ) -> None:
        super().__init__(parent)
        self.setObjectName("reason_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(440)
        asked = QLabel(question, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        asked.setProperty("role", "title")
        explained = QLabel(effect, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        explained.setProperty("role", "muted")
        self._reason = QLineEdit(placeholderText=self.tr("optional, for the record"))
        self._reason.setObjectName("reason")
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.addRow(self.tr("Reason"), self._reason)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        agree = buttons.addButton(yes, QDialogButtonBox.ButtonRole.AcceptRole)
        agree.setObjectName("yes")
        agree.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.accepted.connect(lambda: then(self._reason.text().strip() or None))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        layout.addWidget(asked)
        layout.addWidget(explained)
        layout.addLayout(form)
        layout.addSpacing(2)
        layout.addWidget(buttons)
