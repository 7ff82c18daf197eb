"""The tables. Times are seconds since 1970, UTC, by the database's own clock, so that hosts' clocks do not matter."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
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
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from render_manager.domain.entities import TASK_ID_LENGTH
from render_manager.domain.states import RUNNABLE, FrameStatus

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


def insert_or(connection: Connection, table: Table) -> Any:
    """An INSERT that can say what happens on a conflict."""
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def where(condition: str) -> dict[str, Any]:
    """A partial index on both databases. Their planners use one only for queries that hold the same condition with
    its values written out."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


#: The conditions of the partial indexes, to be used in queries as they are.
IS_RUNNABLE = f"status IN ({', '.join(repr(status.value) for status in sorted(RUNNABLE))})"
IS_PENDING = f"status = '{FrameStatus.PENDING.value}'"

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
    Column("frame_order", String(8), nullable=False, server_default="forward"),
    Column("max_attempts", Integer, nullable=False, server_default="3"),
    Column("max_workers", Integer),
    # task_info["requires"] as the claim compares it; the tags are in task_tags.
    Column("version_from", BigInteger),
    Column("version_below", BigInteger),
    Column("memory_needed", BigInteger),
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
    Column("project_choices", JSON(none_as_null=True)),
    Column("submitted_at", Double, nullable=False),
    Column("started_at", Double),
    Column("finished_at", Double),
    Column("updated_at", Double, nullable=False),
    # "What is next for me?" is the first fitting row of this index. The counters are left out of it: they change with
    # each frame, and on PostgreSQL an update that touches no index is the cheap one.
    Index("ix_render_tasks_next", text("priority DESC"), "submitted_at", "id", **where(IS_RUNNABLE)),
    # Not led by the status: SQLite would take that index for the question above, and sort all that wait.
    Index("ix_render_tasks_finished_at", "finished_at"),
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
    Column("position", Integer, nullable=False, server_default="0"),
    Column("worker", String(128)),
    Column("progress", Double, nullable=False, server_default="0"),
    Column("lease_until", Double),
    Column("output_path", Words),
    Column("uploaded_key", Words),
    Column("log_path", Words),
    Column("error_message", Words),
    Column("failure", String(16)),
    Column("evidence", Words),
    Column("started_at", Double),
    Column("finished_at", Double),
    Index("ix_render_frames_status", "task_id", "status", "frame_number"),
    # The next frame of a task: those that were lost or failed before come last, so that one which ends every renderer
    # holds nobody up.
    Index("ix_render_frames_next", "task_id", "attempts_used", "position", **where(IS_PENDING)),
    # The sweep: only rendering frames have a lease, so the index stays as small as the farm.
    Index("ix_render_frames_lease_until", "lease_until", **where("lease_until IS NOT NULL")),
)

#: Words that a worker must have among its tags to render the task.
task_tags = Table(
    "task_tags",
    metadata,
    Column("task_id", String(TASK_ID_LENGTH), ForeignKey(render_tasks.c.id, ondelete="CASCADE"), primary_key=True),
    Column("tag", String(64), primary_key=True),
)

#: ``task_id`` starts when every task it is after is completed.
task_dependencies = Table(
    "task_dependencies",
    metadata,
    Column("task_id", String(TASK_ID_LENGTH), ForeignKey(render_tasks.c.id, ondelete="CASCADE"), primary_key=True),
    Column("after_id", String(TASK_ID_LENGTH), ForeignKey(render_tasks.c.id, ondelete="CASCADE"), primary_key=True),
    Index("ix_task_dependencies_after_id", "after_id"),
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
    Column("tags", JSON, nullable=False, server_default="[]"),
    Column("memory", BigInteger),
    Column("instance", String(32), nullable=False, server_default=""),
    Column("local", Boolean, nullable=False, server_default=text("false")),
    Column("release", String(32), nullable=False, server_default=""),
    # What people want of it; both outlive the process.
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    Column("draining", Boolean, nullable=False, server_default=text("false")),
    Column("cpu_percent", Double),
    Column("memory_percent", Double),
    Column("disk_free", BigInteger),
    Column("disk_low", Boolean, nullable=False, server_default=text("false")),
    Column("gpu_percent", Double),
    Column("gpu_memory_percent", Double),
    Column("started_at", Double, nullable=False),
    Column("last_seen_at", Double, nullable=False),
    Column("left_at", Double),  # when it signed off
)

workspaces = Table(
    "workspaces",
    metadata,
    Column("task_id", String(TASK_ID_LENGTH), ForeignKey(render_tasks.c.id, ondelete="CASCADE"), primary_key=True),
    Column("host", String(128), primary_key=True),
    Column("path", Words, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("state", String(24), nullable=False),
    Column("keep", String(16), nullable=False, server_default="nothing"),
    Column("message", Words),
    Column("updated_at", Double, nullable=False),
    Index("ix_workspaces_host", "host", "state"),
)

#: Hosts that get no frame of a task, for a reason of their own (renderer too old, disk full, no licence just now).
avoided_hosts = Table(
    "avoided_hosts",
    metadata,
    Column("task_id", String(TASK_ID_LENGTH), ForeignKey(render_tasks.c.id, ondelete="CASCADE"), primary_key=True),
    Column("host", String(128), primary_key=True),
    Column("reason", Words, nullable=False),
    Column("avoided_until", Double),  # NULL: until a person asks for the task again
)

#: Who changed what, when and why. Rows outlive what they tell of until they are trimmed.
audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Double, nullable=False),
    Column("actor", Words, nullable=False),
    Column("action", String(24), nullable=False),
    Column("task_id", String(TASK_ID_LENGTH)),
    Column("worker", String(128)),
    Column("frames", Words),
    # The frame, where it is one: to find the attempts at it.
    Column("frame_number", Integer),
    Column("attempt", Integer),
    Column("moves", JSON(none_as_null=True)),
    Column("status", JSON(none_as_null=True)),
    Column("priority", JSON(none_as_null=True)),
    Column("why", Words),
    Index("ix_audit_task_id", "task_id", "id"),
    Index("ix_audit_worker", "worker", "id", **where("worker IS NOT NULL")),
    Index("ix_audit_at", "at"),
)

#: What one worker does for the whole farm: when somebody did it last, and when it is due next.
duties = Table(
    "duties",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("taken_at", Double, nullable=False),
    Column("due_at", Double, nullable=False),
)
