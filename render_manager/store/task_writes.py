"""Writing tasks and frames: the task's row is locked before its frames are touched."""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    Integer,
    Update,
    and_,
    bindparam,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    text,
    update,
)

from render_manager.domain.entities import Claim, RenderTask, WorkerProfile
from render_manager.domain.errors import TaskNotFound
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.states import FINAL, FrameStatus
from render_manager.store.matching import question, waits_for_others
from render_manager.store.rows import COUNTED, task_of
from render_manager.store.tables import IS_PENDING, db_now, render_frames, render_tasks, task_dependencies, task_tags

frames = render_frames.c
_PENDING = text(f"render_frames.{IS_PENDING}")
#: Beyond this many runs a frame set is compared in pieces instead of in one endless WHERE.
MAX_RUNS_IN_STATEMENT = 200
#: So many frames are handed to the server at a time, as one value.
FRAMES_IN_STATEMENT = 100_000


class TaskWrites:
    """The part of SqlTransaction about tasks and frames."""

    _db: Connection

    def now(self) -> float:
        return self._db.execute(select(db_now())).scalar_one()

    def add_task(self, task: RenderTask, numbers: Sequence[int], after: Collection[str] = ()) -> None:
        requires = task.requires
        low, below = requires.version_range if requires.version else (None, None)
        self._db.execute(
            insert(render_tasks).values(
                id=task.id,
                name=task.name,
                unionid=task.unionid,
                oss_file_path=task.oss_file_path,
                is_compressed=task.is_compressed,
                project_file=task.project_file,
                render_engine=task.render_engine,
                task_info=dict(task.task_info),
                status=task.status,
                priority=task.priority,
                frame_order=task.frame_order,
                max_attempts=task.max_attempts,
                max_workers=task.max_workers,
                version_from=low,
                version_below=below,
                memory_needed=requires.memory_bytes or None,
                frames=task.frames,
                total_frames=len(numbers),
                submitted_at=_submitted_now(),
                updated_at=db_now(),
                **_counts(task),
            )
        )
        # The server makes the rows by itself from one list: a million frames take seconds, not a minute.
        insert_frames = _INSERT_FRAMES[self._db.dialect.name]
        for first in range(0, len(numbers), FRAMES_IN_STATEMENT):
            part = list(numbers[first : first + FRAMES_IN_STATEMENT])
            listed = part if self._db.dialect.name == "postgresql" else str(part)
            self._db.execute(insert_frames, {"task": task.id, "numbers": listed, "first": first})
        if requires.tags:
            self._db.execute(insert(task_tags), [{"task_id": task.id, "tag": tag} for tag in requires.tags])
        if after:
            self._depend(task.id, after)

    def _depend(self, task_id: str, after: Collection[str]) -> None:
        known = set(self._db.execute(select(render_tasks.c.id).where(render_tasks.c.id.in_(after))).scalars())
        if missing := set(after) - known:
            raise TaskNotFound(f"Task {min(missing)} does not exist, so no other can be rendered after it.")
        self._db.execute(insert(task_dependencies), [{"task_id": task_id, "after_id": other} for other in known])

    def lock_task(self, task_id: str) -> RenderTask:
        row = self._db.execute(_LOCK_TASK, {"id": task_id}).first()
        if row is None:
            raise TaskNotFound(f"Task {task_id} does not exist.")
        return task_of(row)

    def next_task(self, worker: WorkerProfile, *, fair: bool = False) -> str | None:
        return question(worker, fair=fair, dialect=self._db.dialect).ask(self._db)

    def may_start(self, task_id: str) -> bool:
        waits = select(render_tasks.c.id).where(render_tasks.c.id == task_id, waits_for_others())
        return self._db.execute(waits).first() is None

    def save_task(self, task: RenderTask) -> None:
        values = {name: getattr(task, name) for name in _SAVED}
        self._db.execute(_SAVE_TASK[task.status in FINAL], {"key": task.id, **values, **_counts(task)})

    def take_frame(
        self, task_id: str, worker: str, lease_seconds: float, log_path: Callable[[int, int], str] | None = None
    ) -> tuple[int, int] | None:
        row = self._db.execute(_NEXT_FRAME, {"task": task_id}).first()
        if row is None:
            return None
        number, attempt = row.frame_number, row.attempt + 1
        values = {
            "task": task_id,
            "number": number,
            "worker": worker,
            "attempt": attempt,
            "lease": lease_seconds,
            "log_path": log_path and log_path(number, attempt),
        }
        self._db.execute(_TAKE_FRAME[log_path is not None], values)
        return number, attempt

    def move_frames(
        self,
        task_id: str,
        source: FrameStatus,
        target: FrameStatus,
        *,
        numbers: FrameRange | None = None,
        claim: Claim | None = None,
        lease_expired: bool = False,
        worker: str | None = None,
        min_attempts_used: int | None = None,
        uncounted: bool = False,
        values: dict[str, object] | None = None,
    ) -> int:
        given: dict[str, object] = {"in_task": task_id, "source": source, "status": target, **(values or {})}
        if target is not FrameStatus.RENDERING:
            given["lease_until"] = None
        guards = {"by_worker": worker, "used": min_attempts_used, **(_guard(claim) if claim else {})}
        given |= {name: value for name, value in guards.items() if value is not None}
        changed = _move(
            tuple(sorted(given)),
            lease_expired=lease_expired,
            uncounted=uncounted,
            finished=target in (FrameStatus.COMPLETED, FrameStatus.FAILED),
        )
        return sum(self._db.execute(changed.where(*chosen), given).rowcount for chosen in in_frames(numbers))

    def update_claimed(self, claim: Claim, **values: object) -> bool:
        given: dict[str, object] = {
            "in_task": claim.task.id,
            "source": FrameStatus.RENDERING,
            **_guard(claim),
            **values,
        }
        return self._db.execute(_move(tuple(sorted(given))), given).rowcount == 1

    def tasks_with_expired_leases(self) -> list[str]:
        return list(self._db.execute(select(frames.task_id).where(frames.lease_until < db_now()).distinct()).scalars())

    def tasks_claimed_by(self, worker: str) -> list[str]:
        leased = select(frames.task_id).where(frames.lease_until.is_not(None), frames.worker == worker).distinct()
        return list(self._db.execute(leased).scalars())

    def renew_lease(self, claim: Claim, lease_seconds: float) -> None:
        self._db.execute(_RENEW, {"in_task": claim.task.id, "lease": lease_seconds, **_guard(claim)})

    def forget_dependencies(self, task_id: str) -> int:
        return self._db.execute(task_dependencies.delete().where(task_dependencies.c.task_id == task_id)).rowcount


