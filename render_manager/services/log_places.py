"""Where a log may be: on a disk this computer can read, with the worker that wrote it, or in the object store."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from render_manager.domain.entities import RenderFrame, WorkerStatus, Workspace, WorkspaceState
from render_manager.domain.errors import (
    BrokerUnavailable,
    LogUnavailable,
    NotEnoughSpace,
    ObjectNotFound,
    ObjectPathError,
    ObjectStoreError,
)
from render_manager.domain.logs import LogId
from render_manager.services.image_cache import ImageCache
from render_manager.services.log_files import LocalLog, LogFile, RemoteLog
from render_manager.services.ports import ObjectStore, RemoteLogs
from render_manager.services.result_files import ResultKeys
from render_manager.services.store_port import TaskStore


@dataclass(frozen=True)
class LogPlaces:
    """All places there are."""

    store: TaskStore
    objects: ObjectStore
    remote: RemoteLogs
    fetched: ImageCache  #: where logs are kept that came from the object store
    prefix: str  #: where results are in the object store
    alive_within: float


class LogSearch:
    """Looks for one log, place by place.

    Args:
        worker: who wrote it, where that is known.
    """

    def __init__(self, places: LogPlaces, frame: RenderFrame, log: LogId, worker: str | None) -> None:
        self._places = places
        self._frame = frame
        self._log = log
        self._name = worker
        self._workspaces: list[Workspace] = places.store.workspaces(task_ids=[frame.task_id])
        self._workers = places.store.workers(places.alive_within)
        self._author = next((one for one in self._workers if one.profile.name == self._name), None)
        self._reasons: list[str] = []

    @property
    def _host(self) -> str | None:
        if self._author:
            return self._author.profile.host
        return self._workspaces[0].host if len(self._workspaces) == 1 else None  # a worker's row may be gone

    def run(self) -> LogFile:
        # Each task and each host has one log of opening the project, under the same name: ours may be another's.
        ours = not self._log.loading or self._host in (None, socket.gethostname())
        found = (self._here() if ours else None) or self._asked() or self._kept() or self._here()
        if found is None:
            raise LogUnavailable(self._why())
        return found

    def _here(self) -> LocalLog | None:
        for path in self._paths():
            try:
                if path.is_file():
                    return LocalLog(self._log, path, str(path))
            except OSError:  # a share that is away
                continue
        return None

    def _paths(self) -> Iterator[Path]:
        if self._frame.log_path and self._log.attempt == self._frame.attempt:
            yield Path(self._frame.log_path)
        elif self._frame.log_path:
            yield Path(self._frame.log_path).with_name(self._log.file_name)
        for workspace in self._workspaces:
            yield Path(workspace.path) / "logs" / self._log.file_name

    def _asked(self) -> RemoteLog | None:
        for worker in self._able():
            try:
                self._places.remote.read(worker.profile, self._log, 0, 0)
            except (LogUnavailable, BrokerUnavailable) as error:
                self._reasons.append(str(error))
            else:
                where = self._where(worker.profile.host)
                return RemoteLog(self._log, where, worker.profile, self._places.remote)
        return None

    def _able(self) -> list[WorkerStatus]:
        """Workers that may have it on their disk: its author first, then another one of that host."""
        alive = [worker for worker in self._workers if worker.alive]
        if self._host is None:
            hosts = {workspace.host for workspace in self._workspaces}
            return list({one.profile.host: one for one in alive if one.profile.host in hosts}.values())
        same = [worker for worker in alive if worker.profile.host == self._host]
        return sorted(same, key=lambda worker: worker.profile.name != self._name)[:2]

    def _where(self, host: str) -> str:
        folder = next((workspace.path for workspace in self._workspaces if workspace.host == host), None)
        if folder is None:
            return self._log.file_name
        separator = "\\" if "\\" in folder else "/"
        return separator.join((folder, "logs", self._log.file_name))

    def _kept(self) -> LocalLog | None:
        """The copy in the object store."""
        places = self._places
        task = places.store.task(self._frame.task_id)
        own = self._frame.uploaded_key
        keys = (ResultKeys.around(own, task) if own else None) or ResultKeys.of(places.prefix, task)
        key = keys.log(self._log.file_name)
        as_kept = replace(self._frame, attempt=self._log.attempt, uploaded_key=key)
        try:
            path = places.fetched.get(as_kept, partial(places.objects.download, key))
            return LocalLog(self._log, path, key)
        except (ObjectNotFound, ObjectPathError):
            return None
        except (ObjectStoreError, NotEnoughSpace) as error:
            self._reasons.append(str(error))
            return None

    def _why(self) -> str:
        author, host = self._author, self._host
        removed = {one.host for one in self._workspaces if one.state is WorkspaceState.REMOVED}
        if host is None:
            by = f" Worker {self._name} wrote it." if self._name else ""
            return f"The log {self._log.file_name} is not on this computer, nor in the object store.{by}"
        if author and not author.alive and not self._reasons:
            seen = datetime.fromtimestamp(author.last_seen_at).strftime("%Y-%m-%d %H:%M")
            return (
                f"The log lies on host {host}, which is offline since {seen}. It can be read when a worker is online "
                "there. UPLOAD_RENDERS=true on the hosts keeps logs in the object store, too."
            )
        if host in removed:
            return f"A clean-up of host {host} removed the log {self._log.file_name}."
        reasons = " ".join(dict.fromkeys(self._reasons)) or "No worker is online there."
        return f"The log lies on host {host}. {reasons}"
