"""A table whose rows are all known: sorted and filtered here, in plain Python. A proxy model asks for cells one by one
and takes seconds where a list sort takes milliseconds."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from PySide6.QtCore import Qt

from render_manager.gui.models.listing import runs_of
from render_manager.gui.models.table import Entry, Table

R = TypeVar("R")


class KeyedTable(Table[R]):
    """A subclass also says what a column is sorted by, and in what text words are looked for."""

    def __init__(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        super().__init__()
        self._column, self._order = column, order
        self._words: tuple[str, ...] = ()
        self._test: Callable[[R], bool] = lambda row: True

    def sort_key(self, entry: Entry[R], column: int) -> Any:
        """The native value."""
        raise NotImplementedError

    def searched(self, row: R) -> str:
        """The text in which words are looked for."""
        raise NotImplementedError

    def row_at(self, row: int) -> R:
        return self._entries[self._shown[row]].row

    def take(self, found: Mapping[str, Entry[R]], asked: Collection[str]) -> None:
        """Take in the answer for the keys ``asked``; one asked for and not found is gone."""
        if gone := {key for key in asked if key in self._entries and key not in found}:
            self._choose_shown(without=gone)  # rows first: until they are removed, views may still ask for them
            for key in gone:
                del self._entries[key]
        self._take_in(found)
        self._choose_shown()
        self.updated.emit()

    def filter_by(self, words: str, test: Callable[[R], bool] = lambda row: True) -> None:
        """Show the rows that hold every word and pass the test."""
        self._words = tuple(words.casefold().split())
        self._test = test
        self._choose_shown()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if column < 0:
            return
        self._column, self._order = column, order
        self._put_in_order()

    def unread(self, key: str) -> None:
        raise AssertionError(key)  # every row shown is known

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
        self._remove(runs_of([row for row, key in enumerate(self._shown) if key not in keep]))
        if added := [key for key in wanted if self.position(key) is None]:
            added.sort(key=self._key, reverse=self._order is Qt.SortOrder.DescendingOrder)
            # New ones come first where the order is by age; then nothing needs to be moved afterwards.
            at = 0 if self._shown and self._before(added[-1], self._shown[0]) else len(self._shown)
            self._insert(at, added)
        self._put_in_order()

    def _key(self, key: str) -> Any:
        return self.sort_key(self._entries[key], self._column)

    def _before(self, one: str, other: str) -> bool:
        if self._order is Qt.SortOrder.DescendingOrder:
            one, other = other, one
        return self._key(one) <= self._key(other)

    def _put_in_order(self) -> None:
        self._reorder(sorted(self._shown, key=self._key, reverse=self._order is Qt.SortOrder.DescendingOrder))