#: ``numbers`` is one value, the list of all of them in the order in which they are to be handed out.
_INSERT_FRAMES = {
    "sqlite": text(
        "INSERT INTO render_frames (task_id, frame_number, position, status) "
        f"SELECT :task, value, :first + key, '{FrameStatus.PENDING}' FROM json_each(:numbers)"
    ),
    "postgresql": text(
        "INSERT INTO render_frames (task_id, frame_number, position, status) "
        f"SELECT :task, number, :first + place - 1, '{FrameStatus.PENDING}' "
        "FROM unnest(CAST(:numbers AS integer[])) WITH ORDINALITY AS listed(number, place)"
    ),
}


def _submitted_now() -> ColumnElement[float]:
    """Later than any task before it: SQLite's clock counts in milliseconds, and who was first must stay so."""
    last = select(func.max(render_tasks.c.submitted_at)).scalar_subquery()
    return case((last >= db_now(), last + 0.000001), else_=db_now())


# Statements that are executed for every frame are built once: building one takes several times as long as asking.
_LOCK_TASK = select(render_tasks).where(render_tasks.c.id == bindparam("id")).with_for_update()
_SAVED = (
    "status",
    "priority",
    "celery_task_id",
    "workspace_dir",
    "error_message",
    "activity",
    "started_at",
)


