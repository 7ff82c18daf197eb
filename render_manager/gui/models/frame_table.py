"""The frames of the task that is shown as a table. Their order comes from the database, as positions; a frame is read
when it is looked at, so that a million of them are listed like a hundred."""

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from render_manager.domain.entities import RenderFrame
from render_manager.domain.frame_lists import FrameSort
from render_manager.domain.states import FrameStatus
from render_manager.gui import text
from render_manager.gui.models.frames import FrameModel
from render_manager.gui.models.table import LEFT, RIGHT, Role
from render_manager.gui.sentences import say
from render_manager.gui.state_style import FRAME_STYLES

_Role = Qt.ItemDataRole
Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
#: Of more changed frames than this the whole table is painted anew.
_MOST_ROWS = 100


class Column(IntEnum):
    FRAME = 0
    STATE = 1
    PROGRESS = 2
    ATTEMPT = 3
    WORKER = 4
    STARTED = 5
    TOOK = 6
    CAUSE = 7
    IMAGE = 8


#: By what the database sorts; the numbers alone are in order already.
SORTS: Mapping[int, FrameSort] = {
    Column.STATE: FrameSort.STATUS,
    Column.PROGRESS: FrameSort.PROGRESS,
    Column.ATTEMPT: FrameSort.ATTEMPT,
    Column.WORKER: FrameSort.WORKER,
    Column.STARTED: FrameSort.STARTED,
    Column.TOOK: FrameSort.TOOK,
    Column.CAUSE: FrameSort.CAUSE,
    Column.IMAGE: FrameSort.IMAGE,
}
_RIGHT = (Column.FRAME, Column.ATTEMPT, Column.TOOK)


class RowOrder:
    """Which position is shown in which row, both ways. Takes a while for a million: make it off the Qt thread."""

    def __init__(self, positions: NDArray[np.intp]) -> None:
        self.positions = positions
        self.rows = np.empty_like(positions)
        self.rows[positions] = np.arange(len(positions))


class FrameTableModel(QAbstractTableModel):
    """Signals: order_wanted: the rows are to be in the order of ``column`` and ``descending``, see ``take_order``."""

    order_wanted = Signal()

    def __init__(self, frames: FrameModel, took: Callable[[RenderFrame], float | None]) -> None:
        super().__init__()
        self.frames = frames
        self.column: int = Column.FRAME
        self.descending = False
        self._took = took
        self._order: RowOrder | None = None  #: None: a frame's row is its position
        self._count = len(frames.numbers)
        frames.modelAboutToBeReset.connect(self.beginResetModel)
        frames.modelReset.connect(self._reset)
        frames.dataChanged.connect(self._changed)

    # -- order ---------------------------------------------------------------------------------------------------

    def position(self, row: int) -> int:
        return row if self._order is None else int(self._order.positions[row])

    def row_of(self, position: int) -> int:
        return position if self._order is None else int(self._order.rows[position])

    def positions(self, first: int, last: int) -> range | NDArray[np.intp]:
        """What is shown from one row to another."""
        return range(first, last + 1) if self._order is None else self._order.positions[first : last + 1]

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if column < 0:
            return
        self.column, self.descending = column, order is Qt.SortOrder.DescendingOrder
        if column == Column.FRAME:
            self.take_order(RowOrder(np.arange(self._count)[::-1]) if self.descending else None)
        else:
            self.order_wanted.emit()

    def take_order(self, order: "RowOrder | None") -> None:
        """Show the frames in this order; None: in that of their numbers."""
        if order is not None and len(order.positions) != self._count:
            return
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        positions = [self.position(index.row()) for index in kept]
        self._order = order
        moved = [self.index(self.row_of(place), index.column()) for place, index in zip(positions, kept, strict=True)]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def _reset(self) -> None:
        self._count = len(self.frames.numbers)
        self._order = None
        if self.column == Column.FRAME and self.descending:
            self._order = RowOrder(np.arange(self._count)[::-1])
        self.endResetModel()
        if self.column != Column.FRAME and self._count:
            self.order_wanted.emit()

    def _changed(self, first: QModelIndex, last: QModelIndex) -> None:
        if self._order is None:
            rows = [(first.row(), last.row())]
        elif last.row() - first.row() < _MOST_ROWS:
            rows = [(row, row) for row in map(self.row_of, range(first.row(), last.row() + 1))]
        else:
            rows = [(0, self._count - 1)]
        for top, bottom in rows:
            self.dataChanged.emit(self.index(top, 0), self.index(bottom, len(Column) - 1), [])

    # -- cells ---------------------------------------------------------------------------------------------------

    def titles(self) -> Mapping[int, str]:
        return {
            Column.FRAME: self.tr("Frame"),
            Column.STATE: self.tr("State"),
            Column.PROGRESS: self.tr("Progress"),
            Column.ATTEMPT: self.tr("Attempt"),
            Column.WORKER: self.tr("Worker"),
            Column.STARTED: self.tr("Started"),
            Column.TOOK: self.tr("Took"),
            Column.CAUSE: self.tr("Cause"),
            Column.IMAGE: self.tr("Image"),
        }

    def text(self, frame: RenderFrame, column: int) -> str:
        match column:
            case Column.FRAME:
                return str(frame.frame_number)
            case Column.STATE:
                return FRAME_STYLES[frame.status].text
            case Column.PROGRESS:
                shown = frame.status is FrameStatus.RENDERING and frame.progress
                return self.tr("{0} %").format(int(100 * frame.progress)) if shown else ""
            case Column.ATTEMPT:
                return str(frame.attempt) if frame.attempt else ""
            case Column.WORKER:
                return frame.worker or ""
            case Column.STARTED:
                return text.clock(frame.started_at) if frame.started_at else ""
            case Column.TOOK:
                return text.precise_duration(self._took(frame))
            case Column.CAUSE:
                return say(frame.error_message).partition("\n")[0]
            case Column.IMAGE:
                return (frame.output_path or "").replace("\\", "/").rpartition("/")[2]
        raise AssertionError(column)

    def _tip(self, frame: RenderFrame, column: int) -> str | None:
        match column:
            case Column.CAUSE:
                return "\n".join(filter(None, (say(frame.error_message), frame.evidence))) or None
            case Column.IMAGE:
                return frame.output_path
            case Column.STARTED:
                return text.moment(frame.started_at, to_the_second=True) or None
            case _:
                return None

    # -- Qt ------------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == _Role.DisplayRole:
            return self.titles()[section]
        if role == _Role.TextAlignmentRole:
            return RIGHT if section in _RIGHT else LEFT
        return None

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == _Role.TextAlignmentRole:
            return RIGHT if index.column() in _RIGHT else LEFT
        if role not in (_Role.DisplayRole, _Role.AccessibleTextRole, _Role.ToolTipRole, Role.ROW):
            return None
        frame = self.frames.frame(self.position(index.row()))
        match role:
            case Role.ROW:
                return frame
            case _Role.ToolTipRole:
                return self._tip(frame, index.column())
            case _:
                return self.text(frame, index.column())
