"""Reading, and the door to transactions: the TaskStore port on SQLAlchemy."""

from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager

from sqlalchemy import CompoundSelect, Connection, Engine, Select, func, select

from render_manager.domain.audit import AuditEntry
from render_manager.domain.entities import (
    AvoidedHost,
    Claim,
    FrameRef,
    RenderFrame,
    RenderTask,
    WorkerProfile,
    WorkerStatus,
    Workspace,
    WorkspaceState,
)
from render_manager.domain.errors import TaskNotFound
from render_manager.domain.frame_lists import FrameSort, FrameStates
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.domain.task_search import TaskGroup, TaskOrder, TaskSearch, TaskTally
from render_manager.store import frame_lists, task_lists
from render_manager.store.engine import READING, STREAMING, explained
from render_manager.store.frame_writes import in_frames
from render_manager.store.matching import ask, ask_ahead, still_avoided
from render_manager.store.migrate import check_within
from render_manager.store.rows import audit_of, frame_of, task_of, worker_of, workspace_of
from render_manager.store.tables import (
    audit,
    avoided_hosts,
    db_now,
    render_frames,
    render_tasks,
    task_dependencies,
    workers,
    workspaces,
)
from render_manager.store.transaction import SqlTransaction

#: Databases take some ten thousand values in a statement at most; beyond this they are asked in parts, or all rows are
#: read and chosen from here.
MOST_VALUES = 5000
#: Queries in one statement; SQLite takes 500.
MOST_TOGETHER = 100
#: Rows of a long list taken from the database at once.
PORTION = 2000