def _save_task(*, final: bool) -> Update:
    finished_at = func.coalesce(render_tasks.c.finished_at, db_now()) if final else null()
    columns = (*_SAVED, *(f"{status}_frames" for status in COUNTED))
    changed = update(render_tasks).where(render_tasks.c.id == bindparam("key"))
    return changed.values(
        finished_at=finished_at, updated_at=db_now(), **{column: bindparam(column) for column in columns}
    )


_SAVE_TASK = {final: _save_task(final=final) for final in (True, False)}

_NEXT_FRAME = (
    select(frames.frame_number, frames.attempt)
    .where(frames.task_id == bindparam("task"), _PENDING)
    .order_by(frames.attempts_used, frames.position)
    .limit(1)
)


def _take_frame(*, begins: bool) -> Update:
    return (
        update(render_frames)
        .where(frames.task_id == bindparam("task"), frames.frame_number == bindparam("number"))
        .values(
            status=FrameStatus.RENDERING,
            worker=bindparam("worker"),
            attempt=bindparam("attempt"),
            attempts_used=frames.attempts_used + 1,
            lease_until=db_now() + bindparam("lease", type_=Double()),
            progress=0.0,
            error_message=None,
            output_path=None,
            log_path=bindparam("log_path"),
            started_at=db_now() if begins else None,
            finished_at=None,
        )
    )


_TAKE_FRAME = {begins: _take_frame(begins=begins) for begins in (True, False)}


def held_by(claim: Claim) -> list[ColumnElement[bool]]:
    return [
        frames.frame_number == claim.frame_number,
        frames.attempt == claim.attempt,
        frames.worker == claim.worker,
    ]


def _guard(claim: Claim) -> dict[str, object]:
    return {"held_number": claim.frame_number, "held_attempt": claim.attempt, "held_worker": claim.worker}


#: What a parameter of ``_move`` compares; any other is a column's new value.
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "in_task": frames.task_id == bindparam("in_task"),
    "source": frames.status == bindparam("source"),
    "by_worker": frames.worker == bindparam("by_worker"),
    "used": frames.attempts_used >= bindparam("used"),
    "held_number": frames.frame_number == bindparam("held_number"),
    "held_attempt": frames.attempt == bindparam("held_attempt"),
    "held_worker": frames.worker == bindparam("held_worker"),
}


@lru_cache(maxsize=256)
def _move(
    given: tuple[str, ...], *, lease_expired: bool = False, uncounted: bool = False, finished: bool = False
) -> Update:
    """Change frames that meet the conditions among the names ``given``; the others are the columns changed."""
    conditions = [_CONDITIONS[name] for name in given if name in _CONDITIONS]
    if lease_expired:
        conditions.append(frames.lease_until < db_now())
    values: dict[str, Any] = {name: bindparam(name) for name in given if name not in _CONDITIONS}
    if uncounted:
        values["attempts_used"] = frames.attempts_used - 1
    if finished:
        values["finished_at"] = db_now()
    return update(render_frames).where(*conditions).values(**values)


_RENEW = (
    update(render_frames)
    .where(
        *(_CONDITIONS[name] for name in ("in_task", "held_number", "held_attempt", "held_worker")),
        frames.status == FrameStatus.RENDERING,
    )
    .values(lease_until=db_now() + bindparam("lease", type_=Double()))
)


def _counts(task: RenderTask) -> dict[str, int]:
    return {f"{status}_frames": task.counts.of(status) for status in COUNTED}


def in_frames(numbers: FrameRange | None) -> list[list[ColumnElement[Any]]]:
    """Conditions that choose these frames, in as few statements as their runs need."""
    if numbers is None:
        return [[]]
    runs = numbers.runs
    return [
        [or_(*map(_in_run, runs[start : start + MAX_RUNS_IN_STATEMENT]))]
        for start in range(0, len(runs), MAX_RUNS_IN_STATEMENT)
    ]


def _in_run(run: range) -> ColumnElement[bool]:
    if len(run) == 1:
        return frames.frame_number == run[0]
    inside = frames.frame_number.between(run[0], run[-1])
    if run.step == 1:
        return inside
    return and_(inside, (frames.frame_number - run[0]) % cast(literal(run.step), Integer) == 0)
