"""A state: mark and word on a ground of the state's colour."""

from collections.abc import Collection
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QStyleOptionViewItem

from render_manager.domain.entities import RenderFrame, WorkerStatus
from render_manager.gui import icons
from render_manager.gui.delegates.cell import PADDING, CellDelegate, Index, faint, palette_of, rect_of
from render_manager.gui.state_style import FRAME_STYLES, TASK_STYLES, WORKER_STYLES, StateStyle
from render_manager.gui.theme import is_dark
from render_manager.services.queries import TaskRow

_MARK = 11
_HEIGHT = 20


class _Chip(CellDelegate):
    styles: Collection[StateStyle]

    def style_of(self, row: Any) -> StateStyle:
        raise NotImplementedError

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, row: object) -> None:
        style = self.style_of(row)
        palette = palette_of(option)
        colour = style.colour(is_dark(palette))
        metrics = painter.fontMetrics()
        cell = rect_of(option)
        width = min(_MARK + 22 + metrics.horizontalAdvance(style.text), cell.width())
        height = min(_HEIGHT, cell.height() - 3)
        chip = QRectF(cell.left(), cell.center().y() - height / 2 + 0.5, width, height)
        painter.setPen(faint(colour, 120))
        painter.setBrush(faint(colour, 46))
        painter.drawRoundedRect(chip.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        mark = icons.pixmap(style.mark, _MARK, colour, painter.device().devicePixelRatio())
        painter.drawPixmap(QPointF(chip.left() + 7, chip.center().y() - _MARK / 2), mark)
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        word = metrics.elidedText(style.text, Qt.TextElideMode.ElideRight, int(chip.width()) - _MARK - 18)
        painter.drawText(chip.adjusted(_MARK + 13, 0, -4, 0), Qt.AlignmentFlag.AlignVCenter, word)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        metrics = option.fontMetrics  # type: ignore[attr-defined]
        widest = max(metrics.horizontalAdvance(style.text) for style in self.styles)
        return QSize(widest + _MARK + 22 + 2 * PADDING, _HEIGHT + 6)


class TaskChip(_Chip):
    styles = TASK_STYLES.values()

    def style_of(self, row: TaskRow) -> StateStyle:
        return TASK_STYLES[row.task.status]


class WorkerChip(_Chip):
    styles = WORKER_STYLES.values()

    def style_of(self, row: WorkerStatus) -> StateStyle:
        return WORKER_STYLES[row.state]


class FrameChip(_Chip):
    styles = FRAME_STYLES.values()

    def style_of(self, row: RenderFrame) -> StateStyle:
        return FRAME_STYLES[row.status]
