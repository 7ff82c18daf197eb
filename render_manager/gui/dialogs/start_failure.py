"""Why the window can't open, with the check-up beneath."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from render_manager.gui import check_up_words, icons
from render_manager.gui.background import Background
from render_manager.gui.dialogs.messages import explain
from render_manager.gui.state_style import Tone, tone
from render_manager.gui.theme import is_dark
from render_manager.gui.views.check_up_page import CheckUpPage
from render_manager.services.ports import Doctor

_MARK = 28


class StartFailureDialog(QDialog):
    """Accepted: it is to be tried again."""

    def __init__(self, error: Exception, doctor: Doctor, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("start_failure")
        self.page = CheckUpPage(doctor, background)
        again = self._button("try_again", self.tr("Try again"))
        again.setDefault(True)
        again.clicked.connect(self.accept)
        leave = self._button("quit", self.tr("Quit"))
        leave.clicked.connect(self.reject)
        for button in (leave, again):
            self.page.bar.add_button(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._head(error))
        layout.addWidget(self.page, 1)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Refresh), self, self.page.examine)
        self.resize(960, 700)
        again.setFocus()

    @staticmethod
    def _button(name: str, words: str) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(name)
        return button

    def _head(self, error: Exception) -> QFrame:
        head = QFrame()
        head.setProperty("role", "bar")
        mark = QLabel()
        mark.setPixmap(
            icons.pixmap("error", _MARK, tone(Tone.ERROR, is_dark(self.palette())), self.devicePixelRatioF())
        )
        said = QLabel(self.tr("Render Manager can't start"))
        said.setProperty("role", "muted")
        sentence, details = explain(error)
        why = QLabel(check_up_words.rich(sentence), wordWrap=True, textFormat=Qt.TextFormat.RichText)
        why.setObjectName("start_failure_why")
        why.setProperty("role", "headline")
        why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        why.setToolTip(details)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(said)
        words.addWidget(why)
        line = QHBoxLayout(head)
        line.setContentsMargins(16, 14, 16, 14)
        line.setSpacing(14)
        line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        return head
