"""Keeps the models true: takes changes, re-reads what they touch off the Qt thread, hands it to the models."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from render_manager.domain.entities import WorkerStatus
from render_manager.domain.errors import StoreUnavailable
from render_manager.domain.states import RUNNABLE
from render_manager.domain.task_search import TaskGroup
from render_manager.gui.background import Background
from render_manager.gui.change_feed import Changes
from render_manager.gui.frame_reader import FrameReader
from render_manager.gui.models.frames import FrameModel
from render_manager.gui.models.task_table import TaskTableModel
from render_manager.services.services import Services

log = logging.getLogger(__name__)

#: Seconds in which changes are gathered before one read answers them all.
MERGE = 0.08
#: A worker that dies says nothing; so workers are looked at by the clock, too: it counts as offline 12.5 s after its
#: last heartbeat by default, and is shown so within 15.
WORKERS_EVERY = 2.0
#: Seconds between two readings of them, and more for each worker: its heartbeat is a notice, and a farm has many.
WORKERS_REST, PER_WORKER = 0.5, 0.002
TASKS_PER_READ = 500
#: The list of tasks is left alone for so many times as long as reading it took.
LIST_REST = 4.0
FIRST_RETRY, LONGEST_RETRY = 1.0, 15.0


class Live(QObject):
    """One reader for the whole window, so that an older answer never overwrites a newer one.

    Signals:
        loaded: everything was read once.
        store_lost: the database is away; the sentence to show.
        store_restored: it answers again.
        workers: the list of WorkerStatus, the database's time they were read at, and how many local workers run.
        read: everything that these Changes name is up to date.
        tally: how many tasks the search finds in each group, as a TaskTally.
    """

    loaded = Signal()
    store_lost = Signal(str)
    store_restored = Signal()
    workers = Signal(list, float, int)
    read = Signal(object)
    tally = Signal(object)

    def __init__(
        self,
        services: Services,
        background: Background,
        tasks: TaskTableModel,
        frames: FrameModel,
        *,
        first_retry: float = FIRST_RETRY,
    ) -> None:
        super().__init__()
        self._services = services
        self._background = background
        self._tasks = tasks
        self._frames = FrameReader(services.queries, background, frames)
        self._first_retry = first_retry
        self._changes = Changes(everything=True, workers=True)
        self._wake = asyncio.Event()
        self._wake.set()
        self._retry = asyncio.Event()
        self._hurry = False
        #: The tasks that are seen: why they wait is told by what others do, and read again by the clock.
        self.in_view: Callable[[], Sequence[str]] = list
        self._shown: str | None = None  #: the task whose frames and details are shown
        self._waits_due = 0.0  #: monotonic; from then on why they wait is read again
        self._serving: object = None  #: what the workers could take when last read
        self._workers_due = 0.0  #: monotonic; from then on they may be read again
        self._list_due = 0.0  #: the same of the list of tasks
        self._awaited: list[Callable[[], object]] = []  #: to be done once all that is wanted was read
        self._resting: set[str] = set()  #: what is to be read once its time has come

    def note(self, changes: Changes) -> None:
        """Something changed; it is read within the merge time."""
        if changes:
            self._changes.merge(changes)
            self._wake.set()

    def refresh(self) -> None:
        """Read everything now."""
        self._hurry = True
        self.note(Changes(everything=True, workers=True))

    def read_wanted(self) -> None:
        """Somebody looks at rows that are not known."""
        self._hurry = True
        self._wake.set()

    def read_all(self, task_ids: Sequence[str], then: Callable[[], object]) -> None:
        """Read these rows, however many they are, then do that."""
        self._tasks.pin(task_ids)
        self._awaited.append(then)
        self.read_wanted()

    def read_list(self) -> None:
        """Another search or order was asked for."""
        self._list_due = 0.0
        self._hurry = True
        self.note(Changes(listing=True))

    def retry_now(self) -> None:
        """Ask a database that was away again without waiting for the time to come."""
        self._retry.set()

    def show(self, task_id: str | None, frames: str = "") -> None:
        """Show the frames of another task, or of none."""
        self._shown = task_id
        if self._frames.show(task_id, frames) and task_id is not None:
            self._hurry = True
            self.note(Changes(frames={task_id: None}))

    async def run(self) -> None:
        lost, loaded, delay = False, False, self._first_retry
        while True:
            await self._wake.wait()
            if not self._hurry:
                await asyncio.sleep(MERGE)
            self._wake.clear()
            self._hurry = False
            changes, self._changes = self._changes, Changes()
            awaited, self._awaited = self._awaited, []
            try:
                await self._read(changes)
            except StoreUnavailable as error:
                lost = True
                self._awaited = [*awaited, *self._awaited]  # once it answers
                self.store_lost.emit(str(error))
                self._retry.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(delay):  # wait_for may lose a cancel, up to Python 3.11
                        await self._retry.wait()
                delay = min(delay * 2, LONGEST_RETRY)
                # What happened meanwhile is unknown: once it answers, everything is read.
                self.note(Changes(everything=True, workers=True))
                continue
            except Exception:  # a fault of ours must not leave the window blind: the next change is read again
                log.exception("Reading what changed failed.")
                continue
            if lost:
                lost, delay = False, self._first_retry
                self.store_restored.emit()
            if not loaded:
                loaded = True
                self.loaded.emit()
            self.read.emit(changes)
            for then in awaited:
                then()

    async def watch_workers(self) -> None:
        while True:
            await asyncio.sleep(WORKERS_EVERY)
            self.note(Changes(workers=True))

    async def _read(self, changes: Changes) -> None:
        if changes.workers:
            rest = self._workers_due - time.monotonic()
            if rest <= 0 or changes.everything:
                count = await self._read_workers(changes)
                self._workers_due = time.monotonic() + max(WORKERS_REST, PER_WORKER * count)
            else:
                self._rest("workers", rest, Changes(workers=True))
        if changes.tasks or changes.listing or changes.everything:
            await self._read_list(changes)
        await self._read_rows(changes)
        await self._frames.read(changes)

    async def _read_list(self, changes: Changes) -> None:
        """Which tasks there are, in what order, and how many of which kind: as often as the database can take it."""
        rest = self._list_due - time.monotonic()
        if rest > 0 and not changes.everything:
            self._rest("list", rest, Changes(listing=True))
            return
        tasks, queries = self._tasks, self._services.queries
        search, order, descending = tasks.search, tasks.order, tasks.descending
        began = time.monotonic()
        listing = await self._background.call(
            lambda: tasks.plan(queries.task_ids(search, order, descending=descending))
        )
        tally = await self._background.call(partial(queries.tally, replace(search, group=TaskGroup.ALL)))
        took = time.monotonic() - began
        self._list_due = time.monotonic() + LIST_REST * took
        if (search, order, descending) == (tasks.search, tasks.order, tasks.descending):
            tasks.show(listing)
            self.tally.emit(tally)

    async def _read_rows(self, changes: Changes) -> None:
        """Rows that are looked at for the first time, and those known that may have changed."""
        known = {row.task.id for row in self._tasks.rows()}
        touched = known if changes.everything else changes.tasks | self._tasks.waiting_for(changes.tasks)
        waiting = self._waiting_in_view() if time.monotonic() >= self._waits_due else set[str]()
        began = time.monotonic()
        await self._read_pages([*self._tasks.missing(), *(known & (touched | waiting))])
        if waiting:
            now = time.monotonic()
            self._waits_due = now + max(WORKERS_EVERY, LIST_REST * (now - began))

    def _waiting_in_view(self) -> set[str]:
        rows = ((key, self._tasks.row(key)) for key in (*self.in_view(), self._shown) if key is not None)
        return {key for key, row in rows if row is not None and row.waiting}

    async def _read_pages(self, task_ids: Sequence[str]) -> None:
        for first in range(0, len(task_ids), TASKS_PER_READ):
            page = task_ids[first : first + TASKS_PER_READ]
            self._tasks.update(await self._background.call(partial(self._services.queries.tasks, ids=page)), page)

    def _rest(self, what: str, seconds: float, then: Changes) -> None:
        """Look at this again when the time has come; once, however often it is asked for meanwhile."""
        if what not in self._resting:
            self._resting.add(what)
            self._background.start(self._after(what, seconds, then))

    async def _after(self, what: str, seconds: float, then: Changes) -> None:
        await asyncio.sleep(seconds)
        self._resting.discard(what)
        self.note(then)

    async def _read_workers(self, changes: Changes) -> int:
        workers, now = await self._background.call(self._workers_now)
        local = await self._background.call(self._services.local_workers.running)
        self.workers.emit(workers, now, local)
        if (serving := _serving(workers)) != self._serving:
            # Why a task waits depends on who could take it.
            self._serving = serving
            changes.tasks |= {row.task.id for row in self._tasks.rows() if row.task.status in RUNNABLE}
        return len(workers)

    def _workers_now(self) -> tuple[list[WorkerStatus], float]:
        queries = self._services.queries
        queries.check_version()  # nothing else would tell that the database was upgraded under an idle window
        return queries.workers(), queries.now()


def _serving(workers: Sequence[WorkerStatus]) -> object:
    """What decides which tasks the living workers could take."""
    return [(worker.profile, worker.enabled, worker.draining) for worker in workers if worker.alive]
