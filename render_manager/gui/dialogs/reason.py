"""A question that takes a reason, for the record."""

from collections.abc import Callable

from PySide6.QtWidgets import QFormLayout, QLineEdit, QWidget

from render_manager.gui.dialogs.question import QuestionDialog


class ReasonDialog(QuestionDialog):
    """Args: then: told the reason, or None where none was given."""

    def __init__(
        self, parent: QWidget, *, title: str, question: str, effect: str, yes: str, then: Callable[[str | None], object]
    ) -> None:
        super().__init__(parent, "reason_dialog", title=title, question=question, effect=effect, yes=yes)
        reason = QLineEdit(placeholderText=self.tr("optional, for the record"))
        reason.setObjectName("reason")
        answer = QWidget()
        form = QFormLayout(answer)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(12)
        form.addRow(self.tr("Reason"), reason)
        self.accepted.connect(lambda: then(reason.text().strip() or None))
        self.complete(answer)
