"""The whole task in one strip: the state of every frame, where we are, and what is ready to be played."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QToolTip, QWidget

from render_manager.domain.states import FrameStatus
from render_manager.gui.models.frames import CODES, FrameModel
from render_manager.gui.state_style import FRAME_STYLES
from render_manager.gui.theme import is_dark

_MARGIN, _TOP, _STRIP, _READY = 10, 9, 12, 3
#: Of several frames that share a pixel the first state found here is shown: what needs a look is never hidden.
_FIRST = (
    FrameStatus.FAILED,
    FrameStatus.RENDERING,
    FrameStatus.CANCELLED,
    FrameStatus.SKIPPED,
    FrameStatus.PENDING,
    FrameStatus.COMPLETED,
)


class Scrubber(QAbstractSlider):
    """Its value is a position among the task's frames.

    Signals:
        scrubbed: the user moved to this position.
        released: and stays there.
    """

    scrubbed = Signal(int)
    released = Signal()

    def __init__(self, model: FrameModel, ready: Callable[[int], bool], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("viewer_scrubber")
        self.setAccessibleName(self.tr("Frame shown"))
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self._model = model
        self._ready = ready
        self._strip = QImage()
        self._soon = QTimer(self, singleShot=True, interval=60)
        self._soon.timeout.connect(self.refresh)
        model.dataChanged.connect(self.refresh_soon)
        model.modelReset.connect(self.refresh)
        self.refresh()

    def sizeHint(self) -> QSize:
        return QSize(400, _TOP + _STRIP + _READY + 6)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def refresh_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def refresh(self) -> None:
        """Look at the states, and at what is ready, anew."""
        self.setRange(0, max(len(self._model.numbers) - 1, 0))
        self._strip = self._painted()
        self.update()

    def _room(self) -> QRect:
        return QRect(_MARGIN, _TOP, max(self.width() - 2 * _MARGIN, 1), _STRIP)

    def _painted(self) -> QImage:
        """The states as one line of pixels; above it, those frames that can be played at once."""
        states, count = self._model.states, len(self._model.numbers)
        width = self._room().width()
        image = QImage(width, 2, QImage.Format.Format_RGB32)
        dark = is_dark(self.palette())
        colours = {CODES[status]: FRAME_STYLES[status].colour(dark).rgb() for status in _FIRST}
        ready, none = self.palette().color(QPalette.ColorRole.Accent).rgb(), self._ground().rgb()
        image.fill(none)
        for x in range(width if count else 0):
            first = x * count // width
            end = max((x + 1) * count // width, first + 1)
            here = states[first:end]
            code = next((CODES[status] for status in _FIRST if CODES[status] in here), here[0])
            image.setPixel(x, 0, colours[code])
            if self._ready(first):
                image.setPixel(x, 1, ready)
        return image

    def _ground(self) -> QColor:
        return self.palette().color(QPalette.ColorRole.Mid)

    # -- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        room = self._room()
        painter.drawImage(room, self._strip, QRect(0, 0, self._strip.width(), 1))
        painter.drawImage(
            QRect(room.left(), room.bottom() + 2, room.width(), _READY),
            self._strip,
            QRect(0, 1, self._strip.width(), 1),
        )
        count = len(self._model.numbers)
        if count:
            self._paint_gaps(painter, room, count)
            self._paint_head(painter, room, count)
        if self.hasFocus():
            painter.setPen(self.palette().color(QPalette.ColorRole.Accent))
            painter.drawRect(self.rect().adjusted(1, 1, -2, -2))
        painter.end()

    def _paint_gaps(self, painter: QPainter, room: QRect, count: int) -> None:
        if room.width() / count >= 6:  # single frames can be told apart
            for position in range(1, count):
                x = room.left() + position * room.width() // count
                painter.fillRect(x, room.top(), 1, room.height(), self.palette().color(QPalette.ColorRole.Window))

    def _paint_head(self, painter: QPainter, room: QRect, count: int) -> None:
        width = max(room.width() / count, 3.0)
        middle = room.left() + (self.value() + 0.5) * room.width() / count
        ink = self.palette().color(QPalette.ColorRole.WindowText)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        top = room.top() - 2.0
        painter.drawPolygon(
            QPolygonF([QPointF(middle - 5, top - 6), QPointF(middle + 5, top - 6), QPointF(middle, top)])
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(ink)
        painter.drawRect(round(middle - width / 2), room.top() - 1, round(width), room.height() + 1)

    # -- the mouse -----------------------------------------------------------------------------------------------

    def position_at(self, x: float) -> int:
        room, count = self._room(), len(self._model.numbers)
        return max(0, min(int((x - room.left()) * count / room.width()), count - 1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._model.numbers:
            self.scrubbed.emit(self.position_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._model.numbers:
            self.scrubbed.emit(self.position_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.released.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = -1 if event.angleDelta().y() > 0 else 1
        self.scrubbed.emit(max(0, min(self.value() + steps, self.maximum())))
        self.released.emit()
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self._model.numbers:
            QToolTip.showText(event.globalPos(), self._model.describe(self.position_at(event.pos().x())), self)
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_strip"):
            self.refresh()
