"""The check-up as a window of its own, beside the main one."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget

from render_manager.gui.background import Background
from render_manager.gui.views.check_up_page import CheckUpPage
from render_manager.services.ports import Doctor


class CheckUpDialog(QDialog):
    """Kept when it is closed: what was found is still there, until it is opened and looks anew."""

    def __init__(self, doctor: Doctor, background: Background, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("check_up")
        self.setWindowTitle(self.tr("Check-up"))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.page = CheckUpPage(doctor, background)
        close = QPushButton(self.tr("Close"))
        close.setObjectName("close")
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        self.page.bar.add_button(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.page)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Refresh), self, self.page.examine)
        self.resize(900, 640)
        self.page.again.setFocus()

    def look(self) -> None:
        """Come to the front, and look anew unless it is at it."""
        self.show()
        self.raise_()
        self.activateWindow()
        self.page.examine()
