"""Where the image is: fitted or at any size, moved about, with the place under the pointer told."""

import math

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QEnterEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from render_manager.gui.theme import is_dark
from render_manager.gui.viewer import slate
from render_manager.gui.viewer.slate import Slate

#: Pixels of the screen for one of the image.
SMALLEST, LARGEST = 1 / 32, 64.0
STEP = 1.25  #: of one notch of the wheel
_SLATE = QSize(1280, 720)  #: what is shown in place of an image, before any gave its size


class Canvas(QWidget):
    """Signals:
    pointed: the pixel of the display window under the pointer as a QPoint; None: there is none.
    zoomed: pixels of the screen for one of the image.
    menu_asked: where, on the screen.
    """

    pointed = Signal(object)
    zoomed = Signal(float)
    menu_asked = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("viewer_canvas")
        self.setAccessibleName(self.tr("Image"))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 135)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.image = QImage()
        self.slate: Slate | None = None
        self.fits = True  #: the whole image is to be seen, whatever the window's size
        self._data = QRect()
        self._display = QRect(QPoint(0, 0), _SLATE)
        self._scale = 1.0  #: of the widget's own units for one pixel of the image
        self._offset = QPointF()  #: of the display window's corner
        self._dragged: QPointF | None = None
        self._pointed: QPoint | None = None

    # -- what is shown -------------------------------------------------------------------------------------------

    def show_image(self, image: QImage, data: QRect, display: QRect) -> None:
        """``image`` may be smaller than its data window: it is then shown larger."""
        self.slate = None
        self.image, self._data = image, data
        self._take_display(display)
        self.setAccessibleDescription("")
        self.update()

    def show_slate(self, shown: Slate) -> None:
        self.image, self.slate = QImage(), shown
        self.setAccessibleDescription(shown.words)
        self.update()

    def _take_display(self, display: QRect) -> None:
        if display.size() != self._display.size():
            self._display = display
            if self.fits:
                self.fit()
        self._display = display

    # -- size and place ------------------------------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """Pixels of the screen for one of the image."""
        return self._scale * self.devicePixelRatioF()

    def fit(self) -> None:
        self.fits = True
        width, height = max(self._display.width(), 1), max(self._display.height(), 1)
        self._scale = max(min(self.width() / width, self.height() / height), 1e-6)
        self._offset = QPointF((self.width() - width * self._scale) / 2, (self.height() - height * self._scale) / 2)
        self._moved()

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """Keep the place ``at`` where it is; the middle, if it is not given."""
        place = at or QPointF(self.width() / 2, self.height() / 2)
        scale = max(SMALLEST, min(zoom, LARGEST)) / self.devicePixelRatioF()
        self._offset = place - (place - self._offset) * (scale / self._scale)
        self._scale = scale
        self.fits = False
        self._moved()

    def zoom_by(self, notches: float, at: QPointF | None = None) -> None:
        self.zoom_to(self.zoom * STEP**notches, at)

    def pan(self, across: float, down: float) -> None:
        """Move the image by parts of what is seen."""
        self._offset -= QPointF(across * self.width(), down * self.height())
        self.fits = False
        self._moved()

    def _moved(self) -> None:
        self._keep_in_sight()
        self.zoomed.emit(self.zoom)
        self._point(self.mapFromGlobal(self.cursor().pos()) if self.underMouse() else None)
        self.update()

    def _keep_in_sight(self) -> None:
        """Some of the image always is to be seen."""
        margin = 48.0
        width, height = self._display.width() * self._scale, self._display.height() * self._scale
        self._offset = QPointF(
            min(max(self._offset.x(), margin - width), self.width() - margin),
            min(max(self._offset.y(), margin - height), self.height() - margin),
        )

    def pixel_at(self, place: QPointF) -> QPoint:
        """Of the display window, whose upper left one is 0, 0."""
        at = (place - self._offset) / self._scale
        return QPoint(math.floor(at.x()), math.floor(at.y()))

    def place_of(self, pixel: QPoint) -> QPointF:
        """The middle of a pixel."""
        return self._offset + QPointF(pixel.x() + 0.5, pixel.y() + 0.5) * self._scale

    def _point(self, place: QPoint | QPointF | None) -> None:
        pixel = None if place is None else self.pixel_at(QPointF(place))
        if pixel is not None and not QRect(QPoint(0, 0), self._display.size()).contains(pixel):
            pixel = None
        if pixel != self._pointed:
            self._pointed = pixel
            self.pointed.emit(pixel)
            if self.zoom >= 8:
                self.update()

    # -- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        # Neutral: a tinted ground would tint what the eye makes of the image.
        painter.fillRect(self.rect(), QColor(30, 30, 30) if is_dark(self.palette()) else QColor(72, 72, 72))
        size = QPointF(self._display.width(), self._display.height()) * self._scale
        frame = QRectF(self._offset, self._offset + size)
        if self.slate is not None:
            slate.paint(painter, self._slate_room(frame), self.slate, self.font(), self.devicePixelRatioF())
        elif not self.image.isNull():
            painter.fillRect(frame, QColor(0, 0, 0))
            painter.setClipRect(frame)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.zoom < 1 or self._is_proxy)
            corner = QPointF(self._data.topLeft() - self._display.topLeft())
            where = self._offset + corner * self._scale
            target = QRectF(where, QPointF(self._data.width(), self._data.height()) * self._scale + where)
            painter.drawImage(target, self.image, QRectF(self.image.rect()))
            if self._pointed is not None and self.zoom >= 8:
                painter.setPen(QPen(QColor(255, 255, 255, 180), 1))
                corner = self._offset + QPointF(self._pointed) * self._scale
                painter.drawRect(QRectF(corner.x(), corner.y(), self._scale, self._scale))
        painter.end()

    @property
    def _is_proxy(self) -> bool:
        return self.image.width() < self._data.width()

    def _slate_room(self, frame: QRectF) -> QRect:
        """Where the image would be, if it can be seen whole there; a slate is never larger than the window."""
        shown = frame.toAlignedRect()
        return shown if self.rect().contains(shown) else self.rect().intersected(shown) or self.rect()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.fits:
            self.fit()
        else:
            self._moved()

    # -- the mouse -----------------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / 120
        if notches:
            self.zoom_by(notches, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._dragged = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged is not None and event.position() != self._dragged:
            self._offset += event.position() - self._dragged
            self._dragged = event.position()
            self.fits = False
            self._moved()
        self._point(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged = None
        self.setCursor(Qt.CursorShape.CrossCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Between the whole image and its own pixels, at the place that was clicked."""
        if self.fits:
            self.zoom_to(1.0, event.position())
        else:
            self.fit()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._point(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_asked.emit(event.globalPos())
