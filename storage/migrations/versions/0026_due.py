"""When the first deadline of a ticket is, in the ticket itself: lists are sorted by it."""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcTime, where

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

OPEN = "status IN ('open', 'in_progress')"
FILL = """
UPDATE tickets SET due_at = (
    SELECT MIN(due_at) FROM sla_clocks
    WHERE ticket_id = tickets.id AND met_at IS NULL AND paused_since IS NULL AND clock != 'off'
)
"""


def upgrade() -> None:
    op.add_column("tickets", sa.Column("due_at", UtcTime(), nullable=True))
    op.execute(FILL)
    op.create_index("ix_tickets_open_due", "tickets", ["workspace_id", "due_at", "id"], **where(OPEN))


def downgrade() -> None:
    op.drop_index("ix_tickets_open_due", "tickets")
    with op.batch_alter_table("tickets") as tickets:
        tickets.drop_column("due_at")
