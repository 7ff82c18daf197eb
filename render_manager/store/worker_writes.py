"""Writing what is known of workers, hosts and workspaces."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, or_, select, update

from render_manager.domain.entities import HostLoad, Keep, WorkerOrders, WorkerProfile, Workspace, WorkspaceState
from render_manager.store.tables import avoided_hosts, db_now, insert_or, workers, workspaces


class WorkerWrites:
    """The part of SqlTransaction about workers, hosts and workspaces."""

    _db: Connection

    def register_worker(self, profile: WorkerProfile, *, alive_within: float, dead: str | None = None) -> bool:
        gone = or_(
            workers.c.left_at.is_not(None),
            workers.c.last_seen_at < db_now() - alive_within,
            workers.c.instance.in_([profile.instance, *([] if dead is None else [dead])]),
        )
        values = {
            "host": profile.host,
            "pid": profile.pid,
            "slots": profile.slots,
            "bands": list(profile.bands),
            "engines": dict(profile.engines),
            "problems": list(profile.problems),
            "tags": list(profile.tags),
            "memory": profile.memory,
            "instance": profile.instance,
            "local": profile.local,
            "release": profile.release,
            "draining": False,
            "started_at": db_now(),
            "last_seen_at": db_now(),
            "left_at": None,
        }
        return self._upsert(workers, {"name": profile.name}, values, only_if=gone) == 1

    def beat_worker(self, profile: WorkerProfile, load: HostLoad) -> WorkerOrders | None:
        mine = (workers.c.name == profile.name, workers.c.instance == profile.instance)
        row = self._db.execute(
            update(workers)
            .where(*mine)
            .values(
                cpu_percent=load.cpu_percent,
                memory_percent=load.memory_percent,
                disk_free=load.disk_free,
                disk_low=load.disk_low,
                gpu_percent=load.gpu_percent,
                gpu_memory_percent=load.gpu_memory_percent,
                last_seen_at=db_now(),
                left_at=None,
            )
            .returning(workers.c.enabled, workers.c.draining)
        ).first()
        return WorkerOrders(row.enabled, row.draining) if row else None

    def sign_off(self, profile: WorkerProfile) -> bool:
        mine = (workers.c.name == profile.name, workers.c.instance == profile.instance)
        if profile.local:
            return self._db.execute(workers.delete().where(*mine)).rowcount == 1
        return self._db.execute(update(workers).where(*mine).values(left_at=db_now(), draining=False)).rowcount == 1

    def order_worker(self, name: str, *, enabled: bool | None = None, draining: bool | None = None) -> bool:
        wanted = {"enabled": enabled, "draining": draining}
        changed = update(workers).where(workers.c.name == name)
        given = {column: value for column, value in wanted.items() if value is not None}
        return self._db.execute(changed.values(**given)).rowcount == 1

    def remove_worker(self, name: str) -> bool:
        return self._db.execute(workers.delete().where(workers.c.name == name)).rowcount == 1

    def avoid_host(self, task_id: str, host: str, reason: str, seconds: float | None = None) -> None:
        until = None if seconds is None else db_now() + seconds
        self._upsert(avoided_hosts, {"task_id": task_id, "host": host}, {"reason": reason, "avoided_until": until})

    def forget_avoided_hosts(self, task_id: str) -> None:
        self._db.execute(avoided_hosts.delete().where(avoided_hosts.c.task_id == task_id))

    def save_workspace(self, workspace: Workspace) -> None:
        self._upsert(
            workspaces,
            {"task_id": workspace.task_id, "host": workspace.host},
            {
                "path": workspace.path,
                "size": workspace.size,
                "state": workspace.state,
                "keep": workspace.keep,
                "message": workspace.message,
                "updated_at": self._db.execute(select(db_now())).scalar_one(),
            },
        )

    def withdraw_cleanups(self, task_id: str) -> int:
        asked = (workspaces.c.task_id == task_id, workspaces.c.state == WorkspaceState.CLEANUP_REQUESTED)
        stays = update(workspaces).where(*asked).values(state=WorkspaceState.READY, keep=Keep.NOTHING)
        return self._db.execute(stays).rowcount

    def _upsert(self, table: Any, key: Mapping[str, Any], values: Mapping[str, Any], only_if: Any = None) -> int:
        """Write a row, or change the one that has this key (if it is as ``only_if`` says); how many were written."""
        row = insert_or(self._db, table).values(**key, **values)
        written = row.on_conflict_do_update(index_elements=list(key), set_=dict(values), where=only_if)
        return self._db.execute(written, execution_options={"preserve_rowcount": True}).rowcount
