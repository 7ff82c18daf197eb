"""Writing: one transaction, with the task's row locked before its frames are touched."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    and_,
    cast,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from render_manager.domain.entities import Claim, RenderTask, WorkerProfile, Workspace, WorkspaceState
from render_manager.domain.errors import TaskNotFound
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.states import FINAL, RUNNABLE, FrameStatus
from render_manager.store.rows import COUNTED, task_of
from render_manager.store.tables import avoided_hosts, db_now, render_frames, render_tasks, workers, workspaces

frames = render_frames.c
#: Beyond this many runs a frame set is compared in Python-sized pieces instead of one endless WHERE.
MAX_RUNS_IN_STATEMENT = 200


class SqlTransaction:
    """Fits the StoreTransaction port; see there for what each method promises."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def now(self) -> float:
        return self._db.execute(select(db_now())).scalar_one()

    # -- tasks ---------------------------------------------------------------------------------------------------

    def add_task(self, task: RenderTask, frames: FrameRange) -> None:
        now = self.now()
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
                frames=task.frames,
                total_frames=len(frames),
                submitted_at=now,
                updated_at=now,
                **_counts(task),
            )
        )
        # The server counts the numbers off by itself: a million frames take a second, not a minute.
        for run in frames.runs:
            self._db.execute(_INSERT_RUN[self._db.dialect.name], {
                "task": task.id, "first": run[0], "last": run[-1], "step": run.step, "status": FrameStatus.PENDING,
            })  # fmt: skip

    def lock_task(self, task_id: str) -> RenderTask:
        row = self._db.execute(select(render_tasks).where(render_tasks.c.id == task_id).with_for_update()).first()
        if row is None:
            raise TaskNotFound(f"Task {task_id} does not exist.")
        return task_of(row)

    def lock_next_task(self, worker: WorkerProfile) -> RenderTask | None:
        order = (render_tasks.c.priority.desc(), render_tasks.c.submitted_at, render_tasks.c.id)
        next_task = select(render_tasks).where(serves(worker)).order_by(*order).limit(1).with_for_update()
        # Waiting for the lock can outlive the task's last pending frame: then PostgreSQL gives no row although
        # another task may have work, and the question is put again.
        while (row := self._db.execute(next_task).first()) is None:
            if self._db.execute(select(render_tasks.c.id).where(serves(worker)).limit(1)).first() is None:
                return None
        return task_of(row)

    def save_task(self, task: RenderTask) -> None:
        now = db_now()
        self._db.execute(
            update(render_tasks)
            .where(render_tasks.c.id == task.id)
            .values(
                status=task.status,
                priority=task.priority,
                celery_task_id=task.celery_task_id,
                workspace_dir=task.workspace_dir,
                error_message=task.error_message,
                activity=task.activity,
                started_at=task.started_at,
                finished_at=func.coalesce(render_tasks.c.finished_at, now) if task.status in FINAL else None,
                updated_at=now,
                **_counts(task),
            )
        )

    # -- frames --------------------------------------------------------------------------------------------------

    def take_frame(self, task_id: str, worker: str, lease_seconds: float) -> tuple[int, int] | None:
        pending = (
            select(frames.frame_number)
            .where(frames.task_id == task_id, frames.status == FrameStatus.PENDING)
            .order_by(frames.frame_number)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        row = self._db.execute(
            update(render_frames)
            .where(frames.task_id == task_id, frames.frame_number == pending)
            .values(
                status=FrameStatus.RENDERING,
                worker=worker,
                attempt=frames.attempt + 1,
                attempts_used=frames.attempts_used + 1,
                lease_until=db_now() + lease_seconds,
                progress=0.0,
                error_message=None,
                output_path=None,
                log_path=None,
                started_at=None,
                finished_at=None,
            )
            .returning(frames.frame_number, frames.attempt)
        ).first()
        return (row.frame_number, row.attempt) if row else None

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
        conditions: list[ColumnElement[bool]] = [frames.task_id == task_id, frames.status == source]
        if claim is not None:
            conditions += held_by(claim)
        if lease_expired:
            conditions.append(frames.lease_until < db_now())
        if worker is not None:
            conditions.append(frames.worker == worker)
        if min_attempts_used is not None:
            conditions.append(frames.attempts_used >= min_attempts_used)
        if target is not FrameStatus.RENDERING:
            values = {"lease_until": None, **(values or {})}
        if target in (FrameStatus.COMPLETED, FrameStatus.FAILED):
            values = {"finished_at": db_now(), **(values or {})}
        if uncounted:
            values = {"attempts_used": frames.attempts_used - 1, **(values or {})}
        moved = 0
        for chosen in in_frames(numbers):
            changed = update(render_frames).where(*conditions, *chosen).values(status=target, **(values or {}))
            moved += self._db.execute(changed).rowcount
        return moved

    def update_claimed(self, claim: Claim, **values: object) -> bool:
        changed = update(render_frames).where(
            frames.task_id == claim.task.id, frames.status == FrameStatus.RENDERING, *held_by(claim)
        )
        return self._db.execute(changed.values(**values)).rowcount == 1

    def tasks_with_expired_leases(self) -> list[str]:
        return list(self._db.execute(select(frames.task_id).where(frames.lease_until < db_now()).distinct()).scalars())

    def tasks_claimed_by(self, worker: str) -> list[str]:
        leased = select(frames.task_id).where(frames.lease_until.is_not(None), frames.worker == worker).distinct()
        return list(self._db.execute(leased).scalars())

    def renew_lease(self, claim: Claim, lease_seconds: float) -> None:
        self.update_claimed(claim, lease_until=db_now() + lease_seconds)

    def avoid_host(self, task_id: str, host: str, reason: str) -> None:
        self._upsert(avoided_hosts, {"task_id": task_id, "host": host}, {"reason": reason})

    def forget_avoided_hosts(self, task_id: str) -> None:
        self._db.execute(avoided_hosts.delete().where(avoided_hosts.c.task_id == task_id))

    # -- workers and workspaces ----------------------------------------------------------------------------------

    def save_worker(
        self,
        profile: WorkerProfile,
        *,
        task_id: str | None,
        frame_number: int | None,
        cpu_percent: float | None,
        memory_percent: float | None,
        disk_free: int | None,
    ) -> None:
        self._upsert(
            workers,
            {"name": profile.name},
            {
                "host": profile.host,
                "pid": profile.pid,
                "slots": profile.slots,
                "bands": list(profile.bands),
                "engines": dict(profile.engines),
                "problems": list(profile.problems),
                "task_id": task_id,
                "frame_number": frame_number,
                "cpu_percent": cpu_percent,
                "memory_percent": memory_percent,
                "disk_free": disk_free,
                "last_seen_at": self.now(),
            },
            once={"started_at": self.now()},
        )

    def remove_worker(self, name: str) -> None:
        self._db.execute(workers.delete().where(workers.c.name == name))

    def save_workspace(self, workspace: Workspace) -> None:
        self._upsert(
            workspaces,
            {"task_id": workspace.task_id, "host": workspace.host},
            {
                "path": workspace.path,
                "size": workspace.size,
                "state": workspace.state,
                "keep_renders": workspace.keep_renders,
                "message": workspace.message,
                "updated_at": self.now(),
            },
        )

    def withdraw_cleanups(self, task_id: str) -> None:
        asked = (workspaces.c.task_id == task_id, workspaces.c.state == WorkspaceState.CLEANUP_REQUESTED)
        self._db.execute(update(workspaces).where(*asked).values(state=WorkspaceState.READY))

    def _upsert(
        self, table: Any, key: Mapping[str, Any], values: Mapping[str, Any], once: Mapping[str, Any] | None = None
    ) -> None:
        dialect = postgresql if self._db.dialect.name == "postgresql" else sqlite
        row = dialect.insert(table).values(**key, **values, **(once or {}))
        self._db.execute(row.on_conflict_do_update(index_elements=list(key), set_=dict(values)))


_INSERT_RUN = {
    "sqlite": text(
        "INSERT INTO render_frames (task_id, frame_number, status) "
        "WITH RECURSIVE numbers(n) AS (SELECT :first UNION ALL SELECT n + :step FROM numbers WHERE n < :last) "
        "SELECT :task, n, :status FROM numbers"
    ),
    "postgresql": text(
        "INSERT INTO render_frames (task_id, frame_number, status) "
        "SELECT :task, n, :status FROM generate_series("
        "CAST(:first AS integer), CAST(:last AS integer), CAST(:step AS integer)) AS n"
    ),
}


def serves(worker: WorkerProfile) -> ColumnElement[bool]:
    """The tasks a worker could take a frame of now."""
    tasks = render_tasks.c
    return and_(
        tasks.status.in_(RUNNABLE),
        tasks.pending_frames > 0,
        tasks.render_engine.in_(list(worker.engines)),
        ~exists().where(avoided_hosts.c.task_id == tasks.id, avoided_hosts.c.host == worker.host),
        tasks.priority.in_([priority for band in worker.bands for priority in band.priorities]),
    )


def held_by(claim: Claim) -> list[ColumnElement[bool]]:
    return [
        frames.frame_number == claim.frame_number,
        frames.attempt == claim.attempt,
        frames.worker == claim.worker,
    ]


def _counts(task: RenderTask) -> dict[str, int]:
    return {f"{status}_frames": task.counts.of(status) for status in COUNTED}


def in_frames(numbers: FrameRange | None) -> list[list[ColumnElement[bool]]]:
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
