"""How busy a worker's graphics cards are, and its release of Render Manager"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("workers", sa.Column("gpu_percent", sa.Double()))
    op.add_column("workers", sa.Column("gpu_memory_percent", sa.Double()))
    op.add_column("workers", sa.Column("release", sa.String(32), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("workers") as batch_op:
        batch_op.drop_column("release")
        batch_op.drop_column("gpu_memory_percent")
        batch_op.drop_column("gpu_percent")
