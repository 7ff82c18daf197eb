"""The tables. Times are seconds since 1970, UTC, by the database's own clock, so that hosts' clocks do not matter."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from render_manager.domain.entities import TASK_ID_LENGTH

metadata = MetaData(
    naming_convention={
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Words(TypeDecorator[str]):
    """Text from outside, such as what a renderer said: whatever no database takes is replaced."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return value and value.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


class db_now(FunctionElement[float]):  # noqa: N801 - reads as the SQL function it is
    """The database's clock, in seconds since 1970, with fractions."""

    type = Double()
    inherit_cache = True


@compiles(db_now, "sqlite")
def _now_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(db_now, "postgresql")
def _now_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    # Not now(): that is the start of the transaction, which may have waited for a lock since.
    return "EXTRACT(EPOCH FROM clock_timestamp())::double precision"


render_tasks = Table(
    "render_tasks",
    metadata,
    Column("id", String(TASK_ID_LENGTH), primary_key=True),
    Column("name", String(255), nullable=False),
    Column("unionid", String(128), nullable=False),
    Column("oss_file_path", Words, nullable=False),
    Column("is_compressed", Boolean),
    Column("project_file", Words),
    Column("workspace_dir", Words),
    Column("render_engine", String(32), nullable=False),
    Column("task_info", JSON, nullable=False),
    Column("status", String(16), nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("celery_task_id", String(64)),
    Column("frames", Words, nullable=False),
    Column("pending_frames", Integer, nullable=False),
    Column("rendering_frames", Integer, nullable=False),
    Column("completed_frames", Integer, nullable=False),
    Column("failed_frames", Integer, nullable=False),
    Column("skipped_frames", Integer, nullable=False),
    Column("cancelled_frames", Integer, nullable=False),
    Column("total_frames", Integer, nullable=False),
    Column("error_message", Words),
    Column("activity", Words),
    Column("submitted_at", Double, nullable=False),
    Column("started_at", Double),
    Column("finished_at", Double),
    Column("updated_at", Double, nullable=False),
    # "What is next for me?": status narrows, then highest priority, then first submitted.
    Index("ix_render_tasks_next", "status", "priority", "submitted_at"),
    Index("ix_render_tasks_submitted_at", "submitted_at"),
    Index("ix_render_tasks_unionid", "unionid", "submitted_at"),
)

render_frames = Table(
    "render_frames",
    metadata,
    Column("task_id", String(TASK_ID_LENGTH), ForeignKey(render_tasks.c.id, ondelete="CASCADE"), primary_key=True),
    Column("frame_number", Integer, primary_key=True, autoincrement=False),
    Column("status", String(16), nullable=False),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("attempts_used", Integer, nullable=False, server_default="0"),
    Column("worker", String(128)),
    Column("progress", Double, nullable=False, server_default="0"),
    Column("lease_until", Double),
    Column("output_path", Words),
    Column("log_path", Words),
    Column("error_message", Words),
    Column("started_at", Double),
    Column("finished_at", Double),
    Index("ix_render_frames_status", "task_id", "status", "frame_number"),
    # The sweep: only rendering frames have a lease, so the index stays as small as the farm.
    Index(
        "ix_render_frames_lease_until",
        "lease_until",
        sqlite_where=Column("lease_until").is_not(None),
        postgresql_where=Column("lease_until").is_not(None),
    ),
)

workers = Table(
    "workers",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("host", String(128), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("slots", Integer, nullable=False),
    Column("bands", JSON, nullable=False),
    Column("engines", JSON, nullable=False),
    Column("problems", JSON, nullable=False),
    Column("task_id", String(TASK_ID_LENGTH)),
    Column("frame_number", Integer),
    Column("cpu_percent", Double),
    Column("memory_percent", Double),
    Column("disk_free", BigInteger),
    Column("started_at", Double, nullable=False),
    Column("last_seen_at", Double, nullable=False),
)

workspaces = Table(
    "workspaces",
    metadata,
    Column("task_id", String(TASK_ID_LENGTH), ForeignKey(render_tasks.c.id, ondelete="CASCADE"), primary_key=True),
    Column("host", String(128), primary_key=True),
    Column("path", Words, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("state", String(24), nullable=False),
    Column("keep_renders", Boolean, nullable=False),
    Column("message", Words),
    Column("updated_at", Double, nullable=False),
    Index("ix_workspaces_host", "host", "state"),
)

#: Hosts that could not prepare a task for a reason of their own (renderer too old, disk full); others may.
avoided_hosts = Table(
    "avoided_hosts",
    metadata,
    Column("task_id", String(TASK_ID_LENGTH), ForeignKey(render_tasks.c.id, ondelete="CASCADE"), primary_key=True),
    Column("host", String(128), primary_key=True),
    Column("reason", Words, nullable=False),
)
