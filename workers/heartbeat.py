"""A worker's pulse: it lives, its leases hold. And what any worker does for all: the sweep, and looking for work whose
ticket was lost."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psutil

from render_manager.domain.entities import Claim, WorkerProfile
from render_manager.domain.errors import BrokerUnavailable
from render_manager.services.lifecycle import Lifecycle
from render_manager.services.ports import TaskStore, TicketQueue
from workers.periodic import Periodic

log = logging.getLogger(__name__)


class Pulse(Protocol):
    """What the heartbeat asks of its worker."""

    profile: WorkerProfile
    lifecycle: Lifecycle

    def claims(self) -> list[Claim]: ...

    def idle(self) -> bool: ...

    def serve_here(self) -> None: ...


class Heartbeat(Periodic):
    """A thread of its own, so that it goes on whatever the Celery pool does.

    Args:
        every: seconds between beats.
        disk: a folder on the disk whose free space counts.
        wake_janitor: called at each beat, so that clean-ups whose ticket was lost are found.
    """

    def __init__(
        self,
        worker: Pulse,
        store: TaskStore,
        queue: TicketQueue,
        *,
        every: float,
        disk: Path,
        wake_janitor: Callable[[], None],
    ) -> None:
        super().__init__("heartbeat", self.beat, every)
        self._worker = worker
        self._store = store
        self._queue = queue
        self._disk = disk
        self._wake_janitor = wake_janitor

    def beat(self) -> None:
        """One beat. Raises StoreUnavailable."""
        worker = self._worker
        worker.lifecycle.beat(
            worker.profile,
            worker.claims(),
            cpu_percent=psutil.cpu_percent(),
            memory_percent=psutil.virtual_memory().percent,
            disk_free=psutil.disk_usage(str(self._disk)).free,
        )
        if swept := worker.lifecycle.sweep():
            log.warning("Swept %d frame(s) that lost workers left", swept)
        self._wake_janitor()
        if worker.idle() and (task_id := self._store.has_work_for(worker.profile)):
            self._ring_ourselves(task_id)

    def _ring_ourselves(self, task_id: str) -> None:
        """The task's ticket was lost, or taken by a worker that could not serve it."""
        try:
            self._queue.ring_worker(self._worker.profile.name, task_id)
        except BrokerUnavailable as error:
            log.warning("Taking task %s without a ticket: %s", task_id, error)
            self._worker.serve_here()
