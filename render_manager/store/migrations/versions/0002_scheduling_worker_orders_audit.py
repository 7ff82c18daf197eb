"""Frame order, requirements, dependencies; what people want of workers; the record of changes; duties"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

RUNNABLE = sa.text("status IN ('pending', 'preparing', 'running')")
PENDING = sa.text("status = 'pending'")


def upgrade() -> None:
    with op.batch_alter_table("render_tasks") as batch_op:
        batch_op.add_column(sa.Column("frame_order", sa.String(8), nullable=False, server_default="forward"))
        batch_op.add_column(sa.Column("max_attempts", sa.Integer(), nullable=False, server_default="3"))
        batch_op.add_column(sa.Column("max_workers", sa.Integer()))
        batch_op.add_column(sa.Column("version_from", sa.BigInteger()))
        batch_op.add_column(sa.Column("version_below", sa.BigInteger()))
        batch_op.add_column(sa.Column("memory_needed", sa.BigInteger()))
        batch_op.drop_index("ix_render_tasks_next")
    op.create_index(
        "ix_render_tasks_next",
        "render_tasks",
        [sa.text("priority DESC"), "submitted_at", "id"],
        sqlite_where=RUNNABLE,
        postgresql_where=RUNNABLE,
    )
    op.create_index("ix_render_tasks_finished_at", "render_tasks", ["finished_at"])

    op.add_column("render_frames", sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE render_frames SET position = frame_number")
    op.create_index(
        "ix_render_frames_next",
        "render_frames",
        ["task_id", "attempts_used", "position"],
        sqlite_where=PENDING,
        postgresql_where=PENDING,
    )

    task = sa.ForeignKeyConstraint
    op.create_table(
        "task_tags",
        sa.Column("task_id", sa.String(10), nullable=False),
        sa.Column("tag", sa.String(64), nullable=False),
        task(["task_id"], ["render_tasks.id"], name=op.f("fk_task_tags_task_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("task_id", "tag", name=op.f("pk_task_tags")),
    )
    op.create_table(
        "task_dependencies",
        sa.Column("task_id", sa.String(10), nullable=False),
        sa.Column("after_id", sa.String(10), nullable=False),
        task(["task_id"], ["render_tasks.id"], name=op.f("fk_task_dependencies_task_id"), ondelete="CASCADE"),
        task(["after_id"], ["render_tasks.id"], name=op.f("fk_task_dependencies_after_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("task_id", "after_id", name=op.f("pk_task_dependencies")),
    )
    op.create_index("ix_task_dependencies_after_id", "task_dependencies", ["after_id"])

    with op.batch_alter_table("workers") as batch_op:
        batch_op.drop_column("task_id")
        batch_op.drop_column("frame_number")
        batch_op.add_column(sa.Column("tags", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("memory", sa.BigInteger()))
        batch_op.add_column(sa.Column("instance", sa.String(32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("local", sa.Boolean(), nullable=False, server_default=sa.text("false")))
        batch_op.add_column(sa.Column("enabled", sa.Boolean(), nullable=False, server_default=sa.text("true")))
        batch_op.add_column(sa.Column("draining", sa.Boolean(), nullable=False, server_default=sa.text("false")))
        batch_op.add_column(sa.Column("left_at", sa.Double()))

    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.String(24), nullable=False),
        sa.Column("task_id", sa.String(10)),
        sa.Column("worker", sa.String(128)),
        sa.Column("frames", sa.Text()),
        sa.Column("frame_number", sa.Integer()),
        sa.Column("attempt", sa.Integer()),
        sa.Column("moves", sa.JSON()),
        sa.Column("status", sa.JSON()),
        sa.Column("priority", sa.JSON()),
        sa.Column("why", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_task_id", "audit", ["task_id", "id"])
    worker = sa.text("worker IS NOT NULL")
    op.create_index("ix_audit_worker", "audit", ["worker", "id"], sqlite_where=worker, postgresql_where=worker)
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_table(
        "duties",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("taken_at", sa.Double(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_duties")),
    )


def downgrade() -> None:
    for table in ("duties", "audit", "task_dependencies", "task_tags"):
        op.drop_table(table)
    with op.batch_alter_table("workers") as batch_op:
        for column in ("left_at", "draining", "enabled", "local", "instance", "memory", "tags"):
            batch_op.drop_column(column)
        batch_op.add_column(sa.Column("task_id", sa.String(10)))
        batch_op.add_column(sa.Column("frame_number", sa.Integer()))
    op.drop_index("ix_render_frames_next", "render_frames")
    with op.batch_alter_table("render_frames") as batch_op:
        batch_op.drop_column("position")
    op.drop_index("ix_render_tasks_finished_at", "render_tasks")
    op.drop_index("ix_render_tasks_next", "render_tasks")
    with op.batch_alter_table("render_tasks") as batch_op:
        for column in (
            "memory_needed",
            "version_below",
            "version_from",
            "max_workers",
            "max_attempts",
            "frame_order",
        ):
            batch_op.drop_column(column)
        batch_op.create_index("ix_render_tasks_next", ["status", "priority", "submitted_at"])
