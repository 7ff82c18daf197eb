"""Why an attempt failed: its class and the line that shows it; hosts avoided for a while"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("render_frames", sa.Column("failure", sa.String(16)))
    op.add_column("render_frames", sa.Column("evidence", sa.Text()))
    op.add_column("avoided_hosts", sa.Column("avoided_until", sa.Double()))


def downgrade() -> None:
    with op.batch_alter_table("avoided_hosts") as batch_op:
        batch_op.drop_column("avoided_until")
    with op.batch_alter_table("render_frames") as batch_op:
        batch_op.drop_column("evidence")
        batch_op.drop_column("failure")
