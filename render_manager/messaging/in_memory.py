"""The twins of ticket queue, change bus and remote logs within one process: for tests of what stands on them."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Sequence

from render_manager.domain.entities import WorkerProfile
from render_manager.domain.errors import BrokerUnavailable, LogUnavailable
from render_manager.domain.logs import PORTION, LogId, LogPart
from render_manager.domain.notices import Notice
from render_manager.domain.priority import Band, band_of


class InMemoryBus:
    """Fits the ChangeBus port; any thread may publish, each listener has its own event loop."""

    def __init__(self) -> None:
        self.published: list[Notice] = []
        self._lock = threading.Lock()
        self._listeners: list[tuple[asyncio.AbstractEventLoop, asyncio.Queue[Sequence[Notice]]]] = []

    def publish(self, *notices: Notice) -> None:
        if not notices:
            return  # listeners would take an empty batch for a new connection
        with self._lock:
            self.published.extend(notices)
            for loop, queue in self._listeners:
                loop.call_soon_threadsafe(queue.put_nowait, notices)

    def check(self) -> None:
        """It is always there."""

    async def listen(self) -> AsyncGenerator[Sequence[Notice]]:
        listener = (asyncio.get_running_loop(), asyncio.Queue[Sequence[Notice]]())
        with self._lock:
            self._listeners.append(listener)
        try:
            yield ()
            while True:
                yield await listener[1].get()
        finally:
            with self._lock:
                self._listeners.remove(listener)


class InMemoryTickets:
    """Fits the TicketQueue port; ``down`` makes it behave like a broker that is away."""

    def __init__(self) -> None:
        self.bands: dict[Band, list[tuple[str, str]]] = {band: [] for band in Band}  #: (task id, ticket)
        self.hosts: list[str] = []
        self.workers: list[tuple[str, str]] = []  #: (worker, task id)
        self.down = False

    def ring(self, task_id: str, priority: int, ticket: str) -> None:
        self._check()
        self.bands[band_of(priority)].append((task_id, ticket))

    def ring_worker(self, worker: str, task_id: str) -> None:
        self._check()
        self.workers.append((worker, task_id))

    def ring_host(self, host: str) -> None:
        self._check()
        self.hosts.append(host)

    def revoke(self, ticket: str) -> None:
        if self.down:
            return
        for tickets in self.bands.values():
            tickets[:] = [entry for entry in tickets if entry[1] != ticket]

    def _check(self) -> None:
        if self.down:
            raise BrokerUnavailable("The broker is away.")


class InMemoryLogs:
    """Logs of other hosts, by the worker that would be asked. One that is not in ``held`` does not answer."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], bytes] = {}  #: worker and file name: what is in it
        self.asked: list[tuple[str, LogId, int, int]] = []

    def read(self, worker: WorkerProfile, log: LogId, start: int, limit: int) -> LogPart:
        self.asked.append((worker.name, log, start, limit))
        data = self.held.get((worker.name, log.file_name))
        if data is None:
            raise LogUnavailable(f"Worker {worker.name} of host {worker.host} does not answer.")
        start = min(start, len(data))
        return LogPart(data[start : start + min(limit, PORTION)], start, len(data))
