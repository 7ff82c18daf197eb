"""The table of workers."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from render_manager.domain.entities import WorkerStatus
from render_manager.gui.delegates.load_bar import CpuDelegate, GraphicsDelegate, MemoryDelegate
from render_manager.gui.delegates.status_chip import WorkerChip
from render_manager.gui.models.worker_table import Column, WorkerTableModel
from render_manager.gui.views.data_table import DataTable

_WIDTHS: dict[int, int] = {
    Column.NAME: 104,
    Column.HOST: 84,
    Column.STATE: 148,
    Column.RENDERING: 130,
    Column.CPU: 86,
    Column.MEMORY: 86,
    Column.GPU: 86,
    Column.DISK: 74,
    Column.SEEN: 72,
    Column.ENGINES: 160,
    Column.QUEUES: 60,
    Column.TAGS: 76,
}


class WorkerTable(DataTable[WorkerStatus]):
    """Shows a WorkerTableModel.

    Signals:
        opened: what the worker renders is wanted to be seen.
        delete_pressed: the selected ones are wanted away.
    """

    opened = Signal()
    delete_pressed = Signal()

    def __init__(self, model: WorkerTableModel, parent: QWidget | None = None) -> None:
        super().__init__(model, _WIDTHS, Column.NAME, parent)
        self.setObjectName("worker_table")
        self.setAccessibleName(self.tr("Workers"))
        self.setItemDelegateForColumn(Column.STATE, WorkerChip(self))
        self.setItemDelegateForColumn(Column.CPU, CpuDelegate(self))
        self.setItemDelegateForColumn(Column.MEMORY, MemoryDelegate(self))
        self.setItemDelegateForColumn(Column.GPU, GraphicsDelegate(self))
        self.doubleClicked.connect(lambda _: self.opened.emit())

    def event(self, event: QEvent) -> bool:
        # Where workers are looked at, Del is about them: the window's own Del would cancel the selected tasks.
        if event.type() is QEvent.Type.ShortcutOverride and _is_delete(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_delete(event):
            self.delete_pressed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        else:
            super().keyPressEvent(event)


def _is_delete(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Delete and not event.modifiers()
