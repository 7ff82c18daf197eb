"""How a frame looks in the grid. Each state has a colour and a shape of its own, down to the smallest cell:
filled, crossed out, hollow, half, barred, struck through."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen, QPixmap

from render_manager.domain.states import FrameStatus
from render_manager.gui import icons
from render_manager.gui.models.frame_numbers import STATUSES
from render_manager.gui.state_style import FRAME_STYLES
from render_manager.gui.theme import is_dark

#: Cells at least this high carry the state's mark as an icon.
MARK_FROM = 15
MARK_SIZE = 11


class CellPainter:
    """Draws each state once for a cell size and theme; painting the grid then only copies."""

    def __init__(self, palette: QPalette, width: int, height: int, ratio: float, labelled: bool) -> None:
        self.key = (palette.cacheKey(), width, height, ratio, labelled)
        self._dark = is_dark(palette)
        self._labelled = labelled
        self._ratio = ratio
        gap = 1 if height <= 11 else 2
        self.body = QRectF(0, 0, width - gap, height - gap)
        self.cells = [self._cell(status) for status in STATUSES]

    def colour(self, status: FrameStatus) -> QColor:
        return FRAME_STYLES[status].colour(self._dark)

    def ink(self, status: FrameStatus) -> QColor:
        """The colour of text and mark on the cell."""
        if status is FrameStatus.COMPLETED or status is FrameStatus.FAILED:
            return QColor("#ffffff") if not self._dark or status is FrameStatus.FAILED else QColor("#0d2414")
        if status is FrameStatus.RENDERING:
            return QColor("#241d02") if self._dark else QColor("#3a2c02")
        colour = self.colour(status)
        return colour.lighter(125) if self._dark else colour.darker(135)

    def progress(self, done: float) -> tuple[QRectF, QColor]:
        """The part of a rendering cell that is done, and its colour."""
        body = self.body
        return QRectF(body.left(), body.top(), body.width() * done, body.height()), self.colour(FrameStatus.RENDERING)

    def _cell(self, status: FrameStatus) -> QPixmap:
        body = self.body
        pixmap = QPixmap(round((body.width() + 1) * self._ratio), round((body.height() + 1) * self._ratio))
        pixmap.setDevicePixelRatio(self._ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if body.height() + 2 >= MARK_FROM:
            self._large(painter, status)
        else:
            self._small(painter, status)
        painter.end()
        return pixmap

    def _large(self, painter: QPainter, status: FrameStatus) -> None:
        colour = self.colour(status)
        edge = QColor(colour)
        if status in (FrameStatus.COMPLETED, FrameStatus.FAILED):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
        else:
            strong = status is FrameStatus.RENDERING
            edge.setAlpha(230 if strong else 110)
            fill = QColor(colour)
            fill.setAlpha(120 if strong else 38)
            painter.setPen(QPen(edge, 1))
            painter.setBrush(fill)
        painter.drawRoundedRect(self.body.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        size = min(MARK_SIZE, self.body.height() - 4)
        centre = self.body.center()
        x = self.body.right() - size - 4 if self._labelled else centre.x() - size / 2
        mark = icons.pixmap(FRAME_STYLES[status].mark, round(size), self.ink(status), self._ratio)
        if status is not FrameStatus.PENDING:  # the hollow cell is a waiting frame's mark
            painter.drawPixmap(QPointF(x, centre.y() - size / 2), mark)

    def _small(self, painter: QPainter, status: FrameStatus) -> None:
        colour, body = self.colour(status), self.body
        inner = body.adjusted(0.5, 0.5, -0.5, -0.5)
        faint = QColor(colour)
        faint.setAlpha(60)
        pen = QPen(colour, 1)
        match status:
            case FrameStatus.COMPLETED:
                painter.fillRect(body, colour)
            case FrameStatus.FAILED:
                painter.fillRect(body, colour)
                painter.setPen(QPen(QColor("#ffffff"), 1.2))
                painter.drawLine(inner.topLeft() + QPointF(1, 1), inner.bottomRight() - QPointF(1, 1))
                painter.drawLine(inner.topRight() + QPointF(-1, 1), inner.bottomLeft() + QPointF(1, -1))
            case FrameStatus.RENDERING:
                painter.fillRect(body, faint)
                painter.fillRect(QRectF(body.left(), body.center().y(), body.width(), body.height() / 2), colour)
            case FrameStatus.PENDING:
                colour.setAlpha(120)
                painter.setPen(QPen(colour, 1))
                painter.drawRect(inner)
            case FrameStatus.SKIPPED:
                painter.fillRect(body, faint)
                painter.setPen(QPen(colour, 1.6))
                painter.drawLine(QPointF(inner.left(), body.center().y()), QPointF(inner.right(), body.center().y()))
            case FrameStatus.CANCELLED:
                painter.setPen(pen)
                painter.drawRect(inner)
                painter.drawLine(inner.bottomLeft(), inner.topRight())
