"""A question that is answered by a line of text."""

from collections.abc import Callable

from PySide6.QtWidgets import QFormLayout, QLineEdit, QWidget

from render_manager.gui.dialogs.question import QuestionDialog


class LineDialog(QuestionDialog):
    """Args:
    label: stands before the field.
    hint: in the field while it is empty.
    then: told the text, without blanks around it; empty if there is none.
    """

    def __init__(
        self,
        parent: QWidget,
        name: str,
        *,
        title: str,
        question: str,
        effect: str,
        yes: str,
        label: str,
        hint: str,
        then: Callable[[str], object],
    ) -> None:
        super().__init__(parent, f"{name}_dialog", title=title, question=question, effect=effect, yes=yes)
        line = QLineEdit(placeholderText=hint)
        line.setObjectName(name)
        answer = QWidget()
        form = QFormLayout(answer)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(12)
        form.addRow(label, line)
        self.accepted.connect(lambda: then(line.text().strip()))
        self.complete(answer)
