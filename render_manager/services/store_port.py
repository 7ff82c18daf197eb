"""What the services need of the database, as Protocols; ``SqlTaskStore`` fits them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from render_manager.domain.audit import Action, AuditEntry
from render_manager.domain.entities import (
    AvoidedHost,
    Claim,
    HostLoad,
    RenderFrame,
    RenderTask,
    WorkerOrders,
    WorkerProfile,
    WorkerStatus,
    Workspace,
    WorkspaceState,
)
from render_manager.domain.frame_lists import FrameSort, FrameStates
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.domain.task_search import TaskOrder, TaskSearch, TaskTally


class StoreTransaction(Protocol):
    """One database transaction. The task's row is locked before its frames are touched, always in this order, so
    that two transactions can't wait for each other."""

    def now(self) -> float: ...

    # -- tasks and frames

    def add_task(self, task: RenderTask, numbers: Sequence[int], after: Collection[str] = ()) -> None:
        """Write a task and its frames, ``numbers`` in the order in which they are to be handed out. ``after``: tasks
        that must be completed first. Raises TaskNotFound if one of these does not exist."""
        ...

    def lock_task(self, task_id: str) -> RenderTask:
        """Raises TaskNotFound."""
        ...

    def next_task(self, worker: WorkerProfile, *, fair: bool = False) -> str | None:
        """The runnable task with pending frames that the worker should serve next: highest priority, then first
        submitted, of those it can run. ``fair``: within a priority the users who have the fewest frames rendering
        come first."""
        ...

    def may_start(self, task_id: str) -> bool:
        """Whether every task that this one is after is completed."""
        ...

    def take_frames(
        self,
        task_id: str,
        worker: str,
        lease_seconds: float,
        count: int = 1,
        log_path: Callable[[int, int], str] | None = None,
    ) -> list[tuple[int, int]]:
        """Move the next pending frames, ``count`` at most, to rendering under a lease; their numbers and new attempts.
        Frames that were never lost or failed come first. ``log_path``: the renderer stands ready and writes its logs
        there."""
        ...

    def complete_frames(self, task_id: str, done: Sequence[tuple[Claim, Mapping[str, object]]]) -> list[Claim]:
        """Move the frames whose claims hold to completed, each with columns of its own (see ``move_frames``); which
        did."""
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
        In ``values``, ``ago`` and ``took`` are seconds since it was finished and of rendering, as clocks differ.
        """
        ...

    def update_claimed(self, claim: Claim, **values: object) -> bool:
        """Change columns of a frame if the claim still holds; whether it did."""
        ...

    def save_task(self, task: RenderTask) -> None:
        """Write status, counts, times, messages, ticket, workspace and priority of a locked task."""
        ...

    def set_uploaded(self, task_id: str, number: int, key: str | None, *, attempt: int | None = None) -> bool:
        """Say where a completed frame's image is in the object store, or that it is not there; ``attempt``: if it is
        of that one. Whether it was so."""
        ...

    def tasks_with_expired_leases(self) -> list[str]: ...

    def tasks_claimed_by(self, worker: str) -> list[str]: ...

    def renew_lease(self, claim: Claim, lease_seconds: float) -> None:
        """Does nothing if the claim no longer holds."""
        ...

    def avoid_host(self, task_id: str, host: str, reason: str, seconds: float | None = None) -> None:
        """The host gets no frame of the task for so long; None: until a person asks for it again."""
        ...

    def last_actions(
        self, task_id: str, actors: Collection[str], actions: Collection[Action], count: int
    ) -> list[Action]:
        """Of the record about the task: which of these actions these actors took last, the latest first."""
        ...

    def forget_avoided_hosts(self, task_id: str) -> None: ...

    def forget_dependencies(self, task_id: str) -> int:
        """The task waits for no other any longer; for how many it did."""
        ...

    # -- workers and workspaces

    def register_worker(self, profile: WorkerProfile, *, alive_within: float, dead: str | None = None) -> bool:
        """Write the row of a worker that starts, unless a live one has its name; whether it was written. A live one
        was heard of within ``alive_within`` seconds, has not signed off, and is not the instance ``dead``. What
        people want of the worker of that name (enabled or not) is kept."""
        ...

    def beat_worker(self, profile: WorkerProfile, load: HostLoad) -> WorkerOrders | None:
        """The worker lives; what people want of it. None: its row is gone or belongs to a later instance."""
        ...

    def sign_off(self, profile: WorkerProfile) -> bool:
        """The worker has left: its row stays and says so; a local worker's row goes. False: its name is another's."""
        ...

    def order_worker(self, name: str, *, enabled: bool | None = None, draining: bool | None = None) -> bool:
        """What people want of it from now on; False: there is no such worker."""
        ...

    def remove_worker(self, name: str) -> bool: ...

    def save_workspace(self, workspace: Workspace) -> None: ...

    def withdraw_cleanups(self, task_id: str) -> int:
        """Workspaces of the task that were to be removed stay; how many."""
        ...

    # -- housekeeping

    def take_turn(self, duty: str, *, every: float, grace: float | None = None) -> bool:
        """Whether the caller is the one to do this now: at most one worker of the farm in ``every`` seconds. With
        ``grace``: after nobody could ask for so many seconds, everybody first waits twice ``every``."""
        ...

    def record(self, entries: Sequence[AuditEntry]) -> None: ...

    def trim_audit(self, *, keep_per_task: int, keep_days: float) -> int:
        """Forget the oldest entries beyond these bounds; how many."""
        ...


class TaskStore(Protocol):
    """The one truth: tasks, frames, workers, workspaces. Every method raises StoreUnavailable when the database is
    away."""

    def transaction(self) -> AbstractContextManager[StoreTransaction]:
        """Raises StoreOfAnotherVersion: the database was upgraded under this program, which must not write any more."""
        ...

    def check_version(self) -> None:
        """Raises StoreOfAnotherVersion: see above."""
        ...

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
        finished_since: float | None = None,
        limit: int | None = None,
    ) -> list[RenderTask]:
        """Newest first. An empty ``statuses`` or ``ids`` does not narrow."""
        ...

    def task_ids(
        self, search: TaskSearch, order: TaskOrder, *, descending: bool = False, limit: int | None = None
    ) -> list[str]:
        """The ids of all tasks found, in that order; of equals the newest first."""
        ...

    def waiting(self) -> Mapping[int, int]:
        """How many frames of runnable tasks wait, by priority."""
        ...

    def tally(self, search: TaskSearch) -> TaskTally: ...

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

    def frame_states(self, task_id: str) -> FrameStates:
        """The status of every frame of a task, however many they are."""
        ...

    def frame_numbers(self, task_id: str, by: FrameSort, *, descending: bool = False) -> Sequence[int]:
        """Of every frame of a task in that order; of equals the lowest first, and those without a value last."""
        ...

    def frames_before(self, task_id: str, number: int) -> int:
        """How many waiting frames of the task are handed out before this one."""
        ...

    def not_uploaded(self, task_id: str) -> list[RenderFrame]:
        """Completed frames whose images are not in the object store, by frame number."""
        ...

    def lost(self, claims: Sequence[Claim]) -> list[Claim]:
        """Those of one worker's claims that no longer hold."""
        ...

    def next_task(self, worker: WorkerProfile, *, fair: bool = False) -> str | None:
        """See StoreTransaction."""
        ...

    def next_tasks(self, worker: WorkerProfile, limit: int, *, fair: bool = False) -> list[tuple[str, int]]:
        """Id and priority of the tasks that ``next_task`` would name one after the other as things are, ``limit`` at
        most."""
        ...

    def workers(self, alive_within: float) -> list[WorkerStatus]: ...

    def claimed_by(self, worker: str) -> int:
        """How many frames the worker has."""
        ...

    def worker_instance(self, name: str) -> tuple[str, int, str] | None:
        """Host, process id and instance of the last worker of that name."""
        ...

    def dependencies(self, task_ids: Collection[str]) -> Mapping[str, Sequence[RenderTask]]:
        """Of those tasks that have any: the tasks each waits for."""
        ...

    def dependents(self, task_id: str) -> list[str]:
        """The tasks that wait for this one."""
        ...

    def history(
        self, task_id: str | None = None, *, worker: str | None = None, frame: int | None = None, limit: int = 200
    ) -> list[AuditEntry]:
        """What happened, newest first: to a task (what is, or may be, about one of its frames), to a worker, or to
        all."""
        ...

    def durations(self, task_ids: Collection[str], sample: int) -> dict[str, list[float]]:
        """Of those tasks that have completed frames: the seconds that the last ones took, ``sample`` at most."""
        ...

    def crews(self, task_ids: Collection[str]) -> dict[str, int]:
        """Of those tasks that have any: how many workers are at it."""
        ...

    def avoided_hosts(self, task_ids: Collection[str]) -> dict[str, dict[str, AvoidedHost]]:
        """Of those tasks that have any: the hosts that get no frame of it now."""
        ...

    def workspaces(
        self,
        *,
        task_ids: Collection[str] = (),
        host: str | None = None,
        states: Collection[WorkspaceState] = (),
        on_disk: bool = False,
    ) -> list[Workspace]:
        """``on_disk``: only those of which something is left."""
        ...

    def now(self) -> float: ...
