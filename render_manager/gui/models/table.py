"""What the tables share: rows by key, columns, and exact signals of what looks different."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, ClassVar, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from render_manager.gui.models.listing import runs_of

_Role = Qt.ItemDataRole
Index = QModelIndex | QPersistentModelIndex
R = TypeVar("R")
_NO_PARENT = QModelIndex()
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter


class Role(IntEnum):
    ROW = _Role.UserRole + 1  #: the value of the whole row


@dataclass(frozen=True)
class Entry(Generic[R]):
    row: R
    age_read: float  #: seconds since whatever the row's age counts from, by the database's clock
    read_at: float = field(default_factory=time.monotonic)  #: the age grows from here without asking the database

    @property
    def age(self) -> float:
        return self.age_read + time.monotonic() - self.read_at


class Table(QAbstractTableModel, Generic[R]):
    """A subclass says what its columns are and hold, and which rows are shown in what order.

    Signals:
        updated: rows were taken in, whether they are shown or not.
    """

    updated = Signal()

    #: The columns, from the left, and how those are aligned that are not to the left.
    columns: ClassVar[type[IntEnum]]
    alignment: ClassVar[Mapping[int, Qt.AlignmentFlag]] = {}
    #: The columns whose text changes by itself, as time goes by.
    ageing: ClassVar[Collection[int]]

    def __init__(self) -> None:
        super().__init__()
        self._entries: dict[str, Entry[R]] = {}
        self._shown: list[str] = []  #: never changed, only replaced: threads may be reading it
        self._rows: dict[str, int] | None = {}  #: by key; None: to be numbered when somebody asks

    # -- what a subclass says ------------------------------------------------------------------------------------

    def titles(self) -> Mapping[Any, str]:
        """The columns' names."""
        raise NotImplementedError

    def text(self, entry: Entry[R], column: int) -> str:
        raise NotImplementedError

    def tip(self, entry: Entry[R], column: int) -> str | None:
        return None

    def look(self, entry: Entry[R], column: int) -> object:
        """What a cell shows, for telling whether it must be painted anew."""
        return None if column in self.ageing else self.text(entry, column)

    def same(self, old: R, new: R) -> bool:
        """Whether no cell can look different; quicker told than by comparing the cells."""
        return old == new

    def unread(self, key: str) -> None:
        """A row is looked at that is not known."""
        raise NotImplementedError

    # -- asking --------------------------------------------------------------------------------------------------

    def row(self, key: str) -> R | None:
        entry = self._entries.get(key)
        return entry.row if entry else None

    def rows(self) -> list[R]:
        """Every row known, shown or not."""
        return [entry.row for entry in self._entries.values()]

    def shown(self) -> Sequence[str]:
        """The keys of the rows shown, in their order."""
        return self._shown

    def key_at(self, row: int) -> str:
        return self._shown[row]

    def row_at(self, row: int) -> R | None:
        """None: it is not known yet."""
        return self.row(self._shown[row])

    def position(self, key: str) -> int | None:
        """The table's row of the key; None: it is not shown."""
        return self._row_of().get(key)

    # -- changes -------------------------------------------------------------------------------------------------

    def grow_older(self) -> None:
        """Repaint the ages: time went by."""
        for column in self.ageing:
            self.repaint_column(column)

    def repaint_column(self, column: int) -> None:
        if self._shown:
            first, last = self.index(0, column), self.index(len(self._shown) - 1, column)
            self.dataChanged.emit(first, last, [_Role.DisplayRole])

    def _take_in(self, found: Mapping[str, Entry[R]]) -> None:
        before = {key: self._entries.get(key) for key in found}
        self._entries |= found
        changed: dict[int, tuple[int, int]] = {}
        for key, old in before.items():
            if (row := self._row_of().get(key)) is not None and (columns := self._differing(old, found[key])):
                changed[row] = min(columns), max(columns)
        # One signal for rows that follow each other: views do some work for each.
        for first, last in runs_of(sorted(changed)):
            spans = [changed[row] for row in range(first, last + 1)]
            left, right = min(left for left, _ in spans), max(right for _, right in spans)
            self.dataChanged.emit(self.index(first, left), self.index(last, right), [])

    def _differing(self, old: Entry[R] | None, new: Entry[R]) -> Collection[int]:
        """The columns that look different now."""
        if old is None:
            return self.columns
        if self.same(old.row, new.row):  # of thousands read anew, most are as they were
            return ()
        return [column for column in self.columns if self.look(old, column) != self.look(new, column)]

    def _remove(self, runs: Sequence[tuple[int, int]]) -> None:
        for first, last in reversed(runs):
            self.beginRemoveRows(QModelIndex(), first, last)
            self._set_shown([*self._shown[:first], *self._shown[last + 1 :]])
            self.endRemoveRows()

    def _insert(self, at: int, keys: Sequence[str]) -> None:
        self.beginInsertRows(QModelIndex(), at, at + len(keys) - 1)
        self._set_shown([*self._shown[:at], *keys, *self._shown[at:]])
        self.endInsertRows()

    def _reorder(self, ordered: list[str], rows: dict[str, int] | None = None) -> None:
        if ordered == self._shown:
            return
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        keys = [self._shown[index.row()] for index in kept]
        self._set_shown(ordered, rows)
        row_of = self._row_of()
        moved = [self.index(row_of[key], index.column()) for key, index in zip(keys, kept, strict=True)]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def _set_shown(self, keys: list[str], rows: dict[str, int] | None = None) -> None:
        self._shown, self._rows = keys, rows

    def _row_of(self) -> dict[str, int]:
        if self._rows is None:
            self._rows = {key: row for row, key in enumerate(self._shown)}
        return self._rows

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
        key, column = self._shown[index.row()], index.column()
        entry = self._entries.get(key)
        if entry is None:
            self.unread(key)
            return "…" if role == _Role.DisplayRole and column == 0 else None
        match role:
            case _Role.DisplayRole | _Role.AccessibleTextRole:
                return self.text(entry, column)
            case _Role.TextAlignmentRole:
                return self.alignment.get(column, LEFT)
            case _Role.ToolTipRole:
                return self.tip(entry, column)
            case Role.ROW:
                return entry.row
        return None
