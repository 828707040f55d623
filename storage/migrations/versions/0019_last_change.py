"""What was done with a ticket last, and when."""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tickets", sa.Column("last_change", sa.String(), nullable=False, server_default=""))
    op.add_column("tickets", sa.Column("last_change_at", UtcTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("tickets") as tickets:
        tickets.drop_column("last_change_at")
        tickets.drop_column("last_change")
