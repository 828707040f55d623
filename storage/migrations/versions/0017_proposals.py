"""What waits for approval, which ticket is a duplicate of which, and which look alike but are not the same."""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tickets") as tickets:
        tickets.add_column(sa.Column("duplicate_of", sa.Integer()))
        tickets.create_index("ix_tickets_duplicate_of", ["duplicate_of"])
    op.create_table(
        "duplicate_pairs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("said_by", sa.Integer(), nullable=False),
        sa.Column("said_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_duplicate_pairs_ticket_id")),
        sa.ForeignKeyConstraint(["other_id"], ["tickets.id"], name=op.f("fk_duplicate_pairs_other_id")),
        sa.ForeignKeyConstraint(["said_by"], ["people.id"], name=op.f("fk_duplicate_pairs_said_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_pairs")),
        sa.UniqueConstraint("ticket_id", "other_id", name=op.f("uq_duplicate_pairs_ticket_id_other_id")),
    )
    op.create_index(op.f("ix_duplicate_pairs_other_id"), "duplicate_pairs", ["other_id"])
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("needs", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("hidden_in", sa.String(), nullable=True),
        sa.Column("asker_id", sa.Integer(), nullable=False),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("decided_at", UtcTime(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_proposals_ticket_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_proposals_team_id")),
        sa.ForeignKeyConstraint(["asker_id"], ["people.id"], name=op.f("fk_proposals_asker_id")),
        sa.ForeignKeyConstraint(["approver_id"], ["people.id"], name=op.f("fk_proposals_approver_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_proposals_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("workspace_id", "number", name=op.f("uq_proposals_workspace_id_number")),
    )
    op.create_index("ix_proposals_ticket_id_state", "proposals", ["ticket_id", "state"])


def downgrade() -> None:
    op.drop_table("proposals")
    op.drop_table("duplicate_pairs")
    with op.batch_alter_table("tickets") as tickets:
        tickets.drop_index("ix_tickets_duplicate_of")
        tickets.drop_column("duplicate_of")
