"""deliveries that wait for their jobs are found without looking at the others."""

from alembic import op

from storage.columns import where

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_deliveries_waiting", "deliveries", ["id"], **where("status = 'waiting'"))


def downgrade() -> None:
    op.drop_index("ix_deliveries_waiting", "deliveries")
