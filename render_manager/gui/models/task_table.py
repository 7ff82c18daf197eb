"""The tasks as a table. Sorting and filtering are done here in plain Python: a proxy model asks for cells one by one
and takes seconds where a list sort takes milliseconds."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from render_manager.domain.states import TaskStatus
from render_manager.gui import text
from render_manager.gui.state_style import TASK_STYLES
from render_manager.services.queries import TaskRow

_Role = Qt.ItemDataRole
Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class Column(IntEnum):
    NAME = 0
    USER = 1
    ENGINE = 2
    STATUS = 3
    PRIORITY = 4
    PROGRESS = 5
    FRAMES = 6
    AGE = 7
    NOTE = 8


class Role(IntEnum):
    SORT = _Role.UserRole + 1  #: the native value a column is sorted by
    ROW = _Role.UserRole + 2  #: the TaskRow


@dataclass(frozen=True)
class _Entry:
    row: TaskRow
    read_at: float  #: monotonic; the row's age grows from here without asking the database

    @property
    def age(self) -> float:
        return self.row.age + time.monotonic() - self.read_at


_SORT_KEYS: dict[Column, Callable[[_Entry], Any]] = {
    Column.NAME: lambda entry: entry.row.task.name.casefold(),
    Column.USER: lambda entry: entry.row.task.unionid.casefold(),
    Column.ENGINE: lambda entry: entry.row.task.render_engine,
    Column.STATUS: lambda entry: list(TaskStatus).index(entry.row.task.status),
    Column.PRIORITY: lambda entry: entry.row.task.priority,
    Column.PROGRESS: lambda entry: entry.row.task.counts.done / max(entry.row.task.total_frames, 1),
    Column.FRAMES: lambda entry: entry.row.task.total_frames,
    # The moment of submission, not the age: it does not run on while it is compared.
    Column.AGE: lambda entry: -entry.row.task.submitted_at,
    Column.NOTE: lambda entry: entry.row.note,
}
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter
_ALIGNMENT = {Column.PRIORITY: _CENTRE, Column.AGE: _RIGHT, Column.FRAMES: _RIGHT}


class TaskTableModel(QAbstractTableModel):
    """Rows as last read; ``live.py`` keeps them so.

    Signals:
        updated: rows were taken in, whether they are shown or not.
    """

    updated = Signal()

    def __init__(self, engine_labels: Mapping[str, str]) -> None:
        super().__init__()
        self._labels = engine_labels
        self._entries: dict[str, _Entry] = {}
        self._shown: list[str] = []
        self._row_of: dict[str, int] = {}
        self._column, self._order = Column.AGE, Qt.SortOrder.AscendingOrder
        self._words: tuple[str, ...] = ()
        self._test: Callable[[TaskRow], bool] = lambda row: True

    # -- filling -------------------------------------------------------------------------------------------------

    def replace_all(self, rows: Sequence[TaskRow]) -> None:
        self.update(rows, self._entries.keys() | {row.task.id for row in rows})

    def update(self, rows: Iterable[TaskRow], asked: Collection[str]) -> None:
        """Take in ``rows``, the answer for the tasks ``asked``; one asked for and not found is gone."""
        now = time.monotonic()
        found = {row.task.id: row for row in rows}
        if gone := {task_id for task_id in asked if task_id in self._entries and task_id not in found}:
            self._choose_shown(without=gone)  # rows first: until they are removed, views may still ask for them
            for task_id in gone:
                del self._entries[task_id]
        before = {task_id: self._entries.get(task_id) for task_id in found}
        self._entries |= {task_id: _Entry(row, now) for task_id, row in found.items()}
        for task_id, old in before.items():
            if old is not None and task_id in self._row_of:
                self._repaint(task_id, old.row, found[task_id])
        self._choose_shown()
        self.updated.emit()

    def filter_by(self, words: str, test: Callable[[TaskRow], bool]) -> None:
        """Show the tasks that hold every word in name, user, engine, id or note and pass the test."""
        self._words = tuple(words.casefold().split())
        self._test = test
        self._choose_shown()

    def grow_older(self) -> None:
        """Repaint the ages: time went by."""
        if self._shown:
            self.dataChanged.emit(
                self.index(0, Column.AGE), self.index(len(self._shown) - 1, Column.AGE), [_Role.DisplayRole]
            )

    # -- asking --------------------------------------------------------------------------------------------------

    def row(self, task_id: str) -> TaskRow | None:
        entry = self._entries.get(task_id)
        return entry.row if entry else None

    def rows(self) -> list[TaskRow]:
        """Every task known, shown or not."""
        return [entry.row for entry in self._entries.values()]

    def row_at(self, row: int) -> TaskRow:
        return self._entries[self._shown[row]].row

    def position(self, task_id: str) -> int | None:
        """The table's row of the task; None: it is not shown."""
        return self._row_of.get(task_id)

    # -- Qt ------------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == _Role.DisplayRole:
            return self._titles()[Column(section)]
        if role == _Role.TextAlignmentRole:
            return _ALIGNMENT.get(Column(section), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self._entries[self._shown[index.row()]]
        column = Column(index.column())
        match role:
            case _Role.DisplayRole | _Role.AccessibleTextRole:
                return self._text(entry, column)
            case _Role.TextAlignmentRole:
                return _ALIGNMENT.get(column, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            case _Role.ToolTipRole:
                return self._tip(entry.row, column)
            case Role.SORT:
                return _SORT_KEYS[column](entry)
            case Role.ROW:
                return entry.row
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if column < 0:
            return
        self._column, self._order = Column(column), order
        self._put_in_order()

    # -- cells ---------------------------------------------------------------------------------------------------

    def _titles(self) -> dict[Column, str]:
        return {
            Column.NAME: self.tr("Name"),
            Column.USER: self.tr("User"),
            Column.ENGINE: self.tr("Engine"),
            Column.STATUS: self.tr("Status"),
            Column.PRIORITY: self.tr("Priority"),
            Column.PROGRESS: self.tr("Progress"),
            Column.FRAMES: self.tr("Frames"),
            Column.AGE: self.tr("Age"),
            Column.NOTE: self.tr("Note"),
        }

    def _text(self, entry: _Entry, column: Column) -> str:
        task = entry.row.task
        match column:
            case Column.NAME:
                return task.name
            case Column.USER:
                return task.unionid
            case Column.ENGINE:
                return self._labels.get(task.render_engine, task.render_engine)
            case Column.STATUS:
                return TASK_STYLES[task.status].text
            case Column.PRIORITY:
                return str(task.priority)
            case Column.PROGRESS:
                return self.tr("{0} %").format(int(100 * task.counts.done / max(task.total_frames, 1)))
            case Column.FRAMES:
                done, failed, total = map(text.number, (task.counts.done, task.counts.failed, task.total_frames))
                return f"{done} / {failed} / {total}"
            case Column.AGE:
                return text.duration(entry.age)
            case Column.NOTE:
                return entry.row.note
        raise AssertionError(column)

    def _tip(self, row: TaskRow, column: Column) -> str | None:
        match column:
            case Column.NAME:
                return f"{row.task.name}\n{row.task.oss_file_path}\n{row.task.id}"
            case Column.PROGRESS | Column.FRAMES:
                counts = row.task.counts
                return self.tr(
                    "{0} completed, {1} skipped, {2} rendering, {3} failed, {4} cancelled, {5} waiting, {6} in all"
                ).format(
                    counts.completed,
                    counts.skipped,
                    counts.rendering,
                    counts.failed,
                    counts.cancelled,
                    counts.pending,
                    counts.total,
                )
            case Column.NOTE:
                return row.note or None
        return None

    # -- what is shown, and in what order ------------------------------------------------------------------------

    def _repaint(self, task_id: str, old: TaskRow, new: TaskRow) -> None:
        """Emit dataChanged for exactly the cells that look different now."""
        if old.task == new.task and old.note == new.note:  # of thousands read anew, most are as they were
            return
        before, after = _Entry(old, 0.0), _Entry(new, 0.0)
        columns = [
            column
            for column in Column
            if column is not Column.AGE and self._look(before, column) != self._look(after, column)
        ]
        if columns:
            row = self._row_of[task_id]
            self.dataChanged.emit(self.index(row, min(columns)), self.index(row, max(columns)), [])

    def _look(self, entry: _Entry, column: Column) -> object:
        return entry.row.task.counts if column is Column.PROGRESS else self._text(entry, column)

    def _matches(self, entry: _Entry) -> bool:
        task = entry.row.task
        if not self._test(entry.row):
            return False
        if not self._words:
            return True
        engine = self._labels.get(task.render_engine, task.render_engine)
        searched = f"{task.name} {task.unionid} {engine} {task.id} {entry.row.note}".casefold()
        return all(word in searched for word in self._words)

    def _choose_shown(self, without: Collection[str] = ()) -> None:
        wanted = [
            task_id for task_id, entry in self._entries.items() if task_id not in without and self._matches(entry)
        ]
        keep = set(wanted)
        for first, last in reversed(_runs([row for row, task_id in enumerate(self._shown) if task_id not in keep])):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._shown[first : last + 1]
            self._number()
            self.endRemoveRows()
        if added := [task_id for task_id in wanted if task_id not in self._row_of]:
            added.sort(key=self._key, reverse=self._order is Qt.SortOrder.DescendingOrder)
            # New tasks come first in the usual order, by age; then nothing needs to be moved afterwards.
            at = 0 if self._shown and self._before(added[-1], self._shown[0]) else len(self._shown)
            self.beginInsertRows(QModelIndex(), at, at + len(added) - 1)
            self._shown[at:at] = added
            self._number()
            self.endInsertRows()
        self._put_in_order()

    def _key(self, task_id: str) -> Any:
        return _SORT_KEYS[self._column](self._entries[task_id])

    def _before(self, one: str, other: str) -> bool:
        if self._order is Qt.SortOrder.DescendingOrder:
            one, other = other, one
        return self._key(one) <= self._key(other)

    def _put_in_order(self) -> None:
        reverse = self._order is Qt.SortOrder.DescendingOrder
        ordered = sorted(self._shown, key=self._key, reverse=reverse)
        if ordered == self._shown:
            return
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        ids = [self._shown[index.row()] for index in kept]
        self._shown = ordered
        self._number()
        moved = [self.index(self._row_of[task_id], index.column()) for task_id, index in zip(ids, kept, strict=True)]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def _number(self) -> None:
        self._row_of = {task_id: row for row, task_id in enumerate(self._shown)}


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending numbers as (first, last) of each unbroken run."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
