"""Writing frames: claims, moves and leases, each guarded by what the frame must still be."""

from collections.abc import Callable, Mapping, Sequence
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
    cast,
    literal,
    or_,
    select,
    text,
    update,
)

from render_manager.domain.entities import Claim
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.states import FrameStatus
from render_manager.store.tables import IS_PENDING, db_now, render_frames

frames = render_frames.c
_PENDING = text(f"render_frames.{IS_PENDING}")
#: Beyond this many runs a frame set is compared in pieces instead of in one endless WHERE.
MAX_RUNS_IN_STATEMENT = 200


class FrameWrites:
    """The part of SqlTransaction about frames."""

    _db: Connection

    def take_frames(
        self,
        task_id: str,
        worker: str,
        lease_seconds: float,
        count: int = 1,
        log_path: Callable[[int, int], str] | None = None,
    ) -> list[tuple[int, int]]:
        rows = self._db.execute(_NEXT_FRAMES, {"task": task_id, "count": count}).all()
        taken = [(row.frame_number, row.attempt + 1) for row in rows]
        values = [
            {
                "task": task_id,
                "number": number,
                "worker": worker,
                "attempt": attempt,
                "lease": lease_seconds,
                "log_path": log_path and log_path(number, attempt),
            }
            for number, attempt in taken
        ]
        if values:
            self._db.execute(_TAKE_FRAME[log_path is not None], only(values))
        return taken

    def complete_frames(self, task_id: str, done: Sequence[tuple[Claim, Mapping[str, object]]]) -> list[Claim]:
        # Nobody else moves frames of a task that is locked.
        held = list(done) if len(done) == 1 else self._held(task_id, done)
        given = [
            {
                "in_task": task_id,
                "source": FrameStatus.RENDERING,
                "status": FrameStatus.COMPLETED,
                "lease_until": None,
                **_guard(claim),
                **values,
            }
            for claim, values in held
        ]
        if not given:
            return []
        moved = self._db.execute(_move(tuple(sorted(given[0]))), only(given)).rowcount
        return [claim for claim, _ in held] if moved else []

    def _held(
        self, task_id: str, done: Sequence[tuple[Claim, Mapping[str, object]]]
    ) -> list[tuple[Claim, Mapping[str, object]]]:
        rendering = select(frames.frame_number, frames.attempt, frames.worker).where(
            frames.task_id == bindparam("task"), frames.status == FrameStatus.RENDERING
        )
        held = {tuple(row) for row in self._db.execute(rendering, {"task": task_id})}
        return [one for one in done if (one[0].frame_number, one[0].attempt, one[0].worker) in held]

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
        if target in (FrameStatus.COMPLETED, FrameStatus.FAILED):
            given.setdefault("ago", 0.0)
        changed = _move(tuple(sorted(given)), lease_expired=lease_expired, uncounted=uncounted)
        if numbers is None:
            return self._db.execute(changed, given).rowcount
        return sum(self._db.execute(changed.where(*chosen), given).rowcount for chosen in in_frames(numbers))

    def update_claimed(self, claim: Claim, **values: object) -> bool:
        given: dict[str, object] = {
            "in_task": claim.task.id,
            "source": FrameStatus.RENDERING,
            **_guard(claim),
            **values,
        }
        return self._db.execute(_move(tuple(sorted(given))), given).rowcount == 1

    def set_uploaded(self, task_id: str, number: int, key: str | None, *, attempt: int | None = None) -> bool:
        completed = [
            frames.task_id == task_id,
            frames.frame_number == number,
            frames.status == FrameStatus.COMPLETED,
            *([] if attempt is None else [frames.attempt == attempt]),
        ]
        return self._db.execute(update(render_frames).where(*completed).values(uploaded_key=key)).rowcount == 1

    def tasks_with_expired_leases(self) -> list[str]:
        return list(self._db.execute(select(frames.task_id).where(frames.lease_until < db_now()).distinct()).scalars())

    def tasks_claimed_by(self, worker: str) -> list[str]:
        leased = select(frames.task_id).where(frames.lease_until.is_not(None), frames.worker == worker).distinct()
        return list(self._db.execute(leased).scalars())

    def renew_lease(self, claim: Claim, lease_seconds: float) -> None:
        self._db.execute(_RENEW, {"in_task": claim.task.id, "lease": lease_seconds, **_guard(claim)})


# Statements that are executed for every frame are built once: building one takes several times as long as asking.
_NEXT_FRAMES = (
    select(frames.frame_number, frames.attempt)
    .where(frames.task_id == bindparam("task"), _PENDING)
    .order_by(frames.attempts_used, frames.position)
    .limit(bindparam("count", type_=Integer()))
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
            failure=None,
            evidence=None,
            output_path=None,
            uploaded_key=None,
            log_path=bindparam("log_path"),
            started_at=db_now() if begins else None,
            finished_at=None,
        )
    )


_TAKE_FRAME = {begins: _take_frame(begins=begins) for begins in (True, False)}


def only(values: list[dict[str, object]]) -> Any:
    """Several are sent together, which for a single one would cost more than it saves."""
    return values[0] if len(values) == 1 else values


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
def _move(given: tuple[str, ...], *, lease_expired: bool = False, uncounted: bool = False) -> Update:
    """Change frames that meet the conditions among the names ``given``; the others are the columns changed, or say
    when it was: ``ago`` it was finished, ``took`` so long."""
    conditions = [_CONDITIONS[name] for name in given if name in _CONDITIONS]
    if lease_expired:
        conditions.append(frames.lease_until < db_now())
    values: dict[str, Any] = {name: bindparam(name) for name in given if name not in {*_CONDITIONS, "ago", "took"}}
    if uncounted:
        values["attempts_used"] = frames.attempts_used - 1
    if "ago" in given:
        values["finished_at"] = db_now() - _AGO
    if "took" in given:
        values["started_at"] = db_now() - _AGO - _TOOK
    return update(render_frames).where(*conditions).values(**values)


#: Durations, not times: hosts' clocks may differ from the database's.
_AGO, _TOOK = bindparam("ago", type_=Double()), bindparam("took", type_=Double())

_RENEW = (
    update(render_frames)
    .where(
        *(_CONDITIONS[name] for name in ("in_task", "held_number", "held_attempt", "held_worker")),
        frames.status == FrameStatus.RENDERING,
    )
    .values(lease_until=db_now() + bindparam("lease", type_=Double()))
)


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
