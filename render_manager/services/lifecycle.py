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
from render_manager.domain.entities import Claim, RenderFrame, RenderTask, WorkerProfile, Workspace
from render_manager.domain.errors import BrokerUnavailable
from render_manager.domain.failures import FailureClass
from render_manager.domain.matching import can_serve
from render_manager.domain.notices import Notice, Topic
from render_manager.domain.priority import band_of
from render_manager.domain.states import FINAL, RUNNABLE, FrameStatus, TaskStatus
from render_manager.services.change import TaskChange
from render_manager.services.endings import Endings, Outcome, attempt_of
from render_manager.services.ports import ChangeBus, TicketQueue
from render_manager.services.store_port import TaskStore

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FarmRules:
    """What the farm is run by; each from the setting of that name or next to it."""

    lease_seconds: float  #: how long a claim is valid without a heartbeat
    alive_within: float  #: seconds without a heartbeat after which a worker counts as offline
    fair_shares: bool = False  #: within a priority the user with the fewest frames rendering comes first


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
        self._endings = Endings(store, rules.alive_within)

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
            self.queue.revoke(task.celery_task_id)
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
            if not after or tx.may_start(task.id):
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
                claims = self._claim(change, worker)
                if not claims:
                    continue
                notices = change.finish(Action.CLAIM, attempt=claims[0].attempt)
            self._after(before, change.task, notices)
            return claims[0]

    def _still_next(self, change: TaskChange, worker: WorkerProfile) -> bool:
        task = change.task
        if task.status not in RUNNABLE or band_of(task.priority) not in worker.bands:
            return False
        return task.max_workers is None or change.tx.next_task(worker, fair=self.rules.fair_shares) == task.id

    def _claim(
        self, change: TaskChange, worker: WorkerProfile, count: int = 1, log_path: LogPath | None = None
    ) -> list[Claim]:
        taken = change.take(worker.name, self.rules.lease_seconds, count, log_path)
        if taken and change.task.started_at is None:
            change.update(started_at=change.tx.now())
        if taken and log_path:
            change.update(status=TaskStatus.RUNNING, activity=None)
        return [Claim(change.task, number, attempt, worker.name) for number, attempt in taken]

    def is_next(self, task_id: str, worker: WorkerProfile) -> bool:
        """Whether the task is still what is next for the worker."""
        return self.store.next_task(worker, fair=self.rules.fair_shares) == task_id

    def claim_following(self, task_id: str, worker: WorkerProfile, log_path: LogPath, count: int = 1) -> list[Claim]:
        """Frames of the task that the worker's renderer stands ready for, ``count`` at most, if the task is still what
        is next for the worker; the first one begins at once."""
        return self.end_and_claim(task_id, (), worker, log_path, count=count)[1]

    def end_and_claim(
        self,
        task_id: str,
        ended: Sequence[tuple[Claim, Outcome]],
        worker: WorkerProfile,
        log_path: LogPath,
        *,
        count: int = 1,
        leave: int = 0,
    ) -> tuple[int, list[Claim]]:
        """``end_frame`` of each and ``claim_following`` in one transaction. How many of the ended claims held, and the
        new ones; so many frames are left for others to claim.

        Another task is left to ``claim_next``: two transactions that each hold one of two tasks' rows and want the
        other could wait for each other.
        """
        with self.store.transaction() as tx:
            change = TaskChange(tx, tx.lock_task(task_id), self.actor)
            before = change.task
            held = self._endings.end(change, ended)
            following: list[Claim] = []
            count = min(count, change.task.counts.pending - leave)
            if count > 0 and tx.next_task(worker, fair=self.rules.fair_shares) == task_id:
                following = self._claim(change, worker, count, log_path)
            notices = change.finish(Action.CLAIM, attempt=attempt_of(following))
        self._after(before, change.task, notices)
        return held, following

    def end_frame(self, claim: Claim, outcome: Outcome) -> bool:
        """End an attempt. False: the claim no longer holds and the result does not count."""
        with self.change(claim.task.id, Action.COMPLETE) as change:
            waiting = change.task.counts.pending
            held = self._endings.end(change, [(claim, outcome)])
            if change.task.counts.pending > waiting:  # to be tried again
                change.new_ticket()
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

    def frame_uploaded(self, frame: RenderFrame, key: str) -> bool:
        """The image of this attempt is in the object store. False: there was a later attempt; should that one's image
        be there under the same name, it was replaced just now, and its host sends it again."""
        with self.store.transaction() as tx:
            held = tx.set_uploaded(frame.task_id, frame.frame_number, key, attempt=frame.attempt)
            if not held:
                tx.set_uploaded(frame.task_id, frame.frame_number, None)
        self.bus.publish(Notice(Topic.FRAMES, frame.task_id, (frame.frame_number,)))
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
        self,
        claim: Claim,
        message: str,
        *,
        on_host: str | None = None,
        log_path: str | None = None,
        failure: FailureClass | None = None,
        evidence: str | None = None,
    ) -> None:
        """The project can't be rendered: the waiting frames fail with it, and the task says why.

        Args:
            on_host: the fault is this host's (disk full, renderer too old). As long as another online worker could
                do better, the host is avoided and the frame handed back instead.
            log_path: what the renderer said, where it came so far.
            failure: of which kind that is, where the renderer failed.
            evidence: the line of its output that shows it.
        """
        why = {"failure": failure, "evidence": evidence}
        values: dict[str, object] = {"error_message": message, "log_path": log_path, **why}
        with self.change(claim.task.id, Action.PREPARE, message) as change:
            if on_host is not None and self._endings.another_worker_for(change.task, on_host):
                if change.move(FrameStatus.RENDERING, FrameStatus.PENDING, claim=claim, values=values, uncounted=True):
                    change.tx.avoid_host(claim.task.id, on_host, message)
                    change.new_ticket()
                return
            if change.move(FrameStatus.RENDERING, FrameStatus.FAILED, claim=claim, values=values):
                change.move(FrameStatus.PENDING, FrameStatus.FAILED, values=values)
                change.update(error_message=message)

    def project_unclear(self, claim: Claim, candidates: Sequence[str]) -> None:
        """There are several project files: the task waits until somebody says which one is meant."""
        with self.change(claim.task.id, Action.ASK, ", ".join(candidates)) as change:
            held = change.move(FrameStatus.RENDERING, FrameStatus.PENDING, claim=claim, uncounted=True)
            if held and change.task.project_file == claim.task.project_file:  # else it was chosen meanwhile
                change.update(status=TaskStatus.PAUSED, activity=None, project_choices=tuple(candidates))
            change.new_ticket()

    def set_activity(self, task_id: str, activity: str | None) -> None:
        """Say what is going on with the task, for people: "Downloading 34 %". A settled task has nothing going on."""
        with self.change(task_id, Action.PREPARE) as change:
            if change.task.status not in FINAL:
                change.update(activity=activity)

    def workspace_ready(self, workspace: Workspace) -> None:
        with self.change(workspace.task_id, Action.PREPARE) as change:
            change.tx.save_workspace(workspace)
            change.update(workspace_dir=workspace.path)
