"""How attempts end, and what follows for the frame, the task and the host: within a change that Lifecycle opened."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from render_manager.domain.audit import Action, worker_as_actor
from render_manager.domain.entities import Claim, RenderTask
from render_manager.domain.failures import AVOIDED_AFTER, POLICIES, FailureClass, Policy
from render_manager.domain.matching import can_serve
from render_manager.domain.states import FrameStatus
from render_manager.services.change import TaskChange
from render_manager.services.store_port import TaskStore


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended: an image that was verified, or what went wrong.

    Attributes:
        failure: of which kind the error is; what follows from it is in ``failures.POLICIES``.
        evidence: the line of the log that shows it.
        host: where it was, if the host is perhaps to blame.
        took: seconds from the begin to the end of the rendering; None: since it was written down as begun.
        ended_at: when that was, by this process' ``time.monotonic()``; None: now.
    """

    output_path: str | None = None
    error: str | None = None
    failure: FailureClass = FailureClass.UNKNOWN
    evidence: str | None = None
    host: str | None = None
    took: float | None = None
    ended_at: float | None = None


class Endings:
    """Decides by the kind of a failure whether a frame is tried again, and where."""

    def __init__(self, store: TaskStore, alive_within: float) -> None:
        self._store = store
        self._alive_within = alive_within

    def end(self, change: TaskChange, ended: Sequence[tuple[Claim, Outcome]]) -> int:
        """Completed, or failed once the attempts are used up, or waiting for the next attempt; how many held."""
        done = [(claim, {**_columns(outcome), "progress": 1.0}) for claim, outcome in ended if outcome.error is None]
        completed = change.complete(done) if done else []
        change.record(Action.COMPLETE, attempt=attempt_of(completed))
        held = len(completed)
        for claim, outcome in ended:
            if outcome.error is not None:
                held += self._fail(change, claim, outcome)
        return held

    def _fail(self, change: TaskChange, claim: Claim, outcome: Outcome) -> int:
        policy, source = POLICIES[outcome.failure], FrameStatus.RENDERING
        why = {"error_message": outcome.error, "failure": outcome.failure, "evidence": outcome.evidence}
        failed, waiting = {**_columns(outcome), **why}, {**why, "progress": 0.0}
        if not policy.counted:
            held = change.move(source, FrameStatus.PENDING, claim=claim, values=waiting, uncounted=True)
        else:
            last = change.task.max_attempts if policy.retried else 1
            held = change.move(source, FrameStatus.FAILED, claim=claim, min_attempts_used=last, values=failed)
            held = held or change.move(source, FrameStatus.PENDING, claim=claim, values=waiting)
        change.record(Action.FAIL, outcome.error, claim.attempt)
        if held and outcome.host and change.task.counts.pending:
            reason = outcome.error or ""
            if policy.wait:
                change.tx.avoid_host(change.task.id, outcome.host, reason, policy.wait)
            elif self._is_to_blame(change, outcome.host, policy) and self.another_worker_for(change.task, outcome.host):
                change.tx.avoid_host(change.task.id, outcome.host, reason)
        return held

    def _is_to_blame(self, change: TaskChange, host: str, policy: Policy) -> bool:
        """Whether another host may do better: by the kind of the failure, or since nothing but failures came of this
        one's last attempts at the task."""
        if policy.elsewhere:
            return True
        workers = self._store.workers(self._alive_within)
        actors = {worker_as_actor(worker.profile.name) for worker in workers if worker.profile.host == host}
        return change.ends_in_a_row(actors, AVOIDED_AFTER) == [Action.FAIL] * AVOIDED_AFTER

    def another_worker_for(self, task: RenderTask, host: str) -> bool:
        """Whether an online worker of another host, not avoided either, could take the task's frames."""
        avoided = {host, *self._store.avoided_hosts([task.id]).get(task.id, ())}
        return any(
            worker.alive and worker.enabled and worker.profile.host not in avoided and can_serve(task, worker.profile)
            for worker in self._store.workers(self._alive_within)
        )


def take_back(change: TaskChange, **lost: Any) -> int:
    """Frames of lost workers wait again, or fail once their attempts are used up: one may be what kills them."""
    message = f"The worker was lost while rendering; tried {change.task.max_attempts} times."
    failed = change.move(
        FrameStatus.RENDERING,
        FrameStatus.FAILED,
        min_attempts_used=change.task.max_attempts,
        values={"error_message": message},
        **lost,
    )
    waiting = change.move(FrameStatus.RENDERING, FrameStatus.PENDING, values={"progress": 0.0, "worker": None}, **lost)
    change.new_ticket()
    return failed + waiting


def _columns(outcome: Outcome) -> dict[str, object]:
    """How the frame's row tells of an attempt that ended."""
    ago = 0.0 if outcome.ended_at is None else time.monotonic() - outcome.ended_at
    took = {} if outcome.took is None else {"took": outcome.took}
    return {"output_path": outcome.output_path, "ago": ago, **took}


def attempt_of(claims: Sequence[Claim]) -> int | None:
    """The attempt that all of these are, for the record."""
    attempts = {claim.attempt for claim in claims}
    return attempts.pop() if len(attempts) == 1 else None
