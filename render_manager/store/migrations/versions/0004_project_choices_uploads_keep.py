"""Project files to choose from; where a frame's image was uploaded to; what a clean-up keeps; hosts low on disk"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("render_tasks", sa.Column("project_choices", sa.JSON(none_as_null=True)))
    op.add_column("render_frames", sa.Column("uploaded_key", sa.Text()))
    op.add_column("workers", sa.Column("disk_low", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("workspaces", sa.Column("keep", sa.String(16), nullable=False, server_default="nothing"))
    op.execute("UPDATE workspaces SET keep = 'renders' WHERE keep_renders")
    with op.batch_alter_table("workspaces") as batch_op:
        batch_op.drop_column("keep_renders")


def downgrade() -> None:
    op.add_column(
        "workspaces", sa.Column("keep_renders", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.execute("UPDATE workspaces SET keep_renders = true WHERE keep = 'renders'")
    with op.batch_alter_table("workspaces") as batch_op:
        batch_op.drop_column("keep")
    with op.batch_alter_table("workers") as batch_op:
        batch_op.drop_column("disk_low")
    with op.batch_alter_table("render_frames") as batch_op:
        batch_op.drop_column("uploaded_key")
    with op.batch_alter_table("render_tasks") as batch_op:
        batch_op.drop_column("project_choices")
