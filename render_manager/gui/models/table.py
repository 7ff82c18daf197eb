"""What the tables share: rows by key, kept in order and filtered, with exact signals. Sorting and filtering are done
here in plain Python: a proxy model asks for cells one by one and takes seconds where a list sort takes milliseconds."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, ClassVar, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

_Role = Qt.ItemDataRole
Index = QModelIndex | QPersistentModelIndex
R = TypeVar("R")
_NO_PARENT = QModelIndex()
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter


class Role(IntEnum):
    SORT = _Role.UserRole + 1  #: the native value a column is sorted by
    ROW = _Role.UserRole + 2  #: the value of the whole row


@dataclass(frozen=True)
class Entry(Generic[R]):
    row: R
    age_read: float  #: seconds since whatever the row's age counts from, by the database's clock
    read_at: float = field(default_factory=time.monotonic)  #: the age grows from here without asking the database

    @property
    def age(self) -> float:
        return self.age_read + time.monotonic() - self.read_at


class KeyedTable(QAbstractTableModel, Generic[R]):
    """A subclass says what its columns are and hold.

    Signals:
        updated: rows were taken in, whether they are shown or not.
    """

    updated = Signal()

    #: The columns, from the left, and how those are aligned that are not to the left.
    columns: ClassVar[type[IntEnum]]
    alignment: ClassVar[Mapping[int, Qt.AlignmentFlag]] = {}
    #: The column whose text is the row's age: it changes by itself.
    age_column: ClassVar[int]

    def __init__(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        super().__init__()
        self._entries: dict[str, Entry[R]] = {}
        self._shown: list[str] = []
        self._row_of: dict[str, int] = {}
        self._column, self._order = column, order
        self._words: tuple[str, ...] = ()
        self._test: Callable[[R], bool] = lambda row: True

    # -- what a subclass says ------------------------------------------------------------------------------------

    def titles(self) -> Mapping[Any, str]:
        """The columns' names."""
        raise NotImplementedError

    def text(self, entry: Entry[R], column: int) -> str:
        raise NotImplementedError

    def sort_key(self, entry: Entry[R], column: int) -> Any:
        raise NotImplementedError

    def searched(self, row: R) -> str:
        """The text in which words are looked for."""
        raise NotImplementedError

    def tip(self, entry: Entry[R], column: int) -> str | None:
        return None

    def look(self, entry: Entry[R], column: int) -> object:
        """What a cell shows, for telling whether it must be painted anew."""
        return None if column == self.age_column else self.text(entry, column)

    def same(self, old: R, new: R) -> bool:
        """Whether no cell can look different; quicker told than by comparing the cells."""
        return old == new

    # -- filling -------------------------------------------------------------------------------------------------

    def take(self, found: Mapping[str, Entry[R]], asked: Collection[str]) -> None:
        """Take in the answer for the keys ``asked``; one asked for and not found is gone."""
        if gone := {key for key in asked if key in self._entries and key not in found}:
            self._choose_shown(without=gone)  # rows first: until they are removed, views may still ask for them
            for key in gone:
                del self._entries[key]
        before = {key: self._entries.get(key) for key in found}
        self._entries |= found
        for key, old in before.items():
            if old is not None and key in self._row_of:
                self._repaint(key, old, found[key])
        self._choose_shown()
        self.updated.emit()

    def filter_by(self, words: str, test: Callable[[R], bool] = lambda row: True) -> None:
        """Show the rows that hold every word and pass the test."""
        self._words = tuple(words.casefold().split())
        self._test = test
        self._choose_shown()

    def grow_older(self) -> None:
        """Repaint the ages: time went by."""
        self.repaint_column(self.age_column)

    def repaint_column(self, column: int) -> None:
        if self._shown:
            first, last = self.index(0, column), self.index(len(self._shown) - 1, column)
            self.dataChanged.emit(first, last, [_Role.DisplayRole])

    # -- asking --------------------------------------------------------------------------------------------------

    def row(self, key: str) -> R | None:
        entry = self._entries.get(key)
        return entry.row if entry else None

    def rows(self) -> list[R]:
        """Every row known, shown or not."""
        return [entry.row for entry in self._entries.values()]

    def row_at(self, row: int) -> R:
        return self._entries[self._shown[row]].row

    def position(self, key: str) -> int | None:
        """The table's row of the key; None: it is not shown."""
        return self._row_of.get(key)

    # -- Qt ------------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == _Role.DisplayRole:
            return self.titles()[section]
        if role == _Role.TextAlignmentRole:
            return self.alignment.get(section, LEFT)
        return None

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry, column = self._entries[self._shown[index.row()]], index.column()
        match role:
            case _Role.DisplayRole | _Role.AccessibleTextRole:
                return self.text(entry, column)
            case _Role.TextAlignmentRole:
                return self.alignment.get(column, LEFT)
            case _Role.ToolTipRole:
                return self.tip(entry, column)
            case Role.SORT:
                return self.sort_key(entry, column)
            case Role.ROW:
                return entry.row
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if column < 0:
            return
        self._column, self._order = column, order
        self._put_in_order()

    # -- what is shown, and in what order ------------------------------------------------------------------------

    def _repaint(self, key: str, old: Entry[R], new: Entry[R]) -> None:
        """Emit dataChanged for exactly the cells that look different now."""
        if self.same(old.row, new.row):  # of thousands read anew, most are as they were
            return
        columns = [column for column in self.columns if self.look(old, column) != self.look(new, column)]
        if columns:
            row = self._row_of[key]
            self.dataChanged.emit(self.index(row, min(columns)), self.index(row, max(columns)), [])

    def _matches(self, row: R) -> bool:
        if not self._test(row):
            return False
        if not self._words:
            return True
        searched = self.searched(row).casefold()
        return all(word in searched for word in self._words)

    def _choose_shown(self, without: Collection[str] = ()) -> None:
        wanted = [key for key, entry in self._entries.items() if key not in without and self._matches(entry.row)]
        keep = set(wanted)
        for first, last in reversed(_runs([row for row, key in enumerate(self._shown) if key not in keep])):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._shown[first : last + 1]
            self._number()
            self.endRemoveRows()
        if added := [key for key in wanted if key not in self._row_of]:
            added.sort(key=self._key, reverse=self._order is Qt.SortOrder.DescendingOrder)
            # New ones come first where the order is by age; then nothing needs to be moved afterwards.
            at = 0 if self._shown and self._before(added[-1], self._shown[0]) else len(self._shown)
            self.beginInsertRows(QModelIndex(), at, at + len(added) - 1)
            self._shown[at:at] = added
            self._number()
            self.endInsertRows()
        self._put_in_order()

    def _key(self, key: str) -> Any:
        return self.sort_key(self._entries[key], self._column)

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
        keys = [self._shown[index.row()] for index in kept]
        self._shown = ordered
        self._number()
        moved = [self.index(self._row_of[key], index.column()) for key, index in zip(keys, kept, strict=True)]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def _number(self) -> None:
        self._row_of = {key: row for row, key in enumerate(self._shown)}


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending numbers as (first, last) of each unbroken run."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
