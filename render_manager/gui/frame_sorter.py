"""Puts the list of frames in order: asks the database for it, and again after what it goes by has changed."""

import time

from PySide6.QtCore import QObject, Qt, QTimer

from render_manager.gui.background import Background
from render_manager.gui.models.frame_numbers import positions_of
from render_manager.gui.models.frame_table import SORTS, FrameTableModel, RowOrder
from render_manager.gui.views.frame_list import FrameList
from render_manager.services.queries import Queries

#: Seconds at least until the list is put in order anew, and so many times as long as that took.
REST, SHARE = 1.0, 4.0


class FrameSorter(QObject):
    def __init__(self, view: FrameList, table: FrameTableModel, queries: Queries, background: Background) -> None:
        super().__init__(view)
        self._view = view
        self._table = table
        self._queries = queries
        self._background = background
        self._due = 0.0  #: monotonic; from then on the order may be read again
        self._soon = QTimer(self, singleShot=True)
        self._soon.timeout.connect(self._read)
        table.order_wanted.connect(self._wanted)
        table.frames.dataChanged.connect(self.outdated)

    def outdated(self) -> None:
        """What frames are sorted by may have changed; the list is left alone for a while, and as long as nobody sees
        it."""
        if self._table.column in SORTS and not self._view.isHidden() and not self._soon.isActive():
            self._soon.start(round(1000 * max(self._due - time.monotonic(), 0.0)))

    def _wanted(self) -> None:
        self._due = 0.0
        self._soon.stop()
        self.outdated()

    def _asked(self) -> tuple[str | None, int, bool]:
        return (self._table.frames.task_id, self._table.column, self._table.descending)

    def _read(self) -> None:
        asked = self._asked()
        task_id, column, descending = asked
        numbers, began = self._table.frames.numbers, time.monotonic()
        if task_id is None or column not in SORTS:
            return

        def read() -> RowOrder:
            order = self._queries.frame_numbers(task_id, SORTS[column], descending=descending)
            return RowOrder(positions_of(numbers, order))

        def take(order: RowOrder) -> None:
            header.unsetCursor()
            self._due = time.monotonic() + max(REST, SHARE * (time.monotonic() - began))
            if asked == self._asked():
                self._table.take_order(order)
            else:
                self._wanted()

        header = self._view.horizontalHeader()
        header.setCursor(Qt.CursorShape.BusyCursor)  # a million take some seconds
        # When the database is away the banner says so, and everything is read again once it is back.
        self._background.run(read, done=take, failed=lambda _: header.unsetCursor(), owner=self)
