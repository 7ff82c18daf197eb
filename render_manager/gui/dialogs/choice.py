"""A question with a few answers to choose from."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QListWidget, QWidget

from render_manager.gui.dialogs.question import QuestionDialog


class ChoiceDialog(QuestionDialog):
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
        super().__init__(parent, "choice_dialog", title=title, question=question, effect=effect, yes=yes)
        choice = QListWidget()
        choice.setObjectName("choices")
        choice.setAccessibleName(question)
        choice.addItems(list(choices))
        choice.setCurrentRow(0)
        choice.itemActivated.connect(self.accept)
        self.accepted.connect(lambda: then(choice.currentItem().text()))
        self.complete(choice)
