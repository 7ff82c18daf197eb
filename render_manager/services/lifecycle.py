"""The one door for changes of state: guard, save, roll up, announce.

Workers come through the methods of ``Lifecycle``; what a person asks for (``control.py``, ``cleanup.py``) goes through
``Lifecycle.change``, the same door.
"""

import logging
import uuid
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from render_manager.domain.entities import Claim, RenderTask, WorkerProfile, Workspace
from render_manager.domain.errors import BrokerUnavailable
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.notices import Notice, Topic
from render_manager.domain.priority import band_of
from render_manager.domain.states import FINAL, RUNNABLE, FrameStatus, TaskStatus, roll_up
from render_manager.services.ports import ChangeBus, StoreTransaction, TaskStore, TicketQueue

log = logging.getLogger(__name__)

#: A notice names frames one by one up to this many; beyond it means "any of the task's".
FRAMES_IN_NOTICE = 100


class TaskChange:
    """A locked task within a transaction, with its frames' moves counted as they are made."""

    def __init__(self, tx: StoreTransaction, task: RenderTask) -> None:
        self.tx = tx
        self.task = task
        self.frames_moved = 0
        self._numbers: set[int] = set()
        self._numbers_known = True

    def move(
        self,
        source: FrameStatus,
        target: FrameStatus,
        *,
        numbers: FrameRange | None = None,
        claim: Claim | None = None,
        **how: Any,
    ) -> int:
        """Move the frames that meet the guard (see StoreTransaction.move_frames); how many did."""
        count = self.tx.move_frames(self.task.id, source, target, numbers=numbers, claim=claim, **how)
        self.count_moved(source, target, count, [claim.frame_number] if claim else numbers)
        return count

    def count_moved(
        self, source: FrameStatus, target: FrameStatus, count: int, numbers: FrameRange | list[int] | None
    ) -> None:
        if not count:
            return
        self.task = replace(self.task, counts=self.task.counts.moved(source, target, count))
        self.frames_moved += count
        if numbers is None or len(numbers) > FRAMES_IN_NOTICE:
            self._numbers_known = False
        else:
            self._numbers.update(numbers)

    def update(self, **fields: Any) -> None:
        """Set fields of the task itself."""
        self.task = replace(self.task, **fields)

    def new_ticket(self) -> None:
        """Give the task a ticket id if a worker could take a frame of it; ``Lifecycle.change`` rings after commit."""
        if self.task.status in RUNNABLE and self.task.counts.pending:
            self.update(celery_task_id=str(uuid.uuid4()))

    def finish(self, before: RenderTask) -> list[Notice]:
        """Roll up, save; what to announce."""
        self.update(status=roll_up(self.task.status, self.task.counts))
        if self.task.status in FINAL and before.status not in FINAL:
            self.update(activity=None)
        if self.task == before and not self.frames_moved:
            return []
        self.tx.save_task(self.task)
        if not self.frames_moved:
            return [Notice(Topic.TASK, self.task.id)]
        numbers = tuple(sorted(self._numbers)) if self._numbers_known else None
        return [Notice(Topic.FRAMES, self.task.id, numbers)]


