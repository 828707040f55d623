"""Who wrote the message that somebody else made a ticket of, and what they chose that triage is to leave alone."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def added() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("author_id", sa.String()),
        sa.Column("chosen", sa.JSON(), nullable=False, server_default="[]"),
    )


def upgrade() -> None:
    with op.batch_alter_table("tickets") as tickets:
        for column in added():
            tickets.add_column(column)


def downgrade() -> None:
    with op.batch_alter_table("tickets") as tickets:
        for column in added():
            tickets.drop_column(column.name)
