"""Every list that the window and the command line show."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from render_manager.domain.audit import AuditEntry
from render_manager.domain.engines import Engine
from render_manager.domain.entities import RenderFrame, RenderTask, WorkerStatus, Workspace
from render_manager.domain.errors import FrameNotFound
from render_manager.domain.estimate import SAMPLE, Estimate, estimate
from render_manager.domain.frame_lists import FrameSort, FrameStates
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.priority import Band, band_of
from render_manager.domain.states import FINAL, FrameStatus, TaskStatus
from render_manager.domain.task_search import TaskOrder, TaskSearch, TaskTally
from render_manager.services.double_names import double_names
from render_manager.services.store_port import TaskStore
from render_manager.services.waiting.reader import Waiting


@dataclass(frozen=True)
class TaskRow:
    """A task as a list shows it."""

    task: RenderTask
    note: str  #: the one sentence that matters now: its error, what is going on, or why it waits
    age: float  #: seconds since it was submitted
    elapsed: float | None  #: seconds from the first claim to the end or now; None: not begun
    waiting: str = ""  #: why frames of it wait, in a sentence; empty if none does
    workers: int = 0  #: at it now
    estimate: Estimate | None = None  #: how long it will still take; None: nothing tells
    stuck: bool = False  #: it waits, and no worker that is online could ever take it as things are
    after: tuple[RenderTask, ...] = ()  #: the tasks that must be completed before this one starts

    @property
    def awaits(self) -> tuple[RenderTask, ...]:
        """Those of them that it still waits for."""
        if self.task.status in FINAL:
            return ()
        return tuple(other for other in self.after if other.status is not TaskStatus.COMPLETED)


class Queries:
    """Reads for people. Every method raises StoreUnavailable when the database is away."""

    def __init__(
        self, store: TaskStore, engines: Mapping[str, Engine], *, alive_within: float, fair_shares: bool = False
    ) -> None:
        self._store = store
        self._engines = engines
        self._alive_within = alive_within
        self._waiting = Waiting(store, engines, alive_within=alive_within, fair=fair_shares)

    def tasks(
        self,
        *,
        statuses: Collection[TaskStatus] = (),
        unionid: str | None = None,
        ids: Collection[str] = (),
        limit: int | None = None,
    ) -> list[TaskRow]:
        """Newest first."""
        found = self._store.tasks(statuses=statuses, unionid=unionid, ids=ids, limit=limit)
        return self._rows(found)

    def task_ids(
        self, search: TaskSearch, order: TaskOrder, *, descending: bool = False, limit: int | None = None
    ) -> list[str]:
        """Every task found, in that order; its row is read by ``tasks`` when it is shown."""
        return self._store.task_ids(self._by_labels(search), order, descending=descending, limit=limit)

    def ended_since(self, at: float, *, limit: int = 1000) -> list[RenderTask]:
        """The tasks that were completed or failed at that time or later, by the database's clock."""
        ended = (TaskStatus.COMPLETED, TaskStatus.FAILED)
        return self._store.tasks(statuses=ended, finished_since=at, limit=limit)

    def waiting(self) -> dict[Band, int]:
        """How many frames wait in each queue."""
        by_band = dict.fromkeys(Band, 0)
        for priority, frames in self._store.waiting().items():
            by_band[band_of(priority)] += frames
        return by_band

    def tally(self, search: TaskSearch) -> TaskTally:
        """How many a search finds in each group."""
        return self._store.tally(self._by_labels(search))

    def _by_labels(self, search: TaskSearch) -> TaskSearch:
        """Engines are looked for by what people call them, too."""
        named = [
            engine.name
            for engine in self._engines.values()
            for text in search.engines
            if engine.label.lower().startswith(text.lower())
        ]
        return replace(search, engines=(*search.engines, *named))

    def task(self, task_id: str) -> TaskRow:
        """The task whose id begins with ``task_id``. Raises TaskNotFound."""
        return self._rows([self._store.task(task_id)])[0]

    def frames(
        self,
        task_id: str,
        *,
        frames: str | None = None,
        statuses: Collection[FrameStatus] = (),
        first: int = 0,
        limit: int | None = None,
    ) -> list[RenderFrame]:
        """By frame number. Raises FrameRangeError when ``frames`` can't be read."""
        numbers = FrameRange.parse(frames) if frames is not None else None
        return self._store.frames(task_id, numbers=numbers, statuses=statuses, first=first, limit=limit)

    def frame_states(self, task_id: str) -> FrameStates:
        """The status of every frame, for a task of a million of them, too."""
        return self._store.frame_states(task_id)

    def frame_numbers(self, task_id: str, by: FrameSort, *, descending: bool = False) -> Sequence[int]:
        """Of every frame in that order; a frame itself is read by ``frames`` when it is shown."""
        return self._store.frame_numbers(task_id, by, descending=descending)

    def frame(self, task_id: str, number: int) -> RenderFrame:
        """Raises FrameNotFound."""
        found = self._store.frames(task_id, numbers=FrameRange.of([number]))
        if not found:
            raise FrameNotFound(f"Task {task_id} has no frame {number}.")
        return found[0]

    def why_frame_waits(self, task_id: str, number: int) -> str:
        """In a sentence; empty if the frame is being rendered, or is to be rendered no more. Raises TaskNotFound,
        FrameNotFound."""
        return self._waiting.frame(task_id, number)

    def now(self) -> float:
        """The database's clock, by which all times go: this computer's may be wrong."""
        return self._store.now()

    def check_version(self) -> None:
        """Raises StoreOfAnotherVersion: the database was upgraded under this program."""
        self._store.check_version()

    def workers(self) -> list[WorkerStatus]:
        return self._store.workers(self._alive_within)

    def history(self, task_id: str, *, frame: int | None = None, limit: int = 200) -> list[AuditEntry]:
        """Who changed what of the task (or of one frame of it), when and why; newest first."""
        return self._store.history(task_id, frame=frame, limit=limit)

    def worker_history(self, name: str, *, limit: int = 200) -> list[AuditEntry]:
        """What became of a worker, newest first."""
        return self._store.history(worker=name, limit=limit)

    def double_names(self) -> Mapping[str, AuditEntry]:
        """Names that two workers have, each with how one of them was turned away."""
        return double_names(self._store, self.workers())

    def dependencies(self, task_id: str) -> Sequence[RenderTask]:
        """The tasks that must be completed before this one starts."""
        return self._store.dependencies([task_id]).get(task_id, ())

    def workspaces(self, task_id: str) -> list[Workspace]:
        return self._store.workspaces(task_ids=[task_id])

    def _rows(self, tasks: list[RenderTask]) -> list[TaskRow]:
        if not tasks:
            return []
        now = self._store.now()
        after = self._store.dependencies([task.id for task in tasks])
        outlooks = self._waiting.outlooks(tasks, after, now)
        rendering = [task.id for task in tasks if task.counts.rendering]
        crews = self._store.crews(rendering) if rendering else {}
        durations = self._store.durations(rendering, SAMPLE) if rendering else {}
        found: list[TaskRow] = []
        for task in tasks:
            outlook, begun = outlooks[task.id], task.started_at
            at_rest = not task.counts.rendering or bool(task.project_choices)
            found.append(
                TaskRow(
                    task=task,
                    note=task.error_message or task.activity or (outlook.sentence if at_rest else ""),
                    waiting=outlook.sentence,
                    age=max(now - task.submitted_at, 0.0),
                    elapsed=None if begun is None else max((task.finished_at or now) - begun, 0.0),
                    workers=crews.get(task.id, 0),
                    estimate=estimate(durations.get(task.id, ()), task.counts.pending, task.counts.rendering),
                    stuck=outlook.stuck and at_rest,
                    after=tuple(after.get(task.id, ())),
                )
            )
        return found
