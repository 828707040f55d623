"""What people asked to be reminded of."""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("asker_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("channel_id", sa.String(), nullable=True),
        sa.Column("thread_ts", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("first", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("is_workdays", sa.Boolean(), nullable=False),
        sa.Column("times_left", sa.Integer(), nullable=True),
        sa.Column("ends_at", UtcTime(), nullable=True),
        sa.Column("next_at", UtcTime(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["asker_id"], ["people.id"], name=op.f("fk_alarms_asker_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_alarms_person_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_alarms_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_index("ix_alarms_asker", "alarms", ["asker_id", "state"])
    op.create_index("ix_alarms_person", "alarms", ["person_id", "state"])
    op.add_column("reminders", sa.Column("alarm_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("reminders", "alarm_id")
    op.drop_table("alarms")
