"""A table that may have a hundred thousand rows: their keys come in order from the database, and a row is read when it
is looked at."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from PySide6.QtCore import QTimer, Signal

from render_manager.gui.models.listing import Listing, runs_of
from render_manager.gui.models.table import Entry, Table

R = TypeVar("R")

_FIRST = 100
#: So many rows are kept that nobody looks at any more.
_KEPT = 4000
#: So many of the rows looked at are asked for; of a list scrolled through the last ones are what is seen.
_WANTED = 400


class PagedTable(Table[R]):
    """Whoever reads for it asks ``missing`` when told that rows are ``wanted``, and hands them to ``take``.

    Signals:
        wanted: rows are looked at that are not known.
    """

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._missing: dict[str, None] = {}
        self._pinned: frozenset[str] = frozenset()
        self._tell = QTimer(self, singleShot=True, interval=0)
        self._tell.timeout.connect(self.wanted)

    # -- filling -------------------------------------------------------------------------------------------------

    def plan(self, keys: Sequence[str]) -> Listing:
        """What showing these rows in this order comes to. May run in any thread."""
        return Listing.of(list(keys), self._shown)

    def show(self, listing: Listing) -> None:
        """Show what was planned; the first rows are wanted, as they are what is seen at first."""
        if listing.before is not self._shown:
            listing = self.plan(listing.keys)
        for key in reversed(listing.keys[:_FIRST]):
            if key not in self._entries:
                self.unread(key)
        if listing.whole:
            self.beginResetModel()
            self._set_shown(listing.keys, listing.rows)
            self.endResetModel()
            return
        self._remove(listing.gone)
        if listing.moved:
            self._reorder(listing.staying, listing.staying_rows)
        for first, last in listing.new:
            self._insert(first, listing.keys[first : last + 1])
        self._set_shown(listing.keys, listing.rows)

    def take(self, found: Mapping[str, Entry[R]], asked: Collection[str]) -> None:
        """Take in the answer for the keys ``asked``; one asked for and not found is gone."""
        if gone := {key for key in asked if key not in found}:
            self._remove(runs_of(sorted(row for key in gone if (row := self.position(key)) is not None)))
            for key in gone:
                self._entries.pop(key, None)
        self._take_in(found)
        self._forget_old()
        self.updated.emit()

    def pin(self, keys: Collection[str]) -> None:
        """These rows are needed, whether anybody sees them or not; those before them no longer."""
        self._pinned = frozenset(keys)
        for key in self._pinned - self._entries.keys():
            self.unread(key)

    def missing(self) -> list[str]:
        """The keys of rows that are wanted, those looked at last first; they are taken to be asked for now."""
        missing, self._missing = self._missing, {}
        looked_at = [key for key in reversed(missing) if key not in self._entries]
        pinned = [key for key in looked_at if key in self._pinned]
        return list(dict.fromkeys([*looked_at[:_WANTED], *pinned]))

    def unread(self, key: str) -> None:
        self._missing.pop(key, None)
        self._missing[key] = None
        if not self._tell.isActive():
            self._tell.start()

    def _forget_old(self) -> None:
        if len(self._entries) - len(self._pinned) <= _KEPT:
            return
        newest = sorted(self._entries, key=lambda key: self._entries[key].read_at, reverse=True)[:_KEPT]
        keep = self._pinned | set(newest)
        self._entries = {key: entry for key, entry in self._entries.items() if key in keep}
