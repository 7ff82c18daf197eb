"""Finds the tasks that were completed or failed while the window is open, each time they were."""

import asyncio
import logging

from PySide6.QtCore import QObject, Signal

from render_manager.domain.entities import RenderTask
from render_manager.domain.errors import StoreUnavailable
from render_manager.gui.background import Background
from render_manager.gui.change_feed import Changes
from render_manager.services.queries import Queries

log = logging.getLogger(__name__)

#: Seconds in which what ends is gathered, and for which nothing more is told afterwards.
GATHER, REST = 1.0, 4.0
#: Seconds that are looked at once more: who ends a task takes the time first and commits after.
OVERLAP = 60.0


class EndedTasks(QObject):
    """By the database's clock, not by what was seen to change: so nothing that was over before the window opened is
    told, what ended while the database or Redis was away is told once, and a task that ends again after a retry is
    told again.

    Signals:
        ended: the list of RenderTask, one at least.
    """

    ended = Signal(list)

    def __init__(self, queries: Queries, background: Background, *, gather: float = GATHER, rest: float = REST) -> None:
        super().__init__()
        self._queries = queries
        self._background = background
        self._gather, self._rest = gather, rest
        self._since: float | None = None
        self._told: set[tuple[str, float | None]] = set()
        self._wake = asyncio.Event()
        self._wake.set()

    def note(self, changes: Changes) -> None:
        """Something changed; a task may have ended."""
        if changes.tasks or changes.everything:
            self._wake.set()

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            if self._since is not None:
                await asyncio.sleep(self._gather)
            self._wake.clear()
            try:
                found = await self._look()
            except StoreUnavailable:
                continue  # the banner says so; once it answers, everything is read and we are woken
            except Exception:  # a fault of ours must not end the notices
                log.exception("Looking for tasks that ended failed.")
                continue
            if found:
                self.ended.emit(found)
                await asyncio.sleep(self._rest)

    async def _look(self) -> list[RenderTask]:
        since = self._since
        now, tasks = await self._background.call(self._read, since)
        self._since = now - OVERLAP
        new = [task for task in tasks if (task.id, task.finished_at) not in self._told]
        self._told = {(task.id, task.finished_at) for task in tasks}
        return [] if since is None else new

    def _read(self, since: float | None) -> tuple[float, list[RenderTask]]:
        now = self._queries.now()  # first: what ends while we read is found the next time
        return now, self._queries.ended_since(now - OVERLAP if since is None else since)
