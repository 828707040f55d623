"""What a ticket waits for, when it rested before it was reopened, its version, and what takes a change back."""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

WAITED_FOR = "fk_tickets_waiting_on"


def added() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("version", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("waiting_on", sa.Integer()),
        sa.Column("waiting_for", sa.String()),
        sa.Column("waiting_since", UtcTime()),
        sa.Column("rests", sa.JSON(), nullable=False, server_default="[]"),
    )


def upgrade() -> None:
    with op.batch_alter_table("tickets") as tickets:
        for column in added():
            tickets.add_column(column)
        tickets.create_foreign_key(WAITED_FOR, "people", ["waiting_on"], ["id"])
    op.create_table(
        "undo_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("needs", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("work_key", sa.String(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("correlation_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_undo_steps_person_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_undo_steps_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undo_steps")),
        sa.UniqueConstraint("ticket_id", "version", name=op.f("uq_undo_steps_ticket_id_version")),
    )
    op.create_index("ix_undo_steps_person_id_at", "undo_steps", ["person_id", "at"])
    op.create_index("ix_undo_steps_work_key", "undo_steps", ["work_key"])


def downgrade() -> None:
    op.drop_table("undo_steps")
    with op.batch_alter_table("tickets") as tickets:
        tickets.drop_constraint(WAITED_FOR, type_="foreignkey")
        for column in added():
            tickets.drop_column(column.name)
