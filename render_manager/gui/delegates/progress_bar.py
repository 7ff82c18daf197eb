"""A task's frames as one bar in parts (completed, skipped, rendering, failed, cancelled, waiting), and in numbers."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPalette
from PySide6.QtWidgets import QStyleOptionViewItem

from render_manager.domain.states import FrameCounts, FrameStatus
from render_manager.gui import icons, text
from render_manager.gui.delegates.cell import CellDelegate, Index, faint, palette_of, rect_of
from render_manager.gui.state_style import FRAME_STYLES, Tone, tone
from render_manager.gui.theme import is_dark
from render_manager.services.queries import TaskRow

#: From left to right; what waits is the ground of the bar.
_PARTS = (
    FrameStatus.COMPLETED,
    FrameStatus.SKIPPED,
    FrameStatus.RENDERING,
    FrameStatus.FAILED,
    FrameStatus.CANCELLED,
)
#: Colour, start and width of each part of a bar that is so wide.
Parts = Callable[[float], Sequence[tuple[QColor, float, float]]]
_BAR_HEIGHT = 9
_MARK = 10


def segments(counts: FrameCounts, width: float) -> list[tuple[FrameStatus, float, float]]:
    """Start and width of each part. One that is not empty is at least two pixels wide: one failed frame of ten
    thousand must be seen."""
    parts = [(status, counts.of(status)) for status in _PARTS if counts.of(status)]
    if not parts or not counts.total:
        return []
    widths = [max(width * count / counts.total, 2.0) for _, count in parts]
    if counts.pending == 0 or sum(widths) > width:
        shrink = width / sum(widths)
        widths = [part * shrink for part in widths]
    starts = [sum(widths[:place]) for place in range(len(widths))]
    return [(status, start, part) for (status, _), start, part in zip(parts, starts, widths, strict=True)]


class BarDelegate(CellDelegate):
    """A bar in parts, and a number of per cent at its end."""

    def draw_bar(
        self, painter: QPainter, option: QStyleOptionViewItem, percent: float, ground: QColor, parts: Parts
    ) -> None:
        """``parts`` gives colour, start and width of each part in a bar of the width it is told."""
        cell = rect_of(option)
        room = painter.fontMetrics().horizontalAdvance(self.tr("{0} %").format(100)) + 8
        bar = QRectF(cell.left(), cell.center().y() - _BAR_HEIGHT / 2 + 0.5, cell.width() - room, _BAR_HEIGHT)
        shape = QPainterPath()
        shape.addRoundedRect(bar, 3, 3)
        painter.save()
        painter.setClipPath(shape)
        painter.fillRect(bar, ground)
        for colour, start, width in parts(bar.width()):
            painter.fillRect(QRectF(bar.left() + start, bar.top(), width, bar.height()), colour)
        painter.restore()
        painter.setPen(palette_of(option).color(QPalette.ColorRole.Text))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(cell, right, self.tr("{0} %").format(int(percent)))


class ProgressDelegate(BarDelegate):
    """How much of a task is done."""

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, row: TaskRow) -> None:
        counts, dark = row.task.counts, is_dark(palette_of(option))

        def parts(width: float) -> list[tuple[QColor, float, float]]:
            placed = segments(counts, width)
            return [(FRAME_STYLES[status].colour(dark), start, wide) for status, start, wide in placed]

        ground = faint(FRAME_STYLES[FrameStatus.PENDING].colour(dark), 55)
        self.draw_bar(painter, option, 100 * counts.done / max(counts.total, 1), ground, parts)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(170, 26)


class FramesDelegate(CellDelegate):
    """Frames done, and faintly those in all."""

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, row: TaskRow) -> None:
        counts, palette, cell = row.task.counts, palette_of(option), rect_of(option)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        done, total = text.number(counts.done), f" / {text.number(counts.total)}"
        metrics = painter.fontMetrics()
        if metrics.horizontalAdvance(done + total) > cell.width():
            # Cut off on its left it would be another number.
            painter.drawText(cell, right, metrics.elidedText(done + total, Qt.TextElideMode.ElideRight, cell.width()))
            return
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(cell, right, total)
        cell.setRight(cell.right() - metrics.horizontalAdvance(total))
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        painter.drawText(cell, right, done)


class FailedDelegate(CellDelegate):
    """Failed frames with their mark and in their colour; nothing where there are none."""

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, row: TaskRow) -> None:
        if not row.task.counts.failed:
            return
        palette, cell, failed = palette_of(option), rect_of(option), text.number(row.task.counts.failed)
        colour = tone(Tone.ERROR, is_dark(palette))
        painter.setPen(colour)
        painter.drawText(cell, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, failed)
        mark = icons.pixmap("state-failed", _MARK, colour, painter.device().devicePixelRatio())
        x = cell.right() - painter.fontMetrics().horizontalAdvance(failed) - _MARK - 4
        painter.drawPixmap(QPointF(x, cell.center().y() - _MARK / 2 + 0.5), mark)
