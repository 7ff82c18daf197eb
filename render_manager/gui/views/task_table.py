"""The table of tasks."""

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from render_manager.gui.delegates.progress_bar import FramesDelegate, ProgressDelegate
from render_manager.gui.delegates.status_chip import StatusChipDelegate
from render_manager.gui.models.task_table import Column, TaskTableModel
from render_manager.services.queries import TaskRow

ROW_HEIGHT = 28
_WIDTHS = {
    Column.NAME: 180,
    Column.USER: 78,
    Column.ENGINE: 74,
    Column.STATUS: 110,
    Column.PRIORITY: 66,
    Column.PROGRESS: 154,
    Column.FRAMES: 158,
    Column.AGE: 68,
}


class TaskTable(QTableView):
    """Shows a TaskTableModel.

    Signals:
        selected: other tasks are selected than before.
        menu_asked: a context menu is wanted at this global point.
    """

    selected = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, model: TaskTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("task_table")
        self.setAccessibleName(self.tr("Render tasks"))
        self.tasks = model
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
        self._delegates = {
            Column.STATUS: StatusChipDelegate(self),
            Column.PROGRESS: ProgressDelegate(self),
            Column.FRAMES: FramesDelegate(self),
        }
        for column, delegate in self._delegates.items():
            self.setItemDelegateForColumn(column, delegate)
        self._set_up_header()
        self.selectionModel().selectionChanged.connect(self.selected)

    def _set_up_header(self) -> None:
        header = self.horizontalHeader()
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(48)
        for column, width in _WIDTHS.items():
            header.resizeSection(column, width)
        header.setSortIndicator(Column.AGE, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._choose_columns)

    # -- selection -----------------------------------------------------------------------------------------------

    def selected_rows(self) -> list[TaskRow]:
        """From top to bottom."""
        return [self.tasks.row_at(index.row()) for index in sorted(self.selectionModel().selectedRows())]

    def select(self, task_ids: list[str]) -> None:
        """Select these tasks, as far as they are shown, and bring the first into view."""
        selection = QItemSelection()
        positions = [row for task_id in task_ids if (row := self.tasks.position(task_id)) is not None]
        for row in positions:
            index = self.tasks.index(row, 0)
            selection.select(index, index)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().select(selection, flags)
        if positions:
            first = self.tasks.index(positions[0], 0)
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
        for column in Column:
            title = self.tasks.headerData(column, Qt.Orientation.Horizontal)
            action = QAction(title, menu, checkable=True, checked=not header.isSectionHidden(column))
            action.setEnabled(column is not Column.NAME)
            action.toggled.connect(lambda shown, column=column: header.setSectionHidden(column, not shown))
            menu.addAction(action)
        menu.popup(header.mapToGlobal(point))
