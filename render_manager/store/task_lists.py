"""Lists of tasks as people ask for them: which, in what order, how many. The rows themselves are read apart."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.types import Float

from render_manager.domain.states import FINAL, FrameStatus, TaskStatus
from render_manager.domain.task_search import TaskGroup, TaskOrder, TaskSearch
from render_manager.store.tables import IS_RUNNABLE, db_now, render_frames, render_tasks

tasks = render_tasks.c

_GROUPS: Mapping[TaskGroup, ColumnElement[bool]] = {
    TaskGroup.ACTIVE: tasks.status.not_in(FINAL),
    TaskGroup.FAILED: or_(tasks.status == TaskStatus.FAILED, tasks.failed_frames > 0),
    TaskGroup.FINISHED: tasks.status.in_(FINAL),
}
_ELAPSED = func.coalesce(tasks.finished_at, db_now()) - tasks.started_at
_NEVER = 1e12  #: seconds
_ORDERS: Mapping[TaskOrder, ColumnElement] = {
    TaskOrder.NAME: func.lower(tasks.name),
    TaskOrder.USER: func.lower(tasks.unionid),
    TaskOrder.ENGINE: tasks.render_engine,
    TaskOrder.STATUS: case({status.value: place for place, status in enumerate(TaskStatus)}, value=tasks.status),
    TaskOrder.PRIORITY: tasks.priority,
    TaskOrder.PROGRESS: cast(tasks.completed_frames + tasks.skipped_frames, Float) / tasks.total_frames,
    TaskOrder.FRAMES: tasks.total_frames,
    TaskOrder.AGE: -tasks.submitted_at,
    TaskOrder.FAILED: tasks.failed_frames,
    TaskOrder.WORKERS: tasks.rendering_frames,
    TaskOrder.ELAPSED: func.coalesce(_ELAPSED, -1.0),
    TaskOrder.ETA: func.coalesce(
        case((tasks.rendering_frames > 0, _ELAPSED * (tasks.pending_frames + tasks.rendering_frames)))
        / func.nullif(tasks.completed_frames, 0),
        _NEVER,
    ),
    TaskOrder.NOTE: func.coalesce(tasks.error_message, tasks.activity, ""),
}


def ids(search: TaskSearch, order: TaskOrder, *, descending: bool) -> Select:
    """Of equals the newest comes first."""
    query = select(tasks.id).where(*_found(search), _GROUPS.get(search.group, literal(True)))
    if order is TaskOrder.AGE:  # in the words of the index
        newest_first = tasks.submitted_at.asc() if descending else tasks.submitted_at.desc()
        return query.order_by(newest_first, tasks.id)
    by = _ORDERS[order]
    return query.order_by(by.desc() if descending else by, tasks.submitted_at.desc(), tasks.id)


def tally(search: TaskSearch) -> Select:
    """A row with a column for each group."""
    sums = (func.coalesce(func.sum(case((is_in, 1), else_=0)), 0).label(group) for group, is_in in _GROUPS.items())
    return select(func.count().label(TaskGroup.ALL), *sums).where(*_found(search)).select_from(render_tasks)


def durations(task_ids: Sequence[str], sample: int) -> CompoundSelect:
    """Seconds that the last completed frames of each task took, by frame number: what the index gives at once."""
    frames = render_frames.c
    last = (
        select(frames.task_id, frames.started_at, frames.finished_at)
        .where(frames.task_id == task_id, frames.status == FrameStatus.COMPLETED)
        .order_by(frames.frame_number.desc())
        .limit(sample)
        .subquery()
        for task_id in task_ids
    )
    return union_all(*(select(one.c.task_id, one.c.finished_at - one.c.started_at) for one in last))


def crews(task_ids: Collection[str]) -> Select:
    """How many workers are at each task."""
    frames = render_frames.c
    return (
        select(frames.task_id, func.count(frames.worker.distinct()).label("workers"))
        .where(frames.lease_until.is_not(None), frames.task_id.in_(task_ids))
        .group_by(frames.task_id)
    )


def waiting() -> Select:
    """Priority and number of frames that wait, of runnable tasks."""
    frames = func.sum(tasks.pending_frames).label("frames")
    return select(tasks.priority, frames).where(text(IS_RUNNABLE)).group_by(tasks.priority)


def _found(search: TaskSearch) -> list[ColumnElement[bool]]:
    if search.problem:
        return [false()]
    conditions = [_holds(word) for word in search.words]
    for column, values in ((tasks.unionid, search.users), (tasks.render_engine, search.engines)):
        if values:
            conditions.append(or_(*(column.istartswith(value, autoescape=True) for value in values)))
    if search.statuses:
        conditions.append(tasks.status.in_(search.statuses))
    return [and_(*conditions)] if conditions else []


def _holds(word: str) -> ColumnElement[bool]:
    searched = (tasks.name, tasks.unionid, tasks.render_engine, tasks.id, tasks.error_message, tasks.activity)
    return or_(*(func.coalesce(column, "").icontains(word, autoescape=True) for column in searched))