class Lifecycle:
    """Every change of a task's or frame's state.

    Args:
        lease_seconds: how long a claim is valid without a heartbeat.
        max_attempts: how often a frame is tried when its worker is lost.
        alive_within: seconds without a heartbeat after which a worker counts as offline.
    """

    def __init__(
        self,
        store: TaskStore,
        queue: TicketQueue,
        bus: ChangeBus,
        *,
        lease_seconds: float,
        max_attempts: int,
        alive_within: float,
    ) -> None:
        self.store = store
        self.queue = queue
        self.bus = bus
        self.lease_seconds = lease_seconds
        self.max_attempts = max_attempts
        self.alive_within = alive_within

    @contextmanager
    def change(self, task_id: str) -> Generator[TaskChange]:
        """Lock a task, let the caller change it, roll up and save; after commit announce, ring or revoke.

        Raises:
            TaskNotFound: there is no such task.
            StoreUnavailable: the database is away; nothing was changed.
        """
        with self.store.transaction() as tx:
            change = TaskChange(tx, tx.lock_task(task_id))
            before = change.task
            yield change
            notices = change.finish(before)
        self._after(before, change.task, notices)

    def _after(self, before: RenderTask, task: RenderTask, notices: list[Notice]) -> None:
        self.bus.publish(*notices)
        if task.status is TaskStatus.CANCELLED and before.status is not TaskStatus.CANCELLED and task.celery_task_id:
            self._broker(self.queue.revoke, task.celery_task_id)
        elif task.celery_task_id and task.celery_task_id != before.celery_task_id:
            self._broker(self.queue.ring, task.id, task.priority, task.celery_task_id)

    def _broker(self, send: Any, *args: object) -> None:
        try:
            send(*args)
        except BrokerUnavailable as error:
            # The task is safe in the database: idle workers look there by themselves.
            log.warning("%s", error)

    # -- for submissions -----------------------------------------------------------------------------------------

    def add(self, task: RenderTask, frames: FrameRange) -> RenderTask:
        """Write a new task with its frames in one transaction, then ring."""
        with self.store.transaction() as tx:
            tx.add_task(task, frames)
            change = TaskChange(tx, tx.lock_task(task.id))
            before = change.task
            change.new_ticket()
            notices = change.finish(before)
        self._after(before, change.task, notices)
        return change.task

    # -- for workers ---------------------------------------------------------------------------------------------

    def claim_next(self, worker: WorkerProfile) -> Claim | None:
        """The answer to "what is next for me?", claimed: one frame, under a lease."""
        with self.store.transaction() as tx:
            task = tx.lock_next_task(worker)
            taken = task and tx.take_frame(task.id, worker.name, self.lease_seconds)
            if task is None or taken is None:
                return None
            number, attempt = taken
            change = TaskChange(tx, task)
            change.count_moved(FrameStatus.PENDING, FrameStatus.RENDERING, 1, [number])
            if task.started_at is None:
                change.update(started_at=tx.now())
            notices = change.finish(task)
        self.bus.publish(*notices)
        return Claim(change.task, number, attempt, worker.name)

    def ring_for_more(self, task_id: str) -> None:
        """Call the next idle worker if the task has frames left."""
        with self.change(task_id) as change:
            change.new_ticket()

    def frame_started(self, claim: Claim, log_path: str) -> bool:
        """A renderer begins the frame: the task is running now. False: the claim no longer holds."""
        with self.change(claim.task.id) as change:
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

    def frame_completed(self, claim: Claim, output_path: str) -> bool:
        """The image exists and was read. False: the claim no longer holds and the result does not count."""
        return self._end_frame(
            claim, FrameStatus.COMPLETED, {"output_path": output_path, "progress": 1.0, "error_message": None}
        )

    def frame_failed(self, claim: Claim, message: str, output_path: str | None = None) -> bool:
        return self._end_frame(claim, FrameStatus.FAILED, {"error_message": message, "output_path": output_path})

    def frame_returned(self, claim: Claim) -> bool:
        """Hand the frame back unrendered: another attempt will take it."""
        values: dict[str, object] = {"progress": 0.0, "worker": None}
        with self.change(claim.task.id) as change:
            held = change.move(FrameStatus.RENDERING, FrameStatus.PENDING, claim=claim, values=values, uncounted=True)
            if held:
                change.new_ticket()
        return held == 1

    def _end_frame(self, claim: Claim, target: FrameStatus, values: dict[str, object]) -> bool:
        with self.change(claim.task.id) as change:
            return change.move(FrameStatus.RENDERING, target, claim=claim, values=values) == 1

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
        with self.change(claim.task.id) as change:
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
            worker.alive
            and worker.profile.host not in avoided
            and task.render_engine in worker.profile.engines
            and band_of(task.priority) in worker.profile.bands
            for worker in self.store.workers(self.alive_within)
        )

    def set_activity(self, task_id: str, activity: str | None) -> None:
        """Say what is going on with the task, for people: "Downloading 34 %". A settled task has nothing going on."""
        with self.change(task_id) as change:
            if change.task.status not in FINAL:
                change.update(activity=activity)

    def workspace_ready(self, workspace: Workspace) -> None:
        with self.change(workspace.task_id) as change:
            change.tx.save_workspace(workspace)
            change.update(workspace_dir=workspace.path)

    # -- for the heartbeat ---------------------------------------------------------------------------------------

    def beat(
        self,
        worker: WorkerProfile,
        claims: Sequence[Claim] = (),
        *,
        cpu_percent: float | None = None,
        memory_percent: float | None = None,
        disk_free: int | None = None,
    ) -> None:
        """Say that a worker lives, and renew the leases of what it is working on.

        Only of that: a claim that a worker of this name lost track of must come to its end.
        """
        current = claims[0] if claims else None
        with self.store.transaction() as tx:
            tx.save_worker(
                worker,
                task_id=current.task.id if current else None,
                frame_number=current.frame_number if current else None,
                cpu_percent=cpu_percent,
                memory_percent=memory_percent,
                disk_free=disk_free,
            )
        for claim in claims:
            # One by one: two frames locked without their task's row could wait for each other with a cancel.
            with self.store.transaction() as tx:
                tx.renew_lease(claim, self.lease_seconds)
        self.bus.publish(Notice(Topic.WORKERS))

    def sweep(self) -> int:
        """Return the frames that lost workers left: to pending, or to failed once their attempts are used up."""
        with self.store.transaction() as tx:
            task_ids = tx.tasks_with_expired_leases()
        swept = 0
        for task_id in task_ids:
            with self.change(task_id) as change:
                swept += self._return_lost(change, lease_expired=True)
        return swept

    def _return_lost(self, change: TaskChange, **lost: Any) -> int:
        """Frames of lost workers wait again, or fail once their attempts are used up: one may be what kills them."""
        message = f"The worker was lost while rendering; tried {self.max_attempts} times."
        failed = change.move(
            FrameStatus.RENDERING,
            FrameStatus.FAILED,
            min_attempts_used=self.max_attempts,
            values={"error_message": message},
            **lost,
        )
        waiting = change.move(
            FrameStatus.RENDERING, FrameStatus.PENDING, values={"progress": 0.0, "worker": None}, **lost
        )
        change.new_ticket()
        return failed + waiting

    def release_worker(self, name: str) -> None:
        """A worker is gone for good: hand back at once what it had claimed, without waiting for the lease's end."""
        with self.store.transaction() as tx:
            task_ids = tx.tasks_claimed_by(name)
            tx.remove_worker(name)
        for task_id in task_ids:
            with self.change(task_id) as change:
                self._return_lost(change, worker=name)
        self.bus.publish(Notice(Topic.WORKERS))
