"""A worker's pulse, and what any worker does for all: the sweep, and looking for work whose ticket was lost."""

import logging
from collections.abc import Callable
from typing import Protocol

import psutil

from render_manager.domain.entities import HostLoad, WorkerProfile
from render_manager.domain.errors import BrokerUnavailable, StoreOfAnotherVersion
from render_manager.services.ports import TicketQueue
from render_manager.services.store_port import TaskStore
from render_manager.services.workers import Workers
from workers.graphics import GraphicsCards
from workers.janitor import Janitor
from workers.periodic import Periodic
from workers.signals import Signal

log = logging.getLogger(__name__)

#: An idle worker looks for work at least so often, in seconds: a task that only it can run starts soon even where
#: its ticket was lost.
LOOK_EVERY = 2.0


class HeartbeatOwner(Protocol):
    """What the heartbeat asks of its worker."""

    profile: WorkerProfile
    stopping: Signal

    def idle(self) -> bool: ...

    def serve_here(self) -> None: ...

    def drain(self) -> None: ...

    def superseded(self) -> None: ...

    def outdated(self, error: StoreOfAnotherVersion) -> None: ...


class Heartbeat:
    """Threads of their own, so that they go on whatever the Celery pool does.

    Args:
        every: seconds between beats.
        free_disk: measures how many bytes are free where workspaces are, and whether that is too little.
        janitor: woken at each beat, so that clean-ups whose ticket was lost are found.
        graphics: measures how busy the host's graphics cards are; None: as nvidia-smi says.
    """

    def __init__(
        self,
        worker: HeartbeatOwner,
        workers: Workers,
        store: TaskStore,
        queue: TicketQueue,
        *,
        every: float,
        free_disk: Callable[[], tuple[int, bool]],
        janitor: Janitor,
        graphics: GraphicsCards | None = None,
    ) -> None:
        self._worker = worker
        self._workers = workers
        self._store = store
        self._queue = queue
        self._free_disk = free_disk
        self._janitor = janitor
        self._graphics = graphics or GraphicsCards()
        self._beats = Periodic("heartbeat", self.beat, every)
        self._looks = Periodic("look for work", self._look, min(every, LOOK_EVERY))

    def start(self) -> None:
        self._beats.start()
        self._looks.start()
        self.wake()

    def wake(self) -> None:
        """Beat now: something changed."""
        self._beats.wake()

    def stop(self) -> None:
        self._beats.stop()
        self._looks.stop()

    def beat(self) -> None:
        """One beat. Raises StoreUnavailable."""
        free, low = self._disk()
        gpu = self._graphics.load()
        load = HostLoad(
            cpu_percent=psutil.cpu_percent(),
            memory_percent=psutil.virtual_memory().percent,
            disk_free=free,
            disk_low=low,
            gpu_percent=gpu.busy,
            gpu_memory_percent=gpu.memory,
        )
        try:
            orders = self._workers.beat(self._worker.profile, load)
        except StoreOfAnotherVersion as error:
            self._worker.outdated(error)
            return
        if orders is None:
            self._worker.superseded()
            self._workers.turned_away(self._worker.profile)
            return
        if orders.draining and not self._worker.stopping.is_set():
            log.info("Told to finish and leave")
            self._worker.drain()
        if swept := self._workers.housekeeping():
            log.warning("Swept %d frame(s) that lost workers left", swept)
        self._janitor.wake()

    def _disk(self) -> tuple[int | None, bool]:
        """One that can't be looked at must not make the worker look dead; what is to be rendered there tells why."""
        try:
            return self._free_disk()
        except OSError as error:
            log.warning("How much of the disk is free can't be told: %s", error)
            return None, False

    def _look(self) -> None:
        """Take work whose ticket was lost, or taken by a worker that could not serve it."""
        worker = self._worker
        if not worker.idle() or (task_id := self._store.next_task(worker.profile)) is None:
            return
        try:
            self._queue.ring_worker(worker.profile.name, task_id)
        except BrokerUnavailable as error:
            log.warning("Taking task %s without a ticket: %s", task_id, error)
            worker.serve_here()
