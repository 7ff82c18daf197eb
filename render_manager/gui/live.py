"""Keeps the models true: takes changes, re-reads what they touch off the Qt thread, hands it to the models."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from render_manager.domain.entities import WorkerStatus
from render_manager.domain.errors import StoreUnavailable
from render_manager.domain.states import RUNNABLE
from render_manager.gui.background import Background
from render_manager.gui.change_feed import Changes
from render_manager.gui.models.frames import FrameModel, numbers_of
from render_manager.gui.models.task_table import TaskTableModel
from render_manager.services.services import Services

log = logging.getLogger(__name__)

#: Seconds in which changes are gathered before one read answers them all.
MERGE = 0.08
#: A worker that dies says nothing; so workers are looked at by the clock, too.
WORKERS_EVERY = 10.0
#: Seconds between two readings of them, and more for each worker: its heartbeat is a notice, and a farm has many.
WORKERS_REST, PER_WORKER = 0.5, 0.002
FRAMES_PER_READ = 4_000
TASKS_PER_READ = 500
FIRST_RETRY, LONGEST_RETRY = 1.0, 15.0


class Live(QObject):
    """One reader for the whole window, so that an older answer never overwrites a newer one.

    Signals:
        loaded: everything was read once.
        store_lost: the database is away; the sentence to show.
        store_restored: it answers again.
        workers: the list of WorkerStatus, the database's time they were read at, and how many local workers run.
        read: everything that these Changes name is up to date.
    """

    loaded = Signal()
    store_lost = Signal(str)
    store_restored = Signal()
    workers = Signal(list, float, int)
    read = Signal(object)

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
        self._frames = frames
        self._first_retry = first_retry
        self._changes = Changes(everything=True, workers=True)
        self._wake = asyncio.Event()
        self._wake.set()
        self._retry = asyncio.Event()
        self._hurry = False
        self._shown: tuple[str, str] | None = None  #: id and frames text of the task whose frames are shown
        self._serving: object = None  #: what the workers could take when last read
        self._workers_due = 0.0  #: monotonic; from then on they may be read again
        self._resting = False

    def note(self, changes: Changes) -> None:
        """Something changed; it is read within the merge time."""
        if changes:
            self._changes.merge(changes)
            self._wake.set()

    def refresh(self) -> None:
        """Read everything now."""
        self._hurry = True
        self.note(Changes(everything=True, workers=True))

    def retry_now(self) -> None:
        """Ask a database that was away again without waiting for the time to come."""
        self._retry.set()

    def show(self, task_id: str | None, frames: str = "") -> None:
        """Show the frames of another task, or of none."""
        if task_id is None:
            self._shown = None
            self._frames.show(None)
        elif self._shown is None or self._shown[0] != task_id:
            self._shown = (task_id, frames)
            self._frames.show(None)
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
            try:
                await self._read(changes)
            except StoreUnavailable as error:
                lost = True
                self.store_lost.emit(str(error))
                self._retry.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._retry.wait(), delay)
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
            elif not self._resting:
                self._resting = True
                self._background.start(self._rest(rest))
        queries = self._services.queries
        if changes.everything or len(changes.tasks) > TASKS_PER_READ:
            self._tasks.replace_all(await self._background.call(queries.tasks))
        elif changes.tasks:
            asked = frozenset(changes.tasks | self._tasks.waiting_for(changes.tasks))
            self._tasks.update(await self._background.call(partial(queries.tasks, ids=asked)), asked)
        if self._shown and (changes.everything or self._shown[0] in changes.frames):
            numbers = None if changes.everything else changes.frames[self._shown[0]]
            await self._read_frames(*self._shown, numbers)

    async def _rest(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._resting = False
        self.note(Changes(workers=True))

    async def _read_workers(self, changes: Changes) -> int:
        queries = self._services.queries
        workers, now = await self._background.call(lambda: (queries.workers(), queries.now()))
        local = await self._background.call(self._services.local_workers.running)
        self.workers.emit(workers, now, local)
        if (serving := _serving(workers)) != self._serving:
            # Why a task waits depends on who could take it.
            self._serving = serving
            changes.tasks |= {row.task.id for row in self._tasks.rows() if row.task.status in RUNNABLE}
        return len(workers)

    async def _read_frames(self, task_id: str, text: str, numbers: set[int] | None) -> None:
        if self._frames.task_id != task_id:
            found = await self._background.call(numbers_of, text)
            if not self._shows(task_id):
                return
            self._frames.show(task_id, found)
            numbers = None
        queries = self._services.queries
        if numbers is not None:
            named = ",".join(map(str, sorted(numbers)))
            frames = await self._background.call(partial(queries.frames, task_id, frames=named))
            if self._shows(task_id):
                self._frames.update(frames)
            return
        for first in range(0, len(self._frames.numbers), FRAMES_PER_READ):
            page = partial(queries.frames, task_id, first=first, limit=FRAMES_PER_READ)
            frames = await self._background.call(page)
            if not self._shows(task_id):
                return
            self._frames.update(frames)

    def _shows(self, task_id: str) -> bool:
        return self._shown is not None and self._shown[0] == task_id


def _serving(workers: Sequence[WorkerStatus]) -> object:
    """What decides which tasks the living workers could take."""
    return [(worker.profile, worker.enabled, worker.draining) for worker in workers if worker.alive]
