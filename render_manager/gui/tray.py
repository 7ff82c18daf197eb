"""The icon in the system's tray, where there is one: how the farm is, and notices while nobody looks at the window."""

from PySide6.QtCore import QObject, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon, QWidget

from render_manager.domain.states import TaskStatus
from render_manager.gui import icons
from render_manager.gui.news import NewsItem
from render_manager.gui.state_style import TASK_STYLES

_SIZE, _DOT = 64, 26


class Tray(QObject):
    """Args: show: brings the window to the front; quit_: ends the program."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.icon = QSystemTrayIcon(self)
        self.menu = QMenu(window)
        self.menu.addAction(self.tr("Show Render Manager"), self.bring)
        self.menu.addAction(self.tr("Quit"), window.close)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        self.icon.messageClicked.connect(self.bring)
        self.state: TaskStatus | None = None
        self.show_state(None, "")
        if QSystemTrayIcon.isSystemTrayAvailable():
            self.icon.show()

    def show_state(self, state: TaskStatus | None, words: str) -> None:
        """``state``: what the dot on the icon says; None: no dot."""
        if state is not self.state or self.icon.icon().isNull():
            self.state = state
            self.icon.setIcon(_badged(None if state is None else TASK_STYLES[state].colour(dark=True)))
        self.icon.setToolTip("\n".join(filter(None, (self._window.windowTitle(), words))))

    def tell(self, item: NewsItem) -> None:
        """In the system's own way, unless the window is looked at: then its toast is enough."""
        if self.icon.isVisible() and QApplication.activeWindow() is None:
            self.icon.showMessage(item.title, item.words, self.icon.icon())

    def bring(self) -> None:
        window = self._window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()

    def hide(self) -> None:
        self.icon.hide()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.bring()


def _badged(colour: QColor | None) -> QIcon:
    image = icons.app_icon().pixmap(_SIZE, _SIZE)
    if colour is None:
        return QIcon(image)
    badged = QPixmap(image)
    painter = QPainter(badged)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    size = badged.width()
    dot = QRectF(size - _DOT, size - _DOT, _DOT - 2, _DOT - 2)
    painter.setPen(QColor("#ffffff"))
    painter.setBrush(colour)
    painter.drawEllipse(dot)
    painter.end()
    return QIcon(badged)