class SqlTaskStore:
    """Fits the TaskStore port; see there for what each method promises."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def transaction(self) -> Generator[SqlTransaction]:
        with explained(self.engine), self.engine.begin() as connection:
            check_within(connection)
            yield SqlTransaction(connection)

    def check_version(self) -> None:
        with self._reading() as connection:
            check_within(connection)

    def close(self) -> None:
        self.engine.dispose()

    def now(self) -> float:
        return self._rows(select(db_now().label("now")))[0].now

    def task(self, task_id: str) -> RenderTask:
        wanted = task_id.strip().lower()
        tasks = render_tasks.c
        match = select(render_tasks).where(tasks.id.startswith(wanted, autoescape=True)).limit(2)
        rows = self._rows(match) if wanted else []
        if len(rows) == 1:
            return task_of(rows[0])
        if rows:
            raise TaskNotFound(f"Several tasks begin with {task_id!r}: give more of the id.")
        raise TaskNotFound(f"Task {task_id!r} does not exist; `render-manager tasks` lists those that do.")

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
        tasks = render_tasks.c
        query = select(render_tasks).order_by(tasks.submitted_at.desc(), tasks.id)
        if statuses:
            query = query.where(tasks.status.in_(statuses))
        if unionid is not None:
            query = query.where(tasks.unionid == unionid)
        if finished_before is not None:
            query = query.where(tasks.finished_at < finished_before)
        if finished_since is not None:
            query = query.where(tasks.finished_at >= finished_since)
        query = query.limit(limit)
        named = list(ids)
        if not named:
            return [task_of(row) for row in self._rows(query)]
        parts = [named[first : first + MOST_VALUES] for first in range(0, len(named), MOST_VALUES)]
        found = [task_of(row) for part in parts for row in self._rows(query.where(tasks.id.in_(part)))]
        return sorted(found, key=lambda task: (-task.submitted_at, task.id))[:limit]

    def task_ids(
        self, search: TaskSearch, order: TaskOrder, *, descending: bool = False, limit: int | None = None
    ) -> list[str]:
        query = task_lists.ids(search, order, descending=descending).limit(limit)
        with self._reading() as connection:
            # In portions: a hundred thousand rows at once make Python look for garbage, and the window stands still.
            pages = connection.execute(query).scalars().partitions(PORTION)
            return [task_id for page in pages for task_id in page]

    def durations(self, task_ids: Collection[str], sample: int) -> dict[str, list[float]]:
        found: dict[str, list[float]] = {}
        ids = list(task_ids)
        for first in range(0, len(ids), MOST_TOGETHER):
            for task_id, seconds in self._rows(task_lists.durations(ids[first : first + MOST_TOGETHER], sample)):
                if seconds is not None:
                    found.setdefault(task_id, []).append(seconds)
        return found

    def crews(self, task_ids: Collection[str]) -> dict[str, int]:
        return {row.task_id: row.workers for row in self._rows(task_lists.crews(task_ids))}

    def waiting(self) -> dict[int, int]:
        return {row.priority: int(row.frames) for row in self._rows(task_lists.waiting())}

    def tally(self, search: TaskSearch) -> TaskTally:
        (row,) = self._rows(task_lists.tally(search))
        return TaskTally({group: getattr(row, group) for group in TaskGroup})

    def frames(
        self,
        task_id: str,
        *,
        numbers: FrameRange | None = None,
        statuses: Collection[FrameStatus] = (),
        first: int = 0,
        limit: int | None = None,
    ) -> list[RenderFrame]:
        frames = render_frames.c
        query = select(render_frames).where(frames.task_id == task_id).order_by(frames.frame_number)
        if statuses:
            query = query.where(frames.status.in_(statuses))
        rows = [row for chosen in in_frames(numbers) for row in self._rows(_page(query.where(*chosen), first, limit))]
        return [frame_of(row) for row in rows]

    def frame_states(self, task_id: str) -> FrameStates:
        with self._reading() as connection:
            return frame_lists.states(connection, task_id)

    def frame_numbers(self, task_id: str, by: FrameSort, *, descending: bool = False) -> Sequence[int]:
        with self._reading() as connection:
            return frame_lists.numbers(connection, frame_lists.ordered(task_id, by, descending=descending))

    def frames_before(self, task_id: str, number: int) -> int:
        return self._rows(frame_lists.before(task_id, number))[0].before

    def not_uploaded(self, task_id: str) -> list[RenderFrame]:
        frames = render_frames.c
        completed = (frames.task_id == task_id, frames.status == FrameStatus.COMPLETED)
        query = select(render_frames).where(*completed, frames.uploaded_key.is_(None)).order_by(frames.frame_number)
        return [frame_of(row) for row in self._rows(query)]

    def lost(self, claims: Sequence[Claim]) -> list[Claim]:
        if not claims:
            return []
        frames = render_frames.c
        leased = (frames.lease_until.is_not(None), frames.worker == claims[0].worker)
        rows = self._rows(select(frames.task_id, frames.frame_number, frames.attempt).where(*leased))
        held = {tuple(row) for row in rows}
        return [claim for claim in claims if (claim.task.id, claim.frame_number, claim.attempt) not in held]

    def next_task(self, worker: WorkerProfile, *, fair: bool = False) -> str | None:
        with self._reading() as connection:
            return ask(connection, worker, fair=fair)

    def next_tasks(self, worker: WorkerProfile, limit: int, *, fair: bool = False) -> list[tuple[str, int]]:
        with explained(self.engine), self.engine.connect() as connection:
            found = ask_ahead(connection.execution_options(**STREAMING), worker, limit, fair=fair)
            connection.commit()  # see READING: a rollback would make psycopg forget what it prepared
        return found

    def workers(self, alive_within: float) -> list[WorkerStatus]:
        frames = render_frames.c
        claimed = select(frames.worker, frames.task_id, frames.frame_number).where(frames.lease_until.is_not(None))
        with self._reading() as connection:
            rows = connection.execute(select(workers, db_now().label("now")).order_by(workers.c.name)).all()
            held: dict[str, list[FrameRef]] = {}
            for row in connection.execute(claimed.order_by(frames.task_id, frames.frame_number)):
                held.setdefault(row.worker, []).append(FrameRef(row.task_id, row.frame_number))
        return [worker_of(row, row.now - alive_within, held.get(row.name, ())) for row in rows]

    def claimed_by(self, worker: str) -> int:
        held = (render_frames.c.lease_until.is_not(None), render_frames.c.worker == worker)
        return self._rows(select(func.count().label("held")).select_from(render_frames).where(*held))[0].held

    def worker_instance(self, name: str) -> tuple[str, int, str] | None:
        rows = self._rows(select(workers).where(workers.c.name == name))
        return (rows[0].host, rows[0].pid, rows[0].instance) if rows else None

    def dependencies(self, task_ids: Collection[str]) -> dict[str, list[RenderTask]]:
        found: dict[str, list[RenderTask]] = {}
        wanted = set(task_ids)
        if not wanted:
            return found
        waits = task_dependencies.c
        query = select(waits.task_id.label("waiting_id"), render_tasks).where(render_tasks.c.id == waits.after_id)
        if len(wanted) <= MOST_VALUES:
            query = query.where(waits.task_id.in_(wanted))
        for row in self._rows(query.order_by(render_tasks.c.submitted_at)):
            if row.waiting_id in wanted:
                found.setdefault(row.waiting_id, []).append(task_of(row))
        return found

    def dependents(self, task_id: str) -> list[str]:
        waits = task_dependencies.c
        return [row.task_id for row in self._rows(select(waits.task_id).where(waits.after_id == task_id))]

    def history(
        self, task_id: str | None = None, *, worker: str | None = None, frame: int | None = None, limit: int = 200
    ) -> list[AuditEntry]:
        query = select(audit).order_by(audit.c.id.desc())
        if task_id is not None:
            query = query.where(audit.c.task_id == task_id)
        if worker is not None:
            query = query.where(audit.c.worker == worker)
        if frame is None:
            return [audit_of(row) for row in self._rows(query.limit(limit))]
        # Entries about several frames name them in words. A task has some hundreds of entries at most.
        several = audit.c.frame_number.is_(None) & audit.c.moves.is_not(None)
        rows = self._rows(query.where((audit.c.frame_number == frame) | several))
        return [entry for entry in map(audit_of, rows) if _concerns(entry, frame)][:limit]

    def avoided_hosts(self, task_ids: Collection[str]) -> dict[str, dict[str, AvoidedHost]]:
        found: dict[str, dict[str, AvoidedHost]] = {}
        wanted = set(task_ids)
        for row in self._rows(select(avoided_hosts).where(still_avoided())):  # a handful in all
            if row.task_id in wanted:
                found.setdefault(row.task_id, {})[row.host] = AvoidedHost(row.reason, row.avoided_until)
        return found

    def workspaces(
        self,
        *,
        task_ids: Collection[str] = (),
        host: str | None = None,
        states: Collection[WorkspaceState] = (),
        on_disk: bool = False,
    ) -> list[Workspace]:
        query = select(workspaces).order_by(workspaces.c.task_id, workspaces.c.host)
        if task_ids and len(task_ids) <= MOST_VALUES:
            query = query.where(workspaces.c.task_id.in_(task_ids))
        if on_disk:
            query = query.where((workspaces.c.state != WorkspaceState.REMOVED) | (workspaces.c.size > 0))
        if host is not None:
            query = query.where(workspaces.c.host == host)
        if states:
            query = query.where(workspaces.c.state.in_(states))
        rows = self._rows(query)
        if len(task_ids) > MOST_VALUES:
            wanted = set(task_ids)
            rows = [row for row in rows if row.task_id in wanted]
        return [workspace_of(row) for row in rows]

    def _rows(self, query: Select | CompoundSelect) -> list:
        with self._reading() as connection:
            return list(connection.execute(query))

    @contextmanager
    def _reading(self) -> Generator[Connection]:
        with explained(self.engine), self.engine.connect() as connection:
            yield connection.execution_options(**READING[self.engine.dialect.name])


def _concerns(entry: AuditEntry, frame: int) -> bool:
    """Whether it may be about the frame: too many are not named."""
    return entry.frames is None or frame in FrameRange.parse(entry.frames)


def _page(query: Select, first: int, limit: int | None) -> Select:
    return query.offset(first).limit(limit) if first or limit is not None else query
