"""Whose Home tab is open and what it says, and an index for what waits for somebody."""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "homes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=True),
        sa.Column("not_before", UtcTime(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_homes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_homes")),
        sa.UniqueConstraint("person_id", name=op.f("uq_homes_person_id")),
    )
    op.create_index("ix_homes_opened_at", "homes", ["opened_at"])
    op.create_index("ix_tickets_waiting_on", "tickets", ["waiting_on"])


def downgrade() -> None:
    op.drop_index("ix_tickets_waiting_on", "tickets")
    op.drop_index("ix_homes_opened_at", "homes")
    op.drop_table("homes")
