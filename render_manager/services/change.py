"""One passage through the door: a locked task, its frames' moves counted as they are made, and what to tell of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from render_manager.domain.audit import ENDS, Action, AuditEntry, FrameMove
from render_manager.domain.entities import Claim, RenderTask
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.notices import Notice, Topic
from render_manager.domain.states import FINAL, RUNNABLE, FrameStatus, roll_up
from render_manager.services.store_port import StoreTransaction

#: Notices and the record name frames one by one up to this many; beyond it means "any of the task's".
FRAMES_NAMED = 100


class TaskChange:
    """A locked task within a transaction.

    Args:
        actor: who changes it, for the record.
    """

    def __init__(self, tx: StoreTransaction, task: RenderTask, actor: str) -> None:
        self.tx = tx
        self.task = task
        self.frames_moved = 0
        self._before = task
        self._actor = actor
        self._entries: list[AuditEntry] = []
        self._recorded = task  # the task as it was at the last entry
        self._moves: list[FrameMove] = []  # since then
        self._numbers: set[int] | None = set()  # of these moves; None: too many to name
        self._touched: set[int] | None = set()  # of all moves

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
        self._count(source, target, count, [claim.frame_number] if claim else numbers)
        return count

    def complete(self, done: Sequence[tuple[Claim, Mapping[str, object]]]) -> list[Claim]:
        """Frames are completed (see StoreTransaction.complete_frames); the claims that held."""
        held = self.tx.complete_frames(self.task.id, done)
        numbers = [claim.frame_number for claim in held]
        self._count(FrameStatus.RENDERING, FrameStatus.COMPLETED, len(held), numbers)
        return held

    def take(self, worker: str, lease_seconds: float, count: int = 1, log_path: Any = None) -> list[tuple[int, int]]:
        """Claim the next frames (see StoreTransaction.take_frames)."""
        taken = self.tx.take_frames(self.task.id, worker, lease_seconds, count, log_path)
        self._count(FrameStatus.PENDING, FrameStatus.RENDERING, len(taken), [number for number, _ in taken])
        return taken

    def _count(
        self, source: FrameStatus, target: FrameStatus, count: int, numbers: FrameRange | list[int] | None
    ) -> None:
        if not count:
            return
        self.task = replace(self.task, counts=self.task.counts.moved(source, target, count))
        self.frames_moved += count
        self._moves.append(FrameMove(source, target, count))
        if source is FrameStatus.RENDERING and not self.task.counts.rendering:
            self.update(activity=None)  # nobody is at it any more
        if numbers is None or len(numbers) > FRAMES_NAMED:
            self._numbers = self._touched = None
            return
        for named in (self._numbers, self._touched):
            if named is not None:
                named.update(numbers)

    def update(self, **fields: Any) -> None:
        """Set fields of the task itself."""
        self.task = replace(self.task, **fields)

    def new_ticket(self) -> None:
        """Give the task a ticket id if a worker could take a frame of it; it is rung after the commit."""
        if self.task.status in RUNNABLE and self.task.counts.pending:
            self.update(celery_task_id=str(uuid4()))

    def record(
        self, action: Action, why: str | None = None, attempt: int | None = None, *, always: bool = False
    ) -> None:
        """Roll up, and put what changed since the last entry on record under this action."""
        self.update(status=roll_up(self.task.status, self.task.counts))
        before, now = self._recorded, self.task
        status = None if before.status == now.status else (before.status, now.status)
        priority = None if before.priority == now.priority else (before.priority, now.priority)
        if self._moves or status or priority or always:
            entry = AuditEntry(
                actor=self._actor,
                action=action,
                task_id=now.id,
                frames=str(FrameRange.of(self._numbers)) if self._numbers else None,
                moves=tuple(self._moves),
                status=status,
                priority=priority,
                attempt=attempt,
                why=why,
            )
            self._entries.append(entry)
        self._recorded, self._moves, self._numbers = now, [], set()

    def ends_in_a_row(self, actors: Collection[str], count: int) -> list[Action]:
        """How the last attempts at the task ended that these made, the latest first; ``count`` at most."""
        own = [entry.action for entry in reversed(self._entries) if entry.action in ENDS]
        return [*own, *self.tx.last_actions(self.task.id, actors, ENDS, count)][:count]

    def finish(self, action: Action, why: str | None = None, attempt: int | None = None) -> list[Notice]:
        """Record, save; what to announce."""
        self.record(action, why, attempt)
        if self.task.status in FINAL and self._before.status not in FINAL:
            self.update(activity=None)
        if self.task == self._before and not self._entries:
            return []
        self.tx.save_task(self.task)
        self.tx.record(self._entries)
        if not self.frames_moved:
            return [Notice(Topic.TASK, self.task.id)]
        numbers = None if self._touched is None else tuple(sorted(self._touched))
        return [Notice(Topic.FRAMES, self.task.id, numbers)]
