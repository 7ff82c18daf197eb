"""The one door for changes of state: guard, save, roll up, record, announce.

Workers come through the methods of ``Lifecycle``; what a person asks for (``control.py``, ``cleanup.py``) and what is
found about workers (``workers.py``) goes through ``Lifecycle.change``, the same door.
"""

import logging
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from render_manager.domain.audit import Action
from render_manager.domain.entities import Claim, RenderTask, Timing, WorkerProfile, Workspace
from render_manager.domain.errors import BrokerUnavailable
from render_manager.domain.matching import can_serve
from render_manager.domain.notices import Notice, Topic
from render_manager.domain.priority import band_of
from render_manager.domain.states import FINAL, RUNNABLE, FrameStatus, TaskStatus
from render_manager.services.change import TaskChange
from render_manager.services.ports import ChangeBus, TaskStore, TicketQueue

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FarmRules:
    """What the farm is run by; each from the setting of that name or next to it."""

    lease_seconds: float  #: how long a claim is valid without a heartbeat
    alive_within: float  #: seconds without a heartbeat after which a worker counts as offline
    fair_shares: bool = False  #: within a priority the user with the fewest frames rendering comes first


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended: an image that was verified, or what went wrong.

    Attributes:
        took: seconds from the begin to the end of the rendering; None: since it was written down as begun.
        ago: seconds since it ended.
    """

    output_path: str | None = None
    error: str | None = None
    took: float | None = None
    ago: float = 0.0


#: Where the renderer of a frame (number, attempt) writes its log.
LogPath = Callable[[int, int], str]


class Lifecycle:
    """Every change of a task's or frame's state.

    Attributes:
        actor: who acts through this object, for the record: "li@desk-3", "worker node07".
    """

    def __init__(
        self, store: TaskStore, queue: TicketQueue, bus: ChangeBus, rules: FarmRules, *, actor: str = "unknown"
    ) -> None:
        self.store = store
        self.queue = queue
        self.bus = bus
        self.rules = rules
        self.actor = actor

    @contextmanager
    def change(self, task_id: str, action: Action, why: str | None = None) -> Generator[TaskChange]:
        """Lock a task, let the caller change it, roll up, record and save; after commit announce, ring or revoke.

        Raises:
            TaskNotFound: there is no such task.
            StoreUnavailable: the database is away; nothing was changed.
        """
        with self.store.transaction() as tx:
            change = TaskChange(tx, tx.lock_task(task_id), self.actor)
            before = change.task
            yield change
            notices = change.finish(action, why)
        self._after(before, change.task, notices)

    def _after(self, before: RenderTask, task: RenderTask, notices: list[Notice]) -> None:
        self.bus.publish(*notices)
        if task.status is TaskStatus.CANCELLED and before.status is not TaskStatus.CANCELLED and task.celery_task_id:
            self._broker(self.queue.revoke, task.celery_task_id)
        elif task.celery_task_id and task.celery_task_id != before.celery_task_id:
            self._broker(self.queue.ring, task.id, task.priority, task.celery_task_id)
        if task.status is TaskStatus.COMPLETED and before.status is not TaskStatus.COMPLETED:
            for waiting in self.store.dependents(task.id):
                self.ring_for_more(waiting)

    def _broker(self, send: Any, *args: object) -> None:
        try:
            send(*args)
        except BrokerUnavailable as error:
            # The task is safe in the database: idle workers look there by themselves.
            log.warning("%s", error)

    # -- for submissions -----------------------------------------------------------------------------------------

    def add(self, task: RenderTask, numbers: Sequence[int], after: Collection[str] = ()) -> RenderTask:
        """Write a new task with its frames, in the order they are to be handed out, in one transaction; then ring."""
        with self.store.transaction() as tx:
            tx.add_task(task, numbers, after)
            change = TaskChange(tx, tx.lock_task(task.id), self.actor)
            before = change.task
            if tx.may_start(task.id):
                change.new_ticket()
            change.record(Action.SUBMIT, always=True)
            notices = change.finish(Action.SUBMIT)
        self._after(before, change.task, notices)
        return change.task

    # -- for workers ---------------------------------------------------------------------------------------------

    def claim_next(self, worker: WorkerProfile) -> Claim | None:
        """The answer to "what is next for me?", claimed: one frame, under a lease."""
        while True:
            with self.store.transaction() as tx:
                task_id = tx.next_task(worker, fair=self.rules.fair_shares)
                if task_id is None:
                    return None
                change = TaskChange(tx, tx.lock_task(task_id), self.actor)
                before = change.task
                # Waiting for the lock can outlive what made the task the next one; then the question is put again,
                # in a new transaction: this one has the row locked.
                if not self._still_next(change, worker):
                    continue
                claim = self._claim(change, worker)
                if claim is None:
                    continue
                notices = change.finish(Action.CLAIM, attempt=claim.attempt)
            self._after(before, change.task, notices)
            return claim

    def _still_next(self, change: TaskChange, worker: WorkerProfile) -> bool:
        task = change.task
        if task.status not in RUNNABLE or band_of(task.priority) not in worker.bands:
            return False
        return task.max_workers is None or change.tx.next_task(worker, fair=self.rules.fair_shares) == task.id

    def _claim(self, change: TaskChange, worker: WorkerProfile, log_path: LogPath | None = None) -> Claim | None:
        taken = change.take(worker.name, self.rules.lease_seconds, log_path)
        if taken is None:
            return None
        if change.task.started_at is None:
            change.update(started_at=change.tx.now())
        if log_path:
            change.update(status=TaskStatus.RUNNING, activity=None)
        return Claim(change.task, *taken, worker.name)

    def is_next(self, task_id: str, worker: WorkerProfile) -> bool:
        """Whether the task is still what is next for the worker."""
        return self.store.next_task(worker, fair=self.rules.fair_shares) == task_id

    def claim_following(self, task_id: str, worker: WorkerProfile, log_path: LogPath) -> Claim | None:
        """A frame of the task that the worker's renderer stands ready for, if the task is still what is next for the
        worker; it begins at once."""
        with self.store.transaction() as tx:
            change = TaskChange(tx, tx.lock_task(task_id), self.actor)
            before = change.task
            claim = self._following(change, worker, log_path)
            notices = change.finish(Action.CLAIM, attempt=claim and claim.attempt)
        self._after(before, change.task, notices)
        return claim

    def end_and_claim(
        self, claim: Claim, outcome: Outcome, worker: WorkerProfile, log_path: LogPath, *, leave: int = 0
    ) -> tuple[bool, Claim | None]:
        """``end_frame`` and ``claim_following`` of the same task in one transaction. Whether the ended claim held, and
        the new one. With ``leave`` there is none unless more than so many frames are waiting.

        Another task is left to ``claim_next``: two transactions that each hold one of two tasks' rows and want the
        other could wait for each other.
        """
        with self.store.transaction() as tx:
            change = TaskChange(tx, tx.lock_task(claim.task.id), self.actor)
            before = change.task
            held = self._end(change, claim, outcome)
            following = None
            if change.task.counts.pending > leave:
                following = self._following(change, worker, log_path)
            notices = change.finish(Action.CLAIM, attempt=following and following.attempt)
        self._after(before, change.task, notices)
        return held, following

    def _following(self, change: TaskChange, worker: WorkerProfile, log_path: LogPath) -> Claim | None:
        is_next = change.tx.next_task(worker, fair=self.rules.fair_shares) == change.task.id
        return self._claim(change, worker, log_path) if is_next else None

    def end_frame(self, claim: Claim, outcome: Outcome) -> bool:
        """End an attempt. False: the claim no longer holds and the result does not count."""
        with self.change(claim.task.id, Action.COMPLETE) as change:
            waiting = change.task.counts.pending
            held = self._end(change, claim, outcome)
            if change.task.counts.pending > waiting:  # to be tried again
                change.new_ticket()
        return held

    def _end(self, change: TaskChange, claim: Claim, outcome: Outcome) -> bool:
        """Completed, or failed once the attempts are used up, or waiting for the next attempt."""
        source, values = FrameStatus.RENDERING, {"error_message": outcome.error, "output_path": outcome.output_path}
        timing = Timing(outcome.ago, outcome.took)
        if outcome.error is None:
            done = {**values, "progress": 1.0}
            held = change.move(source, FrameStatus.COMPLETED, claim=claim, values=done, timing=timing)
        else:
            last = change.task.max_attempts
            held = change.move(
                source, FrameStatus.FAILED, claim=claim, min_attempts_used=last, values=values, timing=timing
            )
            held = held or change.move(source, FrameStatus.PENDING, claim=claim, values={**values, "progress": 0.0})
        change.record(Action.COMPLETE if outcome.error is None else Action.FAIL, outcome.error, claim.attempt)
        return held == 1

    def ring_for_more(self, task_id: str) -> None:
        """Call the next idle worker if the task has frames left."""
        with self.change(task_id, Action.CLAIM) as change:
            change.new_ticket()

    def pass_on(self, task_id: str, worker: WorkerProfile) -> str | None:
        """A worker that can do nothing for the task took its ticket: ring a free one that can; its name."""
        found = self.store.tasks(ids=[task_id])
        if not found:  # a ticket may outlive its task, or come from another database
            return None
        task = found[0]
        if not task.counts.pending or task.status in FINAL or can_serve(task, worker):
            return None
        avoided = self.store.avoided_hosts([task.id]).get(task.id, {})
        for other in self.store.workers(self.rules.alive_within):
            if other.free and other.profile.host not in avoided and can_serve(task, other.profile):
                self._broker(self.queue.ring_worker, other.profile.name, task.id)
                return other.profile.name
        return None

    def frame_started(self, claim: Claim, log_path: str) -> bool:
        """A renderer begins the frame: the task is running now. False: the claim no longer holds."""
        with self.change(claim.task.id, Action.START) as change:
            held = change.tx.update_claimed(claim, started_at=change.tx.now(), log_path=log_path)
            if held and change.task.status is TaskStatus.PREPARING:
                change.update(status=TaskStatus.RUNNING, activity=None)
        self.bus.publish(Notice(Topic.FRAMES, claim.task.id, (claim.frame_number,)))
        return held

    def frame_progress(self, claim: Claim, progress: float) -> bool:
        """The frame is ``progress`` (0–1) done. False: the claim no longer holds."""
        with self.store.transaction() as tx:
            held = tx.update_claimed(claim, progress=min(max(progress, 0.0), 1.0))
        self.bus.publish(Notice(Topic.FRAMES, claim.task.id, (claim.frame_number,)))
        return held

    def frame_returned(self, claim: Claim) -> bool:
        """Hand the frame back unrendered: another attempt will take it."""
        values: dict[str, object] = {"progress": 0.0, "worker": None}
        with self.change(claim.task.id, Action.GIVE_BACK) as change:
            held = change.move(FrameStatus.RENDERING, FrameStatus.PENDING, claim=claim, values=values, uncounted=True)
            if held:
                change.new_ticket()
        return held == 1

    def preparation_failed(
        self, claim: Claim, message: str, *, on_host: str | None = None, log_path: str | None = None
    ) -> None:
        """The project can't be rendered: the waiting frames fail with it, and the task says why.

        Args:
            on_host: the fault is this host's (disk full, renderer too old). As long as another online worker could
                do better, the host is avoided and the frame handed back instead.
            log_path: what the renderer said, where it came so far.
        """
        values: dict[str, object] = {"error_message": message, "log_path": log_path}
        with self.change(claim.task.id, Action.PREPARE, message) as change:
            if on_host is not None and self._another_worker_for(change.task, on_host):
                if change.move(FrameStatus.RENDERING, FrameStatus.PENDING, claim=claim, values=values, uncounted=True):
                    change.tx.avoid_host(claim.task.id, on_host, message)
                    change.new_ticket()
                return
            if change.move(FrameStatus.RENDERING, FrameStatus.FAILED, claim=claim, values=values):
                change.move(FrameStatus.PENDING, FrameStatus.FAILED, values=values)
                change.update(error_message=message)

    def _another_worker_for(self, task: RenderTask, host: str) -> bool:
        avoided = {host, *self.store.avoided_hosts([task.id]).get(task.id, ())}
        return any(
            worker.alive and worker.enabled and worker.profile.host not in avoided and can_serve(task, worker.profile)
            for worker in self.store.workers(self.rules.alive_within)
        )

    def set_activity(self, task_id: str, activity: str | None) -> None:
        """Say what is going on with the task, for people: "Downloading 34 %". A settled task has nothing going on."""
        with self.change(task_id, Action.PREPARE) as change:
            if change.task.status not in FINAL:
                change.update(activity=activity)

    def workspace_ready(self, workspace: Workspace) -> None:
        with self.change(workspace.task_id, Action.PREPARE) as change:
            change.tx.save_workspace(workspace)
            change.update(workspace_dir=workspace.path)

    def take_back(self, change: TaskChange, **lost: Any) -> int:
        """Frames of lost workers wait again, or fail once their attempts are used up: one may be what kills them."""
        message = f"The worker was lost while rendering; tried {change.task.max_attempts} times."
        failed = change.move(
            FrameStatus.RENDERING,
            FrameStatus.FAILED,
            min_attempts_used=change.task.max_attempts,
            values={"error_message": message},
            **lost,
        )
        waiting = change.move(
            FrameStatus.RENDERING, FrameStatus.PENDING, values={"progress": 0.0, "worker": None}, **lost
        )
        if not change.task.counts.rendering:
            change.update(activity=None)  # nobody is at it any more
        change.new_ticket()
        return failed + waiting
