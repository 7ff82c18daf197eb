"""What the delegates of the tables share."""

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from render_manager.gui.models.table import Role

Index = QModelIndex | QPersistentModelIndex
PADDING = 8


class CellDelegate(QStyledItemDelegate):
    """Draws the style's own ground (selection, hover), then what a subclass makes of the row on it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        option.text = ""  # type: ignore[attr-defined]
        widget = option.widget  # type: ignore[attr-defined]
        style = widget.style() if widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        if (row := index.data(Role.ROW)) is None:  # not read yet
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter, option, row)
        painter.restore()

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, row: Any) -> None:
        """Paint the cell's own content."""
        raise NotImplementedError


def rect_of(option: QStyleOptionViewItem) -> QRect:
    """The cell without its padding."""
    return option.rect.adjusted(PADDING, 0, -PADDING, 0)  # type: ignore[attr-defined]


def palette_of(option: QStyleOptionViewItem) -> QPalette:
    return option.palette  # type: ignore[attr-defined]


def faint(colour: QColor, alpha: int) -> QColor:
    thin = QColor(colour)
    thin.setAlpha(alpha)
    return thin
