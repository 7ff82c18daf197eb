"""Tasks, frames, workers, workspaces"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "render_tasks",
        sa.Column("id", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("unionid", sa.String(length=128), nullable=False),
        sa.Column("oss_file_path", sa.Text(), nullable=False),
        sa.Column("is_compressed", sa.Boolean(), nullable=True),
        sa.Column("project_file", sa.Text(), nullable=True),
        sa.Column("workspace_dir", sa.Text(), nullable=True),
        sa.Column("render_engine", sa.String(length=32), nullable=False),
        sa.Column("task_info", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("celery_task_id", sa.String(length=64), nullable=True),
        sa.Column("frames", sa.Text(), nullable=False),
        sa.Column("pending_frames", sa.Integer(), nullable=False),
        sa.Column("rendering_frames", sa.Integer(), nullable=False),
        sa.Column("completed_frames", sa.Integer(), nullable=False),
        sa.Column("failed_frames", sa.Integer(), nullable=False),
        sa.Column("skipped_frames", sa.Integer(), nullable=False),
        sa.Column("cancelled_frames", sa.Integer(), nullable=False),
        sa.Column("total_frames", sa.Integer(), nullable=False),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("activity", sa.Text(), nullable=True),
        sa.Column("submitted_at", sa.Double(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=True),
        sa.Column("finished_at", sa.Double(), nullable=True),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_render_tasks")),
    )
    with op.batch_alter_table("render_tasks", schema=None) as batch_op:
        batch_op.create_index("ix_render_tasks_next", ["status", "priority", "submitted_at"], unique=False)
        batch_op.create_index("ix_render_tasks_submitted_at", ["submitted_at"], unique=False)
        batch_op.create_index("ix_render_tasks_unionid", ["unionid", "submitted_at"], unique=False)

    op.create_table(
        "workers",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("host", sa.String(length=128), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("bands", sa.JSON(), nullable=False),
        sa.Column("engines", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("task_id", sa.String(length=10), nullable=True),
        sa.Column("frame_number", sa.Integer(), nullable=True),
        sa.Column("cpu_percent", sa.Double(), nullable=True),
        sa.Column("memory_percent", sa.Double(), nullable=True),
        sa.Column("disk_free", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("last_seen_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
    )
    op.create_table(
        "avoided_hosts",
        sa.Column("task_id", sa.String(length=10), nullable=False),
        sa.Column("host", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task_id"], ["render_tasks.id"], name=op.f("fk_avoided_hosts_task_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("task_id", "host", name=op.f("pk_avoided_hosts")),
    )
    op.create_table(
        "render_frames",
        sa.Column("task_id", sa.String(length=10), nullable=False),
        sa.Column("frame_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts_used", sa.Integer(), server_default="0", nullable=False),
        sa.Column("worker", sa.String(length=128), nullable=True),
        sa.Column("progress", sa.Double(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.Column("output_path", sa.Text(), nullable=True),
        sa.Column("log_path", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("started_at", sa.Double(), nullable=True),
        sa.Column("finished_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["task_id"], ["render_tasks.id"], name=op.f("fk_render_frames_task_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("task_id", "frame_number", name=op.f("pk_render_frames")),
    )
    with op.batch_alter_table("render_frames", schema=None) as batch_op:
        batch_op.create_index(
            "ix_render_frames_lease_until",
            ["lease_until"],
            unique=False,
            sqlite_where=sa.text("lease_until IS NOT NULL"),
            postgresql_where=sa.text("lease_until IS NOT NULL"),
        )
        batch_op.create_index("ix_render_frames_status", ["task_id", "status", "frame_number"], unique=False)

    op.create_table(
        "workspaces",
        sa.Column("task_id", sa.String(length=10), nullable=False),
        sa.Column("host", sa.String(length=128), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("keep_renders", sa.Boolean(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task_id"], ["render_tasks.id"], name=op.f("fk_workspaces_task_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("task_id", "host", name=op.f("pk_workspaces")),
    )
    with op.batch_alter_table("workspaces", schema=None) as batch_op:
        batch_op.create_index("ix_workspaces_host", ["host", "state"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("workspaces", schema=None) as batch_op:
        batch_op.drop_index("ix_workspaces_host")

    op.drop_table("workspaces")
    with op.batch_alter_table("render_frames", schema=None) as batch_op:
        batch_op.drop_index("ix_render_frames_status")
        batch_op.drop_index(
            "ix_render_frames_lease_until",
            sqlite_where=sa.text("lease_until IS NOT NULL"),
            postgresql_where=sa.text("lease_until IS NOT NULL"),
        )

    op.drop_table("render_frames")
    op.drop_table("avoided_hosts")
    op.drop_table("workers")
    with op.batch_alter_table("render_tasks", schema=None) as batch_op:
        batch_op.drop_index("ix_render_tasks_unionid")
        batch_op.drop_index("ix_render_tasks_submitted_at")
        batch_op.drop_index("ix_render_tasks_next")

    op.drop_table("render_tasks")
