"""Why the program ends, in a box of its own: for those who started it without a console."""

import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from render_manager.gui.dialogs.messages import explain
from render_manager.gui.icons import app_icon
from render_manager.gui.language import Language, LanguageChoice
from render_manager.gui.window_state import WindowState


def show_problem(error: Exception, log_file: Path) -> None:
    """Returns when the user has closed the box."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    Language(app, WindowState().value("language", LanguageChoice.SYSTEM))
    sentence, details = explain(error)
    box = QMessageBox(QMessageBox.Icon.Critical, QCoreApplication.translate("Messages", "Render Manager"), sentence)
    box.setObjectName("problem")
    box.setWindowIcon(app_icon())
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(QCoreApplication.translate("Messages", "Log: {0}").format(log_file))
    box.setDetailedText(details)
    box.exec()
