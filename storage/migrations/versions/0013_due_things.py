"""What is due and what was sent of it; how long tickets may wait, the clocks that run on them, and snoozed ones."""

import sqlalchemy as sa
from alembic import op

import storage.columns
from storage.columns import where

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = storage.columns.UtcTime()


def _key() -> tuple[sa.Column[int], sa.Column[str]]:
    return sa.Column("id", sa.Integer(), nullable=False), sa.Column("workspace_id", sa.String(40), nullable=False)


def upgrade() -> None:
    op.add_column("tickets", sa.Column("snoozed_until", MOMENT, nullable=True))
    op.create_table(
        "reminders",
        *_key(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("channel_id", sa.String(), nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("plan_key", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_reminders_ticket_id_tickets")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_reminders_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("plan_key", name=op.f("uq_reminders_plan_key")),
    )
    op.create_index("ix_reminders_due", "reminders", ["due_at"], **where("state = 'planned'"))
    op.create_index("ix_reminders_ticket", "reminders", ["ticket_id", "kind"])
    op.create_index("ix_reminders_person", "reminders", ["person_id", "state"])
    op.create_table(
        "reminder_sends",
        *_key(),
        sa.Column("reminder_id", sa.Integer(), nullable=False),
        sa.Column("fire_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["reminders.id"], name=op.f("fk_reminder_sends_reminder_id_reminders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_sends")),
        sa.UniqueConstraint("reminder_id", "fire_at", name=op.f("uq_reminder_sends_reminder_id_fire_at")),
    )
    op.create_table(
        "sla_policies",
        *_key(),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("ack_minutes", sa.Integer(), nullable=True),
        sa.Column("resolve_minutes", sa.Integer(), nullable=True),
        sa.Column("clock", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_sla_policies_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_policies")),
        sa.UniqueConstraint("team_id", "priority", name=op.f("uq_sla_policies_team_id_priority")),
    )
    op.create_table(
        "sla_clocks",
        *_key(),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("target_minutes", sa.Integer(), nullable=False),
        sa.Column("clock", sa.String(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("pauses", sa.JSON(), nullable=False),
        sa.Column("paused_since", MOMENT, nullable=True),
        sa.Column("warn_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("met_at", MOMENT, nullable=True),
        sa.Column("breached_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_sla_clocks_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_clocks")),
        sa.UniqueConstraint("ticket_id", "kind", "generation", name=op.f("uq_sla_clocks_ticket_id_kind_generation")),
    )


def downgrade() -> None:
    for table in ("sla_clocks", "sla_policies", "reminder_sends"):
        op.drop_table(table)
    for index in ("ix_reminders_person", "ix_reminders_ticket", "ix_reminders_due"):
        op.drop_index(index, "reminders")
    op.drop_table("reminders")
    op.drop_column("tickets", "snoozed_until")
