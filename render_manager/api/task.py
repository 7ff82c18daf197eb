"""A task of the farm, as it was when it was last read."""

from collections.abc import Callable, Iterable

from render_manager.api.choices import some_of
from render_manager.api.connection import Connection
from render_manager.domain.entities import RenderFrame
from render_manager.domain.errors import NotDone
from render_manager.domain.states import FINAL, FrameCounts, FrameStatus, TaskStatus
from render_manager.services.queries import TaskRow


class Task:
    """Got from a Farm. Attributes tell what was last read; ``refresh`` and ``wait`` read anew, and so does the farm
    with the task that it is given. Each of these, and ``frames``, raises StoreUnavailable when the database is away.

    Attributes:
        row: all that is known of it: its fields (``row.task``), elapsed time, workers at it, time left.
    """

    def __init__(self, connection: Connection, row: TaskRow) -> None:
        self._connection = connection
        self.row = row

    @property
    def id(self) -> str:
        return self.row.task.id

    @property
    def name(self) -> str:
        return self.row.task.name

    @property
    def user(self) -> str:
        return self.row.task.unionid

    @property
    def status(self) -> TaskStatus:
        return self.row.task.status

    @property
    def settled(self) -> bool:
        """Whether it is completed, failed or cancelled."""
        return self.status in FINAL

    @property
    def priority(self) -> int:
        """0 (lowest) to 10 (highest)."""
        return self.row.task.priority

    @property
    def counts(self) -> FrameCounts:
        """How many frames are in each state."""
        return self.row.task.counts

    @property
    def note(self) -> str:
        """The one sentence that matters now: its error, what is going on, or why it waits; may be empty."""
        return self.row.note

    def refresh(self) -> "Task":
        """Read it anew; the task itself."""
        self.row = self._connection.services.queries.task(self.id)
        return self

    def wait(self, timeout: float | None = None, each: "Callable[[Task], object] | None" = None) -> "Task":
        """Until it is completed, failed or cancelled; the task itself, whose ``status`` says which.

        Args:
            timeout: seconds; None: as long as it takes, which for a paused task is until somebody resumes it.
            each: called with the task at each look, some five times a second. What it raises ends the waiting.

        Raises:
            NotDone: that time is over, or, on a farm of this machine alone, no worker will ever go on.
            LocalFarmError: a worker of this machine is needed and can't be started.
        """
        for row in self._connection.services.following.looks(self.id, timeout):
            self.row = row
            if each is not None:
                each(self)
        if not self.settled:
            done = f"{self.counts.done} of {self.counts.total} frames are done"
            raise NotDone(f"Task {self.id} is still {self.status}: {done}. {self.note}".rstrip())
        return self

    def frames(self, frames: str | None = None, *, status: str | Iterable[str] | None = None) -> list[RenderFrame]:
        """Its frames by number, as they are now.

        Args:
            frames: only these: "1-24", "1-100x2", "1,5,10-20".
            status: only those in this state, or in one of these.

        Raises:
            FrameRangeError: ``frames`` can't be read.
            InvalidTask: there is no such state.
        """
        statuses = some_of(FrameStatus, "Status", status)
        return self._connection.services.queries.frames(self.id, frames=frames, statuses=statuses)

    def frame(self, number: int) -> RenderFrame:
        """One frame as it is now. Raises FrameNotFound."""
        return self._connection.services.queries.frame(self.id, number)

    def __repr__(self) -> str:
        return f"<Task {self.id} {self.name}: {self.status}, {self.counts.done}/{self.counts.total} frames done>"
