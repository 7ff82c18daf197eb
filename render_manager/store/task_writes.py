"""Writing tasks; a task's row is locked before its frames are touched (frame_writes.py)."""

from collections.abc import Collection, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    bindparam,
    case,
    func,
    insert,
    null,
    select,
    text,
    update,
)

from render_manager.domain.entities import RenderTask, WorkerProfile
from render_manager.domain.errors import TaskNotFound
from render_manager.domain.states import FINAL, FrameStatus
from render_manager.store.matching import ask, waits_for_others
from render_manager.store.rows import COUNTED, task_of
from render_manager.store.tables import db_now, render_tasks, task_dependencies, task_tags

#: So many frames are handed to the server at a time, as one value.
FRAMES_IN_STATEMENT = 100_000


class TaskWrites:
    """The part of SqlTransaction about tasks."""

    _db: Connection

    def now(self) -> float:
        return self._db.execute(select(db_now())).scalar_one()

    def add_task(self, task: RenderTask, numbers: Sequence[int], after: Collection[str] = ()) -> None:
        requires = task.requires
        low, below = requires.version_range if requires.version else (None, None)
        values = {
            "id": task.id,
            "name": task.name,
            "unionid": task.unionid,
            "oss_file_path": task.oss_file_path,
            "is_compressed": task.is_compressed,
            "project_file": task.project_file,
            "render_engine": task.render_engine,
            "task_info": dict(task.task_info),
            "status": task.status,
            "priority": task.priority,
            "frame_order": task.frame_order,
            "max_attempts": task.max_attempts,
            "max_workers": task.max_workers,
            "version_from": low,
            "version_below": below,
            "memory_needed": requires.memory_bytes or None,
            "frames": task.frames,
            "total_frames": len(numbers),
            **_counts(task),
        }
        self._db.execute(_ADD_TASK, values)
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
        return ask(self._db, worker, fair=fair)

    def may_start(self, task_id: str) -> bool:
        waits = select(render_tasks.c.id).where(render_tasks.c.id == task_id, waits_for_others())
        return self._db.execute(waits).first() is None

    def save_task(self, task: RenderTask) -> None:
        values = {name: getattr(task, name) for name in _SAVED}
        self._db.execute(_SAVE_TASK[task.status in FINAL], {"key": task.id, **values, **_counts(task)})

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


# Statements that are executed again and again are built once: building one takes several times as long as asking.
_ADD_TASK = insert(render_tasks).values(submitted_at=_submitted_now(), updated_at=db_now())
_LOCK_TASK = select(render_tasks).where(render_tasks.c.id == bindparam("id")).with_for_update()
_SAVED = (
    "status",
    "priority",
    "celery_task_id",
    "workspace_dir",
    "project_file",
    "project_choices",
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


def _counts(task: RenderTask) -> dict[str, int]:
    return {f"{status}_frames": task.counts.of(status) for status in COUNTED}
