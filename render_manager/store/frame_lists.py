"""Lists of a task's frames by status and in an order, as numbers alone: the frames themselves are read apart."""

from array import array
from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, Select, String, and_, case, cast, func, or_, select, text

from render_manager.domain.frame_lists import FrameSort, FrameStates
from render_manager.domain.states import FrameStatus
from render_manager.store.tables import IS_PENDING, render_frames

frames = render_frames.c

#: Characters turned into numbers in one go. While that lasts no other thread of the program can run, the window's
#: neither.
PORTION = 50_000

_ORDERS: Mapping[FrameSort, ColumnElement] = {
    FrameSort.STATUS: case({status.value: place for place, status in enumerate(FrameStatus)}, value=frames.status),
    FrameSort.PROGRESS: case((frames.status == FrameStatus.COMPLETED, 1.0), else_=frames.progress),
    FrameSort.ATTEMPT: frames.attempt,
    FrameSort.WORKER: func.lower(frames.worker),
    FrameSort.STARTED: frames.started_at,
    FrameSort.TOOK: frames.finished_at - frames.started_at,
    FrameSort.CAUSE: frames.error_message,
    FrameSort.IMAGE: frames.output_path,
}


def states(connection: Connection, task_id: str) -> FrameStates:
    """Answered from an index: which states occur, then the numbers in all of them but the commonest."""
    counted = select(frames.status, func.count()).where(frames.task_id == task_id).group_by(frames.status)
    occurring = sorted(connection.execute(counted), key=lambda row: row[1])
    if not occurring:
        return FrameStates()
    *few, most = (FrameStatus(status) for status, _ in occurring)
    return FrameStates(most, {status: numbers(connection, _in_state(task_id, status)) for status in few})


def _in_state(task_id: str, status: FrameStatus) -> Select:
    found = (frames.task_id == task_id, frames.status == status)
    return select(frames.frame_number).where(*found).order_by(frames.frame_number)


def ordered(task_id: str, by: FrameSort, *, descending: bool) -> Select:
    order = _ORDERS[by]
    query = select(frames.frame_number).where(frames.task_id == task_id)
    # Databases differ in where they put what has no value.
    return query.order_by(order.is_(None), order.desc() if descending else order, frames.frame_number)


def before(task_id: str, number: int) -> Select:
    """How many waiting frames are handed out before the frame (see take_frames), counted in the index."""
    own = select(frames.attempts_used, frames.position).where(frames.task_id == task_id, frames.frame_number == number)
    own = own.subquery("own")
    earlier = or_(
        frames.attempts_used < own.c.attempts_used,
        and_(frames.attempts_used == own.c.attempts_used, frames.position < own.c.position),
    )
    waiting = (frames.task_id == task_id, text(f"render_frames.{IS_PENDING}"))
    return select(func.count().label("before")).select_from(render_frames.join(own, earlier)).where(*waiting)


def numbers(connection: Connection, query: Select) -> "array[int]":  # quoted: not before Python 3.12
    """The one column of the query. The database puts it together as text: a million rows as Python's would each take
    and give back the interpreter's lock, and the window's own thread would hardly ever get it."""
    inner = query.subquery()
    listed = connection.scalar(select(func.aggregate_strings(cast(inner.c.frame_number, String), ",")))
    found = array("i")
    start = 0
    while listed and start < len(listed):
        end = listed.find(",", start + PORTION)
        end = len(listed) if end < 0 else end
        found.extend(map(int, listed[start:end].split(",")))
        start = end + 1
    return found
