"""What the services need of the outside, as Protocols; store, messaging and storage fit them."""

from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from render_manager.domain.entities import (
    Claim,
    ObjectInfo,
    RenderFrame,
    RenderTask,
    WorkerProfile,
    WorkerStatus,
    Workspace,
    WorkspaceState,
)
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.notices import Notice
from render_manager.domain.states import FrameStatus, TaskStatus

#: Told bytes done and bytes in all (None: unknown); raising from it stops the transfer.
Progress = Callable[[int, int | None], None]


class StoreTransaction(Protocol):
    """One database transaction. The task's row is locked before its frames are touched, always in this order, so
    that two transactions can't wait for each other."""

    def now(self) -> float: ...

    def add_task(self, task: RenderTask, frames: FrameRange) -> None: ...

    def lock_task(self, task_id: str) -> RenderTask:
        """Raises TaskNotFound."""
        ...

    def lock_next_task(self, worker: WorkerProfile) -> RenderTask | None:
        """The runnable task with pending frames that the worker should serve next: highest priority, then first
        submitted, of its bands and engines."""
        ...

    def take_frame(self, task_id: str, worker: str, lease_seconds: float) -> tuple[int, int] | None:
        """Move the next pending frame to rendering under a lease; its number and new attempt."""
        ...

    def move_frames(
        self,
        task_id: str,
        source: FrameStatus,
        target: FrameStatus,
        *,
        numbers: FrameRange | None = None,
        claim: Claim | None = None,
        lease_expired: bool = False,
        worker: str | None = None,
        min_attempts_used: int | None = None,
        uncounted: bool = False,
        values: dict[str, object] | None = None,
    ) -> int:
        """Guarded: only frames in ``source`` that meet every condition given move; how many did.

        ``uncounted``: the attempt does not count against the limit.
        """
        ...

    def update_claimed(self, claim: Claim, **values: object) -> bool:
        """Change columns of a frame if the claim still holds; whether it did."""
        ...

    def save_task(self, task: RenderTask) -> None:
        """Write status, counts, times, messages, ticket, workspace and priority of a locked task."""
        ...

    def tasks_with_expired_leases(self) -> list[str]: ...

    def tasks_claimed_by(self, worker: str) -> list[str]: ...

    def renew_lease(self, claim: Claim, lease_seconds: float) -> None:
        """Does nothing if the claim no longer holds."""
        ...

    def save_worker(
        self,
        profile: WorkerProfile,
        *,
        task_id: str | None,
        frame_number: int | None,
        cpu_percent: float | None,
        memory_percent: float | None,
        disk_free: int | None,
    ) -> None: ...

    def avoid_host(self, task_id: str, host: str, reason: str) -> None: ...

    def forget_avoided_hosts(self, task_id: str) -> None: ...

    def remove_worker(self, name: str) -> None: ...

    def save_workspace(self, workspace: Workspace) -> None: ...

    def withdraw_cleanups(self, task_id: str) -> None:
        """Workspaces of the task that were to be removed stay."""
        ...


class TaskStore(Protocol):
    """The one truth: tasks, frames, workers, workspaces. Every method raises StoreUnavailable when the database is
    away."""

    def transaction(self) -> AbstractContextManager[StoreTransaction]: ...

    def task(self, task_id: str) -> RenderTask:
        """The task whose id is, or alone begins with, ``task_id``. Raises TaskNotFound."""
        ...

    def tasks(
        self,
        *,
        statuses: Collection[TaskStatus] = (),
        unionid: str | None = None,
        ids: Collection[str] = (),
        finished_before: float | None = None,
        limit: int | None = None,
    ) -> list[RenderTask]:
        """Newest first. An empty ``statuses`` or ``ids`` does not narrow."""
        ...

    def frames(
        self,
        task_id: str,
        *,
        numbers: FrameRange | None = None,
        statuses: Collection[FrameStatus] = (),
        first: int = 0,
        limit: int | None = None,
    ) -> list[RenderFrame]:
        """By frame number; ``first`` and ``limit`` cut a page of them."""
        ...

    def claim_holds(self, claim: Claim) -> bool: ...

    def has_work_for(self, worker: WorkerProfile) -> str | None:
        """The id of a task the worker could take a frame of now."""
        ...

    def workers(self, alive_within: float) -> list[WorkerStatus]: ...

    def avoided_hosts(self, task_ids: Collection[str]) -> dict[str, dict[str, str]]:
        """Of those tasks that have any: the hosts that get no frame of it, each with the reason."""
        ...

    def workspaces(
        self,
        *,
        task_ids: Collection[str] = (),
        host: str | None = None,
        states: Collection[WorkspaceState] = (),
    ) -> list[Workspace]: ...

    def now(self) -> float: ...


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
        """Take a ticket back if nobody has taken it. Raises BrokerUnavailable."""
        ...


class ChangeBus(Protocol):
    """Carries notices from whoever changed something to whoever watches."""

    def publish(self, *notices: Notice) -> None:
        """Never raises: a notice is a hint."""
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

    def presign(self, key: str, expires_seconds: int = 3600) -> str:
        """A URL that reads the object without credentials until it expires."""
        ...

    def close(self) -> None:
        """Let go of connections; the next call makes new ones."""
        ...

    @property
    def bucket(self) -> str | None:
        """The configured bucket; None where there is none (a local folder takes any)."""
        ...


class LocalWorkers(Protocol):
    """Worker processes of this machine that the program itself started."""

    def start(self) -> str:
        """Start one more worker; its name. Raises LocalFarmError."""
        ...

    def stop(self) -> None:
        """Stop all of them; what they were rendering is handed back."""
        ...

    def running(self) -> int:
        """How many live now."""
        ...
