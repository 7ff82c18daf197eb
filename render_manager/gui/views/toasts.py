"""Notices in the corner of the window: a few, one above the other, that go away by themselves."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMainWindow, QToolButton, QVBoxLayout

from render_manager.domain.states import TaskStatus
from render_manager.gui import icons
from render_manager.gui.news import NewsItem
from render_manager.gui.theme import is_dark
from render_manager.gui.views.word_label import WordLabel

#: Toasts at a time; milliseconds they stay, those of failures longer.
MOST, STAYS, FAILURE_STAYS = 3, 6_000, 12_000
_WIDTH, _GAP, _MARGIN, _MARK = 330, 8, 14, 18


class Toast(QFrame):
    """Signals: clicked, gone."""

    clicked = Signal()
    gone = Signal()

    def __init__(self, item: NewsItem, parent: QMainWindow) -> None:
        super().__init__(parent)
        self.item = item
        self.setObjectName("toast")
        self.setProperty("role", "toast")
        self.setAccessibleName(f"{item.title}. {item.words}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedWidth(_WIDTH)
        self._mark = QLabel()
        title = WordLabel()
        title.say(item.title)
        title.setProperty("role", "title")
        self.words = QLabel(_short(item.words), wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.words.setProperty("role", "muted")
        self._close = QToolButton()
        self._close.setProperty("flat", True)
        self._close.setAccessibleName(self.tr("Hide"))
        self._close.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # a notice never takes the keyboard
        self._close.clicked.connect(self.gone)
        told = QVBoxLayout()
        told.setSpacing(2)
        told.addWidget(title)
        told.addWidget(self.words)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 10, 6, 10)
        layout.setSpacing(10)
        layout.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(told, 1)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        stays = FAILURE_STAYS if item.status is TaskStatus.FAILED else STAYS
        self._timer = QTimer(self, singleShot=True, interval=stays)
        self._timer.timeout.connect(self.gone)
        self._timer.start()
        self.retint()

    def retint(self) -> None:
        style = self.item.style
        colour = style.colour(is_dark(self.palette()))
        self._mark.setPixmap(icons.pixmap(style.mark, _MARK, colour, self.devicePixelRatioF()))
        self._close.setIcon(icons.icon("close"))

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()  # somebody reads it
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._timer.start()
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.clicked.emit()


class Toasts(QObject):
    """Signals: opened: the ids of the tasks that a toast is about; it was clicked."""

    opened = Signal(list)

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.shown: list[Toast] = []  #: the newest last, which is the lowest
        window.installEventFilter(self)

    def tell(self, item: NewsItem) -> None:
        while len(self.shown) >= MOST:
            self._remove(self.shown[0])
        toast = Toast(item, self._window)
        toast.clicked.connect(lambda: self._open(toast))
        toast.gone.connect(lambda: self._remove(toast))
        self.shown.append(toast)
        self._place()
        toast.show()

    def retint(self) -> None:
        for toast in self.shown:
            toast.retint()

    def _open(self, toast: Toast) -> None:
        self._remove(toast)
        self.opened.emit(toast.item.ids)

    def _remove(self, toast: Toast) -> None:
        if toast in self.shown:
            self.shown.remove(toast)
            toast.hide()
            toast.deleteLater()
            self._place()

    def _place(self) -> None:
        bottom = self._window.height() - self._window.statusBar().height() - _MARGIN
        for toast in reversed(self.shown):
            toast.ensurePolished()
            high = toast.heightForWidth(_WIDTH)
            toast.setFixedHeight(high)
            bottom -= high
            toast.move(QPoint(self._window.width() - _WIDTH - _MARGIN, bottom))
            toast.raise_()
            bottom -= _GAP

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize and watched is self._window:
            self._place()
        return False


def _short(words: str, most: int = 160) -> str:
    """The last lines of a renderer's word would cover the window."""
    flat = " ".join(words.split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"
