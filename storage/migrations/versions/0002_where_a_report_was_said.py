"""A ticket knows the message it came from when that is not in its own channel."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("origin_channel_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("origin_ts", sa.String(), nullable=True))
        batch_op.create_index(batch_op.f("ix_tickets_origin_ts"), ["origin_ts"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tickets_origin_ts"))
        batch_op.drop_column("origin_ts")
        batch_op.drop_column("origin_channel_id")
