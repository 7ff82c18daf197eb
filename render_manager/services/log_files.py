"""Logs that can be read: from a disk of this computer, or through the worker that has them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from render_manager.domain.entities import WorkerProfile
from render_manager.domain.errors import LogUnavailable
from render_manager.domain.logs import PORTION, LogId, LogPart
from render_manager.services.ports import RemoteLogs


class LogFile(Protocol):
    """A log that can be read."""

    @property
    def log(self) -> LogId: ...

    @property
    def where(self) -> str:
        """Its path, or its key in the object store."""
        ...

    @property
    def host(self) -> str | None:
        """The host whose worker reads it for us; None: it is read from here."""
        ...

    @property
    def path(self) -> Path | None:
        """A file of this computer with it."""
        ...

    def read(self, start: int, limit: int) -> LogPart:
        """At most ``limit`` bytes from ``start`` on. Raises LogUnavailable, BrokerUnavailable."""
        ...


@dataclass(frozen=True)
class LocalLog:
    log: LogId
    path: Path
    where: str
    host: str | None = None

    def read(self, start: int, limit: int) -> LogPart:
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, 2)
                start = min(start, size)
                file.seek(start)
                return LogPart(file.read(limit), start, size)
        except OSError as error:
            raise LogUnavailable(f"The log {self.where} can't be read: {error.strerror or error}.") from error


@dataclass(frozen=True)
class RemoteLog:
    log: LogId
    where: str
    worker: WorkerProfile
    remote: RemoteLogs
    path: Path | None = None

    @property
    def host(self) -> str | None:
        return self.worker.host

    def read(self, start: int, limit: int) -> LogPart:
        return self.remote.read(self.worker, self.log, start, min(limit, PORTION))
