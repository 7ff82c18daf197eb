"""A worker's pulse: it lives, its leases hold. And what any worker does for all: the sweep, and looking for work whose
ticket was lost."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psutil

from render_manager.domain.entities import Claim, WorkerProfile
from render_manager.domain.errors import BrokerUnavailable, StoreUnavailable
from render_manager.services.lifecycle import Lifecycle
from render_manager.services.ports import TaskStore, TicketQueue

log = logging.getLogger(__name__)


class Pulse(Protocol):
    """What the heartbeat asks of its worker."""

    profile: WorkerProfile
    lifecycle: Lifecycle

    def claims(self) -> list[Claim]: ...

    def idle(self) -> bool: ...


class Heartbeat:
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
        self._worker = worker
        self._store = store
        self._queue = queue
        self._every = every
        self._disk = disk
        self._wake_janitor = wake_janitor
        self._ended = threading.Event()
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Beat now: something changed."""
        self._woken.set()

    def stop(self) -> None:
        self._ended.set()
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join()

    def beat(self) -> None:
        """One beat. Raises StoreUnavailable."""
        worker = self._worker
        claim = next(iter(worker.claims()), None)
        worker.lifecycle.beat(
            worker.profile,
            task_id=claim.task.id if claim else None,
            frame_number=claim.frame_number if claim else None,
            cpu_percent=psutil.cpu_percent(),
            memory_percent=psutil.virtual_memory().percent,
            disk_free=psutil.disk_usage(str(self._disk)).free,
        )
        if swept := worker.lifecycle.sweep():
            log.warning("Swept %d frame(s) that lost workers left", swept)
        if worker.idle() and (task_id := self._store.has_work_for(worker.profile)):
            # Its ticket was lost or taken by a worker that could not serve it.
            self._queue.ring_worker(worker.profile.name, task_id)
        self._wake_janitor()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._woken.wait(self._every)
            self._woken.clear()
            if self._ended.is_set():
                return
            try:
                self.beat()
            except (StoreUnavailable, BrokerUnavailable) as error:
                log.warning("A heartbeat was missed: %s", error)
            except Exception:
                log.exception("A heartbeat failed")  # the next one may not; without any the worker would be swept
