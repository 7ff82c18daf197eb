"""A table as all of the window's are: whole rows selected, columns that a user moves, hides and sorts by."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from render_manager.gui.models.table import KeyedTable

ROW_HEIGHT = 28
R = TypeVar("R")


class DataTable(QTableView, Generic[R]):
    """Shows a KeyedTable.

    Signals:
        selected: other rows are selected than before.
        menu_asked: a context menu is wanted at this global point.

    Args:
        widths: of the columns that have one of their own; the last takes what is left.
        sorted_by: the column the model is sorted by at first.
    """

    selected = Signal()
    menu_asked = Signal(QPoint)

    def __init__(
        self, model: KeyedTable[R], widths: Mapping[int, int], sorted_by: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rows = model
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self._set_up_header(widths, sorted_by)
        self.selectionModel().selectionChanged.connect(self.selected)

    def _set_up_header(self, widths: Mapping[int, int], sorted_by: int) -> None:
        header = self.horizontalHeader()
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(48)
        for column, width in widths.items():
            header.resizeSection(column, width)
        header.setSortIndicator(sorted_by, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._choose_columns)

    # -- selection -----------------------------------------------------------------------------------------------

    def selected_rows(self) -> list[R]:
        """From top to bottom."""
        return [self._rows.row_at(index.row()) for index in sorted(self.selectionModel().selectedRows())]

    def select(self, keys: list[str]) -> None:
        """Select these rows, as far as they are shown, and bring the first into view."""
        selection = QItemSelection()
        positions = [row for key in keys if (row := self._rows.position(key)) is not None]
        for row in positions:
            index = self._rows.index(row, 0)
            selection.select(index, index)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().select(selection, flags)
        if positions:
            first = self._rows.index(positions[0], 0)
            self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(first)

    # -- menus ---------------------------------------------------------------------------------------------------

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.selectionModel().hasSelection():
            self.menu_asked.emit(event.globalPos())

    def _choose_columns(self, point: QPoint) -> None:
        header = self.horizontalHeader()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for column in self._rows.columns:
            title: Any = self._rows.headerData(column, Qt.Orientation.Horizontal)
            action = QAction(title, menu, checkable=True, checked=not header.isSectionHidden(column))
            action.setEnabled(column != 0)
            action.toggled.connect(lambda shown, column=column: header.setSectionHidden(column, not shown))
            menu.addAction(action)
        menu.popup(header.mapToGlobal(point))
