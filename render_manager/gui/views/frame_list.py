"""The frames of the selected task as a table; what is selected in it is selected in the grid, too."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from render_manager.gui.delegates.status_chip import FrameChip
from render_manager.gui.models.frame_table import Column, FrameTableModel
from render_manager.gui.theme import row_height
from render_manager.gui.views.frame_keys import FrameKeys
from render_manager.gui.views.frame_selection import FrameSelection
from render_manager.gui.views.row_table import RowTable

_SHIFT, _CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
_WIDTHS: dict[int, int] = {
    Column.FRAME: 62,
    Column.STATE: 116,
    Column.PROGRESS: 68,
    Column.ATTEMPT: 62,
    Column.WORKER: 80,
    Column.STARTED: 76,
    Column.TOOK: 66,
    Column.CAUSE: 200,
}


class FrameList(RowTable):
    """Shows a FrameTableModel. Qt's own selection is a list of ranges of rows, which a selection by another order tears
    to pieces; so it is not used, and the shared one is painted.

    Signals: as FrameGrid's.
    """

    activated_at = Signal(int)
    menu_asked = Signal(QPoint)
    number_typed = Signal(str)

    def __init__(self, model: FrameTableModel, selection: FrameSelection, parent: QWidget | None = None) -> None:
        super().__init__(model, _WIDTHS, parent)
        self.setObjectName("frame_list")
        self.setAccessibleName(self.tr("Frames of the selected task"))
        self._table = model
        self.selection = selection
        self._keys = FrameKeys(selection, self._choose, self.activated_at.emit, self.number_typed.emit)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setMouseTracking(True)
        header = self.horizontalHeader()
        header.setSectionsMovable(True)
        header.setSortIndicator(Column.FRAME, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self.setItemDelegate(_Shared(selection, model, self))
        self.setItemDelegateForColumn(Column.STATE, _Chip(selection, model, self))
        selection.changed.connect(self.viewport().update)
        selection.current_changed.connect(self._current_changed)

    def position_at(self, point: QPoint) -> int | None:
        """The frame under a point of the viewport."""
        row = self.rowAt(point.y())
        return None if row < 0 else self._table.position(row)

    def place_of(self, position: int) -> QRect:
        """Where in the viewport a frame is."""
        return self.visualRect(self._table.index(self._table.row_of(position), 0))

    def ensure_visible(self, position: int) -> None:
        self.scrollTo(self._table.index(self._table.row_of(position), 0))

    def _current_changed(self, position: int | None) -> None:
        row = -1 if position is None else self._table.row_of(position)
        index = self._table.index(row, max(self.currentIndex().column(), 0))
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.viewport().update()

    # -- choosing ------------------------------------------------------------------------------------------------

    def _choose(self, row: int, reach: bool) -> None:
        position = self._table.position(row)
        if reach:
            low, high = sorted((self._table.row_of(self.selection.anchor), row))
            self.selection.reach(position, [self._table.positions(low, high)])
        else:
            self.selection.only(position)
        self.ensure_visible(position)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.rowAt(event.position().toPoint().y())
        if row < 0:
            return
        position = self._table.position(row)
        if event.button() is Qt.MouseButton.LeftButton and event.modifiers() & _CTRL:
            self.selection.toggle(position)
        elif event.button() is Qt.MouseButton.LeftButton:
            self._choose(row, bool(event.modifiers() & _SHIFT))
        elif event.button() is Qt.MouseButton.RightButton and position not in self.selection:
            self.selection.only(position)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self.rowAt(event.position().toPoint().y())
        if event.buttons() & Qt.MouseButton.LeftButton and row >= 0 and not event.modifiers() & _CTRL:
            self._choose(row, True)
        else:
            super().mouseMoveEvent(event)  # rows under the pointer are tinted

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        position = self.position_at(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and position is not None:
            self.activated_at.emit(position)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.selection:
            self.menu_asked.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            bar, step = self.horizontalScrollBar(), 40 if event.key() == Qt.Key.Key_Right else -40
            bar.setValue(bar.value() + step)
            return
        current = self.selection.current
        row = None if current is None else self._table.row_of(current)
        rows = self.viewport().height() // row_height()
        # Qt's own keys are about its own selection.
        event.setAccepted(self._keys.press(event, row, self._table.rowCount(), 1, rows))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()


class _Shared(QStyledItemDelegate):
    """Shows the shared selection as Qt would its own."""

    def __init__(self, selection: FrameSelection, model: FrameTableModel, parent: FrameList) -> None:
        super().__init__(parent)
        self._selection = selection
        self._model = model

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        if self._model.position(index.row()) in self._selection:
            option.state |= QStyle.StateFlag.State_Selected  # type: ignore[attr-defined]


class _Chip(_Shared, FrameChip):
    """The state as a chip."""
