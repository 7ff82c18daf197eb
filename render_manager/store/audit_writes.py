"""Writing the record of what was changed, and taking turns at what one worker does for all."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from render_manager.domain.audit import Action, AuditEntry
from render_manager.store.tables import audit, db_now, duties, insert_or, render_tasks

SECONDS_PER_DAY = 86_400.0
_RECORD = insert(audit).values(at=db_now())


class AuditWrites:
    """The part of SqlTransaction about the record and the duties."""

    _db: Connection

    def record(self, entries: Sequence[AuditEntry]) -> None:
        for entry in entries:
            self._db.execute(_RECORD, _row_of(entry))

    def last_actions(
        self, task_id: str, actors: Collection[str], actions: Collection[Action], count: int
    ) -> list[Action]:
        mine = audit.c.task_id == task_id, audit.c.actor.in_(actors), audit.c.action.in_(actions)
        latest = select(audit.c.action).where(*mine).order_by(audit.c.id.desc()).limit(count)
        return [Action(action) for action in self._db.execute(latest).scalars()]

    def trim_audit(self, *, keep_per_task: int, keep_days: float) -> int:
        old = audit.delete().where(audit.c.at < db_now() - keep_days * SECONDS_PER_DAY)
        trimmed = self._db.execute(old).rowcount
        # Only of tasks that something happened to since the record was last trimmed, and long before.
        tasks = render_tasks.c
        entries = select(func.count()).where(audit.c.task_id == tasks.id).scalar_subquery()
        crowded = select(tasks.id).where(tasks.updated_at > db_now() - SECONDS_PER_DAY, entries > keep_per_task)
        for task_id in self._db.execute(crowded).scalars().all():
            mine = audit.c.task_id == task_id
            newest = select(audit.c.id).where(mine).order_by(audit.c.id.desc()).offset(keep_per_task - 1).limit(1)
            oldest_kept = self._db.execute(newest).scalar_one()
            trimmed += self._db.execute(audit.delete().where(mine, audit.c.id < oldest_kept)).rowcount
        return trimmed

    def take_turn(self, duty: str, *, every: float, grace: float | None = None) -> bool:
        now = self._db.execute(select(db_now())).scalar_one()
        mine = duties.c.name == duty
        row = self._db.execute(select(duties).where(mine)).first()
        if row is None:
            never = insert_or(self._db, duties).values(name=duty, taken_at=0.0, due_at=0.0)
            self._db.execute(never.on_conflict_do_nothing())
            row = self._db.execute(select(duties).where(mine)).one()
        # No turn is due later than that, unless the clock was set back since.
        if now < row.due_at <= now + 2 * every:
            return False
        rested = grace is not None and now - row.taken_at > grace
        # A turn that is let pass counts as taken when it is over: waiting for it is no pause.
        next_turn = (
            {"taken_at": now + 2 * every, "due_at": now + 2 * every}
            if rested
            else {"taken_at": now, "due_at": now + every}
        )
        # Guarded: of two that see it due at once, one has it.
        taken = self._db.execute(update(duties).where(mine, duties.c.due_at == row.due_at).values(**next_turn))
        return taken.rowcount == 1 and not rested


def _row_of(entry: AuditEntry) -> dict[str, Any]:
    return {
        "actor": entry.actor,
        "action": entry.action,
        "task_id": entry.task_id,
        "worker": entry.worker,
        "frames": entry.frames,
        "frame_number": int(entry.frames) if entry.frames and entry.frames.lstrip("-").isdigit() else None,
        "attempt": entry.attempt,
        "moves": [[move.source, move.target, move.count] for move in entry.moves] or None,
        "status": entry.status and list(entry.status),
        "priority": entry.priority and list(entry.priority),
        "why": entry.why,
    }
