"""A table as all of the window's are: whole rows selected, columns that a user moves, hides and sorts by."""

from collections.abc import Mapping
from itertools import islice
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QMenu, QWidget

from render_manager.gui.models.listing import runs_of
from render_manager.gui.models.table import Table
from render_manager.gui.views.row_table import RowTable

#: Of more selected rows the selection does not outlive a table shown anew: scattered over a new order they would be as
#: many ranges, and Qt compares each with each.
KEPT = 2_000
R = TypeVar("R")


class DataTable(RowTable, Generic[R]):
    """Shows a Table.

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
        self, model: Table[R], widths: Mapping[int, int], sorted_by: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(model, widths, parent)
        self._rows = model
        header = self.horizontalHeader()
        header.setSectionsMovable(True)
        header.setSortIndicator(sorted_by, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._choose_columns)
        # A header paints a column that is selected from top to bottom in another way, for which Qt asks every single
        # row: seconds for a hundred thousand. With a selection of its own, in which nothing ever is, it does not.
        header.setSelectionModel(QItemSelectionModel(model, self))
        self.selectionModel().selectionChanged.connect(self.selected)
        self._kept: list[str] = []
        self._kept_all = False
        model.modelAboutToBeReset.connect(self._keep_selection)
        model.modelReset.connect(self._restore_selection)

    def keys_in_view(self) -> list[str]:
        """Of the rows that are seen, from top to bottom."""
        first, last = self.rowAt(0), self.rowAt(self.viewport().height())
        if first < 0:
            return []
        last = last if last >= 0 else self._rows.rowCount() - 1
        return [self._rows.key_at(row) for row in range(first, last + 1)]

    # -- selection -----------------------------------------------------------------------------------------------

    def selected_keys(self, most: int | None = None) -> list[str]:
        """From top to bottom, not more than ``most``."""
        # Not by selectedRows(): an index for each of a hundred thousand rows takes its time.
        rows = (row for top, bottom in self._selected_ranges() for row in range(top, bottom + 1))
        return [self._rows.key_at(row) for row in islice(rows, most)]

    def selected_rows(self, most: int | None = None) -> list[R]:
        """From top to bottom, not more than ``most``, as far as they are known."""
        rows = (self._rows.row(key) for key in self.selected_keys(most))
        return [row for row in rows if row is not None]

    def selected_count(self) -> int:
        return sum(bottom + 1 - top for top, bottom in self._selected_ranges())

    def _selected_ranges(self) -> list[tuple[int, int]]:
        selection = self.selectionModel().selection()
        return sorted({(selection.at(place).top(), selection.at(place).bottom()) for place in range(selection.size())})

    def select(self, keys: list[str]) -> None:
        """Select these rows, as far as they are shown, and bring the first into view."""
        positions = self._select(keys)
        if positions:
            first = self._rows.index(positions[0], 0)
            self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(first)

    def _select(self, keys: list[str]) -> list[int]:
        """Select these rows; those of them that are shown, in the order of ``keys``."""
        positions = [row for key in keys if (row := self._rows.position(key)) is not None]
        selection = QItemSelection()
        for first, last in runs_of(sorted(positions)):
            selection.select(self._rows.index(first, 0), self._rows.index(last, 0))
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().select(selection, flags)
        return positions

    def _keep_selection(self) -> None:
        count = self.selected_count()
        self._kept_all = 0 < count == self._rows.rowCount()
        self._kept = self.selected_keys() if count <= KEPT else []

    def _restore_selection(self) -> None:
        """Qt drops what was selected when a table is shown anew, without a word; rows that are still there stay so."""
        if self._kept_all:
            self.selectAll()
        elif kept := [key for key in self._kept if self._rows.position(key) is not None]:
            self._select(kept)
        self.selected.emit()

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
