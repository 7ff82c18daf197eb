"""A frame as its image, with number, state and progress on it. What has no image says why, in its state's colour."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPainterPath, QPalette, QPen

from render_manager.domain.entities import RenderFrame
from render_manager.domain.states import FrameStatus
from render_manager.gui import icons, text
from render_manager.gui.state_style import FRAME_STYLES
from render_manager.gui.theme import is_dark

_GAP, _ROUND, _BAND, _MARK = 6, 4, 20, 12
#: Of a frame's state, where it is no image: how strongly it tints its place.
_TINT = {FrameStatus.FAILED: 46, FrameStatus.RENDERING: 40}
#: Around an image, whatever the theme: colours are judged on black.
_DARK, _ON_DARK = QColor("#0b0c0e"), QColor("#ffffff")


class ThumbnailPainter:
    def __init__(self, palette: QPalette, ratio: float) -> None:
        self.key = (palette.cacheKey(), ratio)
        self._palette = palette
        self._dark = is_dark(palette)
        self._ratio = ratio

    def body(self, cell: QRect) -> QRect:
        """What of a cell is the thumbnail."""
        return cell.adjusted(0, 0, -_GAP, -_GAP)

    def paint(self, painter: QPainter, cell: QRect, frame: RenderFrame, image: QImage | None, note: str) -> None:
        """Args: note: what to say where there is no image."""
        body = self.body(cell)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        clip = QPainterPath()
        clip.addRoundedRect(QRectF(body), _ROUND, _ROUND)
        painter.setClipPath(clip)
        if image is not None and not image.isNull():
            self._image(painter, body, image)
        else:
            self._ground(painter, body, frame, note)
        self._band(painter, body, frame, image is not None)
        painter.setClipping(False)
        if frame.status in (FrameStatus.FAILED, FrameStatus.RENDERING):
            painter.setPen(QPen(self._colour(frame), 2 if frame.status is FrameStatus.FAILED else 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(body).adjusted(1, 1, -1, -1), _ROUND, _ROUND)
        painter.restore()

    def _colour(self, frame: RenderFrame) -> QColor:
        return FRAME_STYLES[frame.status].colour(self._dark)

    def _image(self, painter: QPainter, body: QRect, image: QImage) -> None:
        painter.fillRect(body, _DARK)
        room = body.adjusted(0, 0, 0, -_BAND)  # the whole image is seen
        place = QRect(room.topLeft(), image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio))
        place.moveCenter(room.center())
        painter.drawImage(place, image)

    def _ground(self, painter: QPainter, body: QRect, frame: RenderFrame, note: str) -> None:
        painter.fillRect(body, self._palette.color(QPalette.ColorRole.Window))
        tint = QColor(self._colour(frame))
        tint.setAlpha(_TINT.get(frame.status, 18))
        painter.fillRect(body, tint)
        if frame.status is FrameStatus.RENDERING and frame.progress:
            tint.setAlpha(90)
            painter.fillRect(QRectF(body.x(), body.y(), body.width() * frame.progress, body.height()), tint)
        room = body.adjusted(8, 4, -8, -_BAND - 2)
        # Of what is done the image is missing, which is not the state's fault.
        missing = frame.status is FrameStatus.COMPLETED
        colour = self._palette.color(QPalette.ColorRole.PlaceholderText) if missing else self._colour(frame)
        mark = "image" if missing else FRAME_STYLES[frame.status].mark
        size = 18 if room.height() < 70 else 24
        metrics = painter.fontMetrics()
        wrapped = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        lines = max((room.height() - size - 6) // metrics.height(), 0)
        said = _cut(note, metrics, room.width(), lines) if lines else ""
        height = metrics.boundingRect(room, wrapped, said).height() if said else 0
        top = room.top() + (room.height() - size - (height + 4 if said else 0)) // 2
        painter.drawPixmap(room.center().x() - size // 2, top, icons.pixmap(mark, size, colour, self._ratio))
        if said:
            role = QPalette.ColorRole.PlaceholderText if missing else QPalette.ColorRole.Text
            painter.setPen(self._palette.color(role))
            painter.drawText(QRect(room.x(), top + size + 4, room.width(), height + 2), wrapped, said)

    def _band(self, painter: QPainter, body: QRect, frame: RenderFrame, on_image: bool) -> None:
        """The number at the left, at the right how long it took or how far it is, and the mark of the state."""
        band = QRect(body.left(), body.bottom() + 1 - _BAND, body.width(), _BAND)
        ink = _ON_DARK if on_image else self._palette.color(QPalette.ColorRole.Text)
        inner = band.adjusted(7, 0, -6, 0)
        colour = FRAME_STYLES[frame.status].colour(True if on_image else self._dark)
        mark = icons.pixmap(FRAME_STYLES[frame.status].mark, _MARK, colour, self._ratio)
        painter.drawPixmap(inner.right() - _MARK, band.center().y() - _MARK // 2, mark)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(ink)
        number = str(frame.frame_number)
        painter.drawText(inner, middle | Qt.AlignmentFlag.AlignLeft, number)
        metrics = painter.fontMetrics()
        more = _more(frame)
        free = inner.width() - _MARK - 8 - metrics.horizontalAdvance(number)
        if more and metrics.horizontalAdvance(more) + 6 <= free:
            faint = QColor(ink)
            faint.setAlpha(190)
            painter.setPen(faint)
            painter.drawText(inner.adjusted(0, 0, -_MARK - 7, 0), middle | Qt.AlignmentFlag.AlignRight, more)


def _more(frame: RenderFrame) -> str:
    if frame.status is FrameStatus.RENDERING:
        return f"{int(100 * frame.progress)} %" if frame.progress else ""
    if frame.started_at is None or frame.finished_at is None:
        return ""
    return text.precise_duration(frame.finished_at - frame.started_at)


def _cut(said: str, metrics: QFontMetrics, width: int, lines: int) -> str:
    """As much of a text as that many lines hold."""
    return metrics.elidedText(said, Qt.TextElideMode.ElideRight, round(width * lines * 0.9))
