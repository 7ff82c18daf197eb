"""Questions and bad news in one plain sentence, with the details behind a button."""

import traceback
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from render_manager.domain.errors import RenderManagerError
from render_manager.gui.sentences import say


def _box(parent: QWidget, icon: QMessageBox.Icon, title: str, sentence: str) -> QMessageBox:
    box = QMessageBox(icon, title, sentence, parent=parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    return box


def ask(
    parent: QWidget,
    *,
    title: str,
    question: str,
    numbers: str,
    yes: str,
    no: str,
    then: Callable[[], object],
    danger: bool = True,
) -> None:
    """Ask before something that can't be taken back; the safe answer is the default one."""
    box = _box(parent, QMessageBox.Icon.Question, title, question)
    box.setObjectName("question")
    box.setInformativeText(numbers)
    agree = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
    agree.setObjectName("yes")
    agree.setProperty("danger", danger)
    agree.style().unpolish(agree)
    agree.style().polish(agree)
    keep = box.addButton(no, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    agree.clicked.connect(lambda: then())
    box.open()


def show_error(parent: QWidget, sentence: str, details: str = "") -> None:
    box = _box(
        parent, QMessageBox.Icon.Warning, QCoreApplication.translate("Messages", "Render Manager"), say(sentence)
    )
    box.setObjectName("error")
    if details:
        box.setDetailedText("\n".join(map(say, details.split("\n"))))
    box.open()


def explain(error: Exception) -> tuple[str, str]:
    """An error as a sentence for people and details for those who are asked for help."""
    if isinstance(error, RenderManagerError):
        cause = error.__cause__ or error.__context__
        return say(str(error)), "" if cause is None else f"{type(cause).__name__}: {cause}"
    sentence = QCoreApplication.translate(
        "Messages", "Something went wrong inside Render Manager; the log of the program has the details."
    )
    return sentence, "".join(traceback.format_exception(error))
