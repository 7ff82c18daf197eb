"""What the services need of the outside but for the database (``store_port.py``), as Protocols; messaging, storage and
the doctor fit them."""

from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import Protocol

from render_manager.domain.checkup import Checkup, Finding, Group
from render_manager.domain.entities import (
    ObjectInfo,
    WorkerProfile,
)
from render_manager.domain.logs import LogId, LogPart
from render_manager.domain.notices import Notice
from render_manager.domain.object_listing import LARGEST_PAGE, ObjectPage

#: Told bytes done and bytes in all (None: unknown); raising from it stops the transfer.
Progress = Callable[[int, int | None], None]


class TicketQueue(Protocol):
    """Rings for workers. A lost or doubled ring does no harm."""

    def ring(self, task_id: str, priority: int, ticket: str) -> None:
        """Put a ticket for the task, with this id, into the queue of its priority. Raises BrokerUnavailable."""
        ...

    def ring_worker(self, worker: str, task_id: str) -> None:
        """Put a ticket into one worker's own queue. Raises BrokerUnavailable."""
        ...

    def ring_host(self, host: str) -> None:
        """Tell a host that a clean-up is asked of it. Raises BrokerUnavailable."""
        ...

    def revoke(self, ticket: str) -> None:
        """Take a ticket back if nobody has taken it, as far as that can be done. Never waits for the broker."""
        ...


class ChangeBus(Protocol):
    """Carries notices from whoever changed something to whoever watches."""

    def publish(self, *notices: Notice) -> None:
        """Never raises: a notice is a hint."""
        ...

    def check(self) -> None:
        """Ask the broker for a sign of life. Raises BrokerUnavailable."""
        ...

    def listen(self) -> AsyncGenerator[Sequence[Notice]]:
        """Batches of notices, for ever; an empty batch says that the connection is new and anything may have
        changed. Raises BrokerUnavailable when the connection breaks."""
        ...


class ObjectStore(Protocol):
    """Where projects come from: Alibaba Cloud OSS or a local folder.

    Every method raises ObjectNotFound or ObjectStoreError, and ObjectPathError for a key that no store may have.
    """

    def stat(self, key: str) -> ObjectInfo: ...

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]: ...

    def download(self, key: str, target: Path, progress: Progress | None = None) -> ObjectInfo:
        """Write the object to ``target`` atomically: it is there whole or not at all."""
        ...

    def upload(self, source: Path, key: str, progress: Progress | None = None) -> ObjectInfo: ...

    def delete(self, key: str) -> None: ...

    def close(self) -> None:
        """Let go of connections; the next call makes new ones."""
        ...

    @property
    def bucket(self) -> str | None:
        """The configured bucket; None where there is none (a local folder takes any)."""
        ...


class RemoteLogs(Protocol):
    """Logs on the disks of other hosts, read by the workers there."""

    def read(self, worker: WorkerProfile, log: LogId, start: int, limit: int) -> LogPart:
        """At most ``limit`` bytes from ``start`` on, and never more than PORTION.

        Raises:
            LogUnavailable: the worker does not have it, or does not answer in time.
            BrokerUnavailable: it can't be asked.
        """
        ...


class ObjectBrowser(Protocol):
    """The object store as people walk through it."""

    def page(self, folder: str, following: str = "", *, limit: int = LARGEST_PAGE) -> ObjectPage:
        """What is directly in the folder ("" or a prefix with its slash), at most so many entries: one request,
        however many objects there are. A folder that nothing is in is no error.

        Raises ObjectStoreError, or ObjectPathError for what can't be a folder.
        """
        ...

    @property
    def bucket(self) -> str | None:
        """See ObjectStore."""
        ...


class LocalWorkers(Protocol):
    """Worker processes of this machine that the program itself started."""

    def start(self, *, stay: bool = False) -> str:
        """Start one more worker; its name. ``stay``: it outlives this program. Raises LocalFarmError."""
        ...

    def stop(self) -> None:
        """Stop all of them, those that an earlier program left running too; what they render is handed back."""
        ...

    def let_go(self) -> int:
        """Let all of them go on when this program ends; the next one on this machine finds them. How many."""
        ...

    def running(self) -> int:
        """How many live now."""
        ...


class Doctor(Protocol):
    """Looks at settings, servers, disks, renderers and the farm, also where the program itself can't open."""

    def examine(
        self,
        on_finding: Callable[[Finding], None] = ...,
        groups: Collection[Group] = (),
        stopped: Event | None = None,
    ) -> Checkup:
        """Takes seconds, and up to a minute where servers hang: to be asked in a thread. ``on_finding`` is called in
        that thread for each finding as it comes, in the order of the report; what it raises ends the examination.
        Empty ``groups`` do not narrow. Raises CheckupStopped, within a second of ``stopped`` being set, and nothing
        else by itself."""
        ...

    def trial_frame(self, engine: str, project: Path | None = None, stopped: Event | None = None) -> Finding:
        """Render one small test frame with the installed renderer and check its image; may take minutes. ``project``:
        of which frame 1 is rendered, where none comes with the program (Unreal). What went wrong is in the finding,
        ``renderers.<engine>.test-frame``. Raises CheckupStopped, within two seconds of ``stopped`` being set, when the
        renderer and all it started have ended; and nothing else."""
        ...

    def bundle(self, path: Path, checkup: Checkup) -> None:
        """Write a zip for support: the report, settings, versions, last lines of logs, the last entries of the
        record, and no secrets. Raises RenderManagerError where it can't be written."""
        ...
