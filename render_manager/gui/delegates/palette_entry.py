"""A line of the palette: icon and title, the letters that fit in bold; at the right where it is, and its keys."""

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QIcon, QPainter, QPalette
from PySide6.QtWidgets import QStyleOptionViewItem

from render_manager.gui.delegates.cell import CellDelegate, Index, palette_of
from render_manager.gui.palette import Entry

_HEIGHT, _ICON, _LEFT, _RIGHT = 30, 16, 38, 10


class PaletteDelegate(CellDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        option.icon = QIcon()  # type: ignore[attr-defined]
        super().paint(painter, option, index)

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.icon = QIcon()  # type: ignore[attr-defined]

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, row: Entry) -> None:
        palette = palette_of(option)
        cell: QRect = option.rect  # type: ignore[attr-defined]
        muted = palette.color(QPalette.ColorRole.PlaceholderText)
        plain = palette.color(QPalette.ColorRole.Text) if row.enabled else muted
        mode = QIcon.Mode.Normal if row.enabled else QIcon.Mode.Disabled
        top = cell.center().y() - _ICON // 2 + 1
        row.icon.paint(painter, QRect(cell.left() + 12, top, _ICON, _ICON), mode=mode)
        right = cell.right() - _RIGHT
        if row.shortcut:
            right = self._keys(painter, palette, row.shortcut, right, cell) - 10
        painter.setPen(muted)
        aside = row.reason or row.group
        width = min(painter.fontMetrics().horizontalAdvance(aside) + 2, cell.width() // 2)
        where = QRect(right - width, cell.top(), width, cell.height())
        shown = painter.fontMetrics().elidedText(aside, Qt.TextElideMode.ElideRight, width)
        painter.drawText(where, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.setPen(plain)
        self._title(
            painter, row, QRect(cell.left() + _LEFT, cell.top(), where.left() - 12 - cell.left() - _LEFT, _HEIGHT)
        )

    def _title(self, painter: QPainter, row: Entry, room: QRect) -> None:
        bold = QFont(painter.font())
        bold.setWeight(QFont.Weight.Bold)
        plain, at = QFont(painter.font()), room.left()
        matched = set(row.matched)
        for part, fits in _parts(row.title, matched):
            painter.setFont(bold if fits else plain)
            metrics = painter.fontMetrics()
            left = room.right() - at
            if metrics.horizontalAdvance(part) > left:
                part = metrics.elidedText(part, Qt.TextElideMode.ElideRight, left)
            painter.drawText(QPoint(at, room.center().y() + metrics.ascent() // 2 - 1), part)
            at += metrics.horizontalAdvance(part)
        painter.setFont(plain)

    def _keys(self, painter: QPainter, palette: QPalette, keys: str, right: int, cell: QRect) -> int:
        """A key's cap; its left edge."""
        width = painter.fontMetrics().horizontalAdvance(keys) + 12
        cap = QRectF(right - width, cell.center().y() - 9, width, 19)
        painter.setPen(palette.color(QPalette.ColorRole.Mid))
        painter.setBrush(palette.color(QPalette.ColorRole.Window))
        painter.drawRoundedRect(cap.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, keys)
        return int(cap.left())

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, _HEIGHT)


def _parts(title: str, matched: set[int]) -> list[tuple[str, bool]]:
    """The title cut where letters that fit begin or end."""
    parts: list[tuple[str, bool]] = []
    for at, letter in enumerate(title):
        fits = at in matched
        if parts and parts[-1][1] == fits:
            parts[-1] = (parts[-1][0] + letter, fits)
        else:
            parts.append((letter, fits))
    return parts
