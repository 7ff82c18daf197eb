"""The list of a folder of the object store."""

from PySide6.QtCore import QEvent, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from render_manager.gui.models.objects import Column, ObjectRow, ObjectTable
from render_manager.gui.views.data_table import DataTable

_WIDTHS: dict[int, int] = {Column.NAME: 210, Column.SIZE: 74, Column.MODIFIED: 130}
#: Screenfuls below the last one seen within which more is asked for.
_AHEAD = 2


class ObjectList(DataTable[ObjectRow]):
    """Return or a double click opens, Backspace goes up, F5 reads anew, Ctrl+L types a path.

    Signals:
        opened: what is selected is wanted: the folder to be gone into, or objects to be submitted.
        up: the folder above is wanted.
        refresh, path_asked, copy_asked: as the keys say.
        scrolled: other rows are looked at.
    """

    opened = Signal()
    up = Signal()
    refresh = Signal()
    path_asked = Signal()
    scrolled = Signal()
    copy_asked = Signal()

    def __init__(self, model: ObjectTable, parent: QWidget | None = None) -> None:
        super().__init__(model, _WIDTHS, Column.NAME, parent)
        self.setObjectName("object_list")
        self.setAccessibleName(self.tr("Objects"))
        self.horizontalHeader().setStretchLastSection(False)
        self.horizontalHeader().setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.doubleClicked.connect(lambda _: self.opened.emit())
        self.verticalScrollBar().valueChanged.connect(lambda _: self.scrolled.emit())

    @property
    def near_end(self) -> bool:
        """Whether what is looked at comes near the end of what was read."""
        self.executeDelayedItemsLayout()  # or the scroll bar knows nothing yet of rows that just came
        bar = self.verticalScrollBar()
        return bar.value() + _AHEAD * bar.pageStep() >= bar.maximum()

    def event(self, event: QEvent) -> bool:
        # Where objects are looked at, these keys are about them, not about tasks.
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scrolled.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if signal := self._signal_of(event):
            signal.emit()
        else:
            super().keyPressEvent(event)

    def _is_ours(self, event: QKeyEvent) -> bool:
        return self._signal_of(event) is not None or event.key() == Qt.Key.Key_Delete  # which deletes nothing here

    def _signal_of(self, event: QKeyEvent) -> SignalInstance | None:
        if event.matches(QKeySequence.StandardKey.Copy):
            return self.copy_asked
        if event.modifiers() == Qt.KeyboardModifier.ControlModifier and event.key() == Qt.Key.Key_L:
            return self.path_asked
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return None
        return {
            Qt.Key.Key_Return: self.opened,
            Qt.Key.Key_Enter: self.opened,
            Qt.Key.Key_Backspace: self.up,
            Qt.Key.Key_F5: self.refresh,
        }.get(Qt.Key(event.key()))
