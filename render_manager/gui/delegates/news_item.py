"""A line of what was told: mark, title and time, below it what it is about."""

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPalette
from PySide6.QtWidgets import QStyleOptionViewItem

from render_manager.gui import icons, text
from render_manager.gui.delegates.cell import CellDelegate, Index, palette_of
from render_manager.gui.news import NewsItem
from render_manager.gui.theme import is_dark

_MARK, _LEFT, _RIGHT, _ABOVE = 13, 32, 10, 7


class NewsDelegate(CellDelegate):
    def draw(self, painter: QPainter, option: QStyleOptionViewItem, row: NewsItem) -> None:
        palette = palette_of(option)
        cell: QRect = option.rect  # type: ignore[attr-defined]
        metrics = painter.fontMetrics()
        muted = palette.color(QPalette.ColorRole.PlaceholderText)
        line = QRect(cell.left() + _LEFT, cell.top() + _ABOVE, cell.width() - _LEFT - _RIGHT, metrics.height())
        colour = row.style.colour(is_dark(palette))
        mark = icons.pixmap(row.style.mark, _MARK, colour, painter.device().devicePixelRatio())
        painter.drawPixmap(QPointF(cell.left() + 11, line.center().y() - _MARK / 2 + 1), mark)
        when = text.clock(row.at)
        painter.setPen(muted)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, when)
        below = line.translated(0, metrics.height() + 2)
        words = metrics.elidedText(row.words, Qt.TextElideMode.ElideRight, below.width())
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        strong = QFont(painter.font())
        strong.setWeight(QFont.Weight.DemiBold)
        painter.setFont(strong)
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        room = line.adjusted(0, 0, -metrics.horizontalAdvance(when) - 8, 0)
        title = painter.fontMetrics().elidedText(row.title, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        metrics = option.fontMetrics  # type: ignore[attr-defined]
        return QSize(0, 2 * metrics.height() + 2 + 2 * _ABOVE)
