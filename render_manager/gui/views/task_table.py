"""The table of tasks."""

from PySide6.QtWidgets import QWidget

from render_manager.gui.delegates.progress_bar import FailedDelegate, FramesDelegate, ProgressDelegate
from render_manager.gui.delegates.status_chip import TaskChip
from render_manager.gui.models.task_table import Column, TaskTableModel
from render_manager.gui.views.data_table import DataTable
from render_manager.services.queries import TaskRow

_WIDTHS: dict[int, int] = {
    Column.NAME: 160,
    Column.USER: 70,
    Column.ENGINE: 68,
    Column.STATUS: 110,
    Column.PRIORITY: 66,
    Column.PROGRESS: 122,
    Column.FRAMES: 122,
    Column.FAILED: 60,
    Column.WORKERS: 66,
    Column.ELAPSED: 74,
    Column.ETA: 68,
    Column.AGE: 68,
    Column.SUBMITTED: 130,
}
#: Columns that are only there once somebody asks for them.
_HIDDEN = (Column.ELAPSED, Column.SUBMITTED)


class TaskTable(DataTable[TaskRow]):
    """Shows a TaskTableModel."""

    def __init__(self, model: TaskTableModel, parent: QWidget | None = None) -> None:
        super().__init__(model, _WIDTHS, Column.AGE, parent)
        self.setObjectName("task_table")
        self.setAccessibleName(self.tr("Render tasks"))
        self.setItemDelegateForColumn(Column.STATUS, TaskChip(self))
        self.setItemDelegateForColumn(Column.PROGRESS, ProgressDelegate(self))
        self.setItemDelegateForColumn(Column.FRAMES, FramesDelegate(self))
        self.setItemDelegateForColumn(Column.FAILED, FailedDelegate(self))
        for column in _HIDDEN:
            self.setColumnHidden(column, True)
