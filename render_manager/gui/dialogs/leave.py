"""Closing the window while this computer's workers run: stop them, or let them go on."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QMessageBox, QWidget

from render_manager.gui import text


class LeaveDialog(QMessageBox):
    """Args: then: told whether they go on, and whether that is always so. Cancelled: the window stays open."""

    def __init__(self, parent: QWidget, count: int, then: Callable[[bool, bool], object]) -> None:
        super().__init__(parent)
        self.setObjectName("leave")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle(self.tr("Quit"))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(self.tr("Let this computer's workers go on rendering?"))
        self.setInformativeText(
            self.tr(
                "Workers running here: {0}\n"
                "Stopped, they hand the frames they render back to the queue. Those that go on are found again by the "
                "next window."
            ).format(text.number(count))
        )
        always = QCheckBox(self.tr("Do so every time, without asking"))
        always.setObjectName("always")
        self.setCheckBox(always)
        go_on = self.addButton(self.tr("Let them go on"), QMessageBox.ButtonRole.AcceptRole)
        go_on.setObjectName("stay")
        stop = self.addButton(self.tr("Stop them"), QMessageBox.ButtonRole.DestructiveRole)
        stop.setObjectName("stop")
        cancel = self.addButton(QMessageBox.StandardButton.Cancel)
        self.setDefaultButton(go_on)
        self.setEscapeButton(cancel)
        go_on.clicked.connect(lambda: then(True, always.isChecked()))
        stop.clicked.connect(lambda: then(False, always.isChecked()))
