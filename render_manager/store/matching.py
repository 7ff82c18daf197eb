"""Which tasks a worker could take a frame of now, and which of them comes first."""

from collections.abc import Hashable

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Select,
    and_,
    distinct,
    exists,
    false,
    func,
    or_,
    select,
    text,
)

from render_manager.domain.entities import WorkerProfile, WorkspaceState
from render_manager.domain.requirements import version_number
from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.store.tables import (
    IS_RUNNABLE,
    avoided_hosts,
    db_now,
    render_frames,
    render_tasks,
    task_dependencies,
    task_tags,
    workers,
    workspaces,
)

tasks = render_tasks.c
_MOST_QUESTIONS = 1000
_questions: dict[Hashable, str] = {}
_RUNNABLE = text(f"render_tasks.{IS_RUNNABLE}")


def serves(worker: WorkerProfile) -> ColumnElement[bool]:
    """The tasks a worker could take a frame of now; what costs nothing to ask comes first."""
    return and_(
        _RUNNABLE,
        tasks.pending_frames > 0,
        tasks.priority.in_([priority for band in worker.bands for priority in band.priorities]),
        or_(false(), *(_runs(name, version_number(version)) for name, version in worker.engines.items())),
        func.coalesce(tasks.memory_needed, 0) <= (worker.memory or 0),
        ~exists().where(task_tags.c.task_id == tasks.id, task_tags.c.tag.not_in(worker.tags)),
        ~exists().where(avoided_hosts.c.task_id == tasks.id, avoided_hosts.c.host == worker.host, still_avoided()),
        ~waits_for_others(),
        or_(tasks.max_workers.is_(None), _other_workers(worker) < tasks.max_workers),
        ~_stood_down(worker),
    )


def next_tasks(worker: WorkerProfile, *, fair: bool, limit: int | None) -> Select:
    """Id and priority of the tasks to serve next: highest priority, then first submitted. ``fair``: within a priority,
    the users and then the tasks with the fewest frames rendering come before those submitted first."""
    query = select(tasks.id, tasks.priority).where(serves(worker)).limit(limit)
    if not fair:
        return query.order_by(tasks.priority.desc(), tasks.submitted_at, tasks.id)
    loads = (
        select(tasks.unionid, func.sum(tasks.rendering_frames).label("frames"))
        .where(_RUNNABLE, tasks.rendering_frames > 0)
        .group_by(tasks.unionid)
        .subquery("loads")
    )
    return query.outerjoin(loads, loads.c.unionid == tasks.unionid).order_by(
        tasks.priority.desc(),
        func.coalesce(loads.c.frames, 0),
        tasks.rendering_frames,
        tasks.submitted_at,
        tasks.id,
    )


def question(worker: WorkerProfile, *, fair: bool, dialect: Dialect, limit: int | None = 1) -> str:
    """``next_tasks`` in the database's own words, built once for a worker: it is asked for every frame, and building it
    takes ten times as long as asking. Its values are written out, as SQLite plans a statement anew when a value is
    bound that could matter to the plan."""
    asked = (worker.name, worker.host, worker.bands, tuple(worker.engines.items()), worker.tags, worker.memory)
    key = (*asked, worker.instance, fair, dialect.name, limit)
    known = _questions.get(key)
    if known is None:
        if len(_questions) >= _MOST_QUESTIONS:
            _questions.clear()
        query = next_tasks(worker, fair=fair, limit=limit)
        known = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        _questions[key] = known
    return known


def ask(connection: Connection, worker: WorkerProfile, *, fair: bool) -> str | None:
    """The id of the task that is next for the worker."""
    row = connection.exec_driver_sql(question(worker, fair=fair, dialect=connection.dialect)).first()
    return row[0] if row else None


def ask_ahead(connection: Connection, worker: WorkerProfile, limit: int, *, fair: bool) -> list[tuple[str, int]]:
    """Id and priority of the tasks that the worker would be given one after the other, ``limit`` at most.

    ``connection`` must stream: PostgreSQL plans a cursor for its first rows, whereas it takes a LIMIT beyond some
    hundred, of which it expects fewer, for a reason to read and sort all tasks there are."""
    asked = question(worker, fair=fair, dialect=connection.dialect, limit=None)
    with connection.exec_driver_sql(asked) as rows:
        return [(row[0], row[1]) for row in rows.fetchmany(limit)]


def still_avoided() -> ColumnElement[bool]:
    return or_(avoided_hosts.c.avoided_until.is_(None), avoided_hosts.c.avoided_until > db_now())


def _runs(engine: str, version: int) -> ColumnElement[bool]:
    return and_(
        tasks.render_engine == engine,
        or_(tasks.version_from.is_(None), tasks.version_from <= version),
        or_(tasks.version_below.is_(None), tasks.version_below > version),
    )


def waits_for_others() -> ColumnElement[bool]:
    """The tasks that are after one which is not completed."""
    other = render_tasks.alias("other")
    return exists().where(
        task_dependencies.c.task_id == tasks.id,
        other.c.id == task_dependencies.c.after_id,
        other.c.status != TaskStatus.COMPLETED,
    )


def _other_workers(worker: WorkerProfile) -> ColumnElement[int]:
    """How many others are at the task."""
    frames = render_frames.c
    at_it = and_(frames.task_id == tasks.id, frames.status == FrameStatus.RENDERING, frames.worker != worker.name)
    return select(func.count(distinct(frames.worker))).where(at_it).scalar_subquery()


def _stood_down(worker: WorkerProfile) -> ColumnElement[bool]:
    """A person wants it to take nothing, a later instance has its name, or its disk can't take another project."""
    mine = workers.c
    here = workspaces.c.host == worker.host, workspaces.c.state == WorkspaceState.READY
    at_hand = select(1).where(workspaces.c.task_id == tasks.id, *here).correlate(render_tasks).exists()
    no_room = and_(mine.disk_low, ~at_hand)
    gone = or_(~mine.enabled, mine.draining, mine.instance != worker.instance, no_room)
    return select(1).where(mine.name == worker.name, gone).correlate(render_tasks).exists()
