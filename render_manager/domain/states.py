"""States of tasks and frames, the moves allowed between them, and a task's status rolled up from its frames."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from render_manager.domain.errors import IllegalMove


class FrameStatus(StrEnum):
    PENDING = "pending"  #: waits for a worker
    RENDERING = "rendering"  #: claimed by one attempt of one worker, under a lease
    COMPLETED = "completed"  #: the image exists, is newer than the attempt and can be read
    FAILED = "failed"  #: the last attempt failed; a retry makes it pending again
    SKIPPED = "skipped"  #: left out on purpose (the field's "eat")
    CANCELLED = "cancelled"  #: its task was cancelled before it was rendered


class TaskStatus(StrEnum):
    PENDING = "pending"  #: no worker has begun
    PREPARING = "preparing"  #: a worker fetches and unpacks the project
    RUNNING = "running"  #: a renderer has started on at least one frame
    PAUSED = "paused"  #: running frames finish, no new one is handed out
    COMPLETED = "completed"  #: every frame completed or skipped
    FAILED = "failed"  #: nothing is left to do and at least one frame failed
    CANCELLED = "cancelled"  #: stopped for good; only a retry brings it back


FRAME_MOVES: dict[FrameStatus, frozenset[FrameStatus]] = {
    FrameStatus.PENDING: frozenset(
        {FrameStatus.RENDERING, FrameStatus.FAILED, FrameStatus.SKIPPED, FrameStatus.CANCELLED}
    ),
    FrameStatus.RENDERING: frozenset(
        {FrameStatus.COMPLETED, FrameStatus.FAILED, FrameStatus.PENDING, FrameStatus.CANCELLED}
    ),
    FrameStatus.COMPLETED: frozenset({FrameStatus.PENDING}),
    FrameStatus.FAILED: frozenset({FrameStatus.PENDING, FrameStatus.SKIPPED}),
    FrameStatus.SKIPPED: frozenset({FrameStatus.PENDING}),
    FrameStatus.CANCELLED: frozenset({FrameStatus.PENDING}),
}

#: A worker may take frames of a task in one of these.
RUNNABLE = frozenset({TaskStatus.PENDING, TaskStatus.PREPARING, TaskStatus.RUNNING})
#: Nothing more happens to a task in one of these unless somebody asks for it.
FINAL = frozenset({TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class FrameCounts:
    """How many frames of a task are in each state; kept on the task's row and equal to its frame rows."""

    pending: int = 0
    rendering: int = 0
    completed: int = 0
    failed: int = 0
    skipped: int = 0
    cancelled: int = 0

    @property
    def total(self) -> int:
        return self.pending + self.rendering + self.failed + self.cancelled + self.done

    @property
    def done(self) -> int:
        """Frames that need nothing more: completed or skipped."""
        return self.completed + self.skipped

    def of(self, status: FrameStatus) -> int:
        return int(getattr(self, status.value))

    def moved(self, source: FrameStatus, target: FrameStatus, count: int) -> Self:
        """The counts after ``count`` frames went from ``source`` to ``target``.

        Raises:
            IllegalMove: frames never move that way.
        """
        if target not in FRAME_MOVES[source]:
            raise IllegalMove(f"A frame can't go from {source} to {target}.")
        return replace(self, **{source.value: self.of(source) - count, target.value: self.of(target) + count})


def roll_up(current: TaskStatus, counts: FrameCounts) -> TaskStatus:
    """The status a task has because of its frames, given the one it has now.

    ``paused`` and ``cancelled`` are decisions of a person: the first holds while work is left, the second until
    a retry.
    """
    if current is TaskStatus.CANCELLED:
        return current
    if counts.pending + counts.rendering == 0:
        if counts.failed:
            return TaskStatus.FAILED
        return TaskStatus.CANCELLED if counts.cancelled else TaskStatus.COMPLETED
    if current is TaskStatus.PAUSED:
        return current
    if counts.rendering:
        # A claim alone is preparation; the first started renderer makes it running (see Lifecycle.frame_started).
        return current if current is TaskStatus.RUNNING else TaskStatus.PREPARING
    return TaskStatus.RUNNING if counts.completed + counts.failed else TaskStatus.PENDING
