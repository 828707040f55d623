"""Who watches which ticket, when a remark was deleted, and indexes for what is due first and for refusals."""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

REFUSED = sa.text("action = 'refused'")
RUNNING = sa.text("met_at IS NULL AND paused_since IS NULL")


def upgrade() -> None:
    op.create_table(
        "watches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_watches_person_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_watches_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watches")),
        sa.UniqueConstraint("ticket_id", "person_id", name=op.f("uq_watches_ticket_id_person_id")),
    )
    with op.batch_alter_table("comments") as comments:
        comments.add_column(sa.Column("deleted_at", UtcTime()))
    op.create_index(
        "ix_sla_clocks_running",
        "sla_clocks",
        ["ticket_id", "due_at"],
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )
    op.create_index(
        "ix_audit_events_refused", "audit_events", ["actor", "id"], sqlite_where=REFUSED, postgresql_where=REFUSED
    )


def downgrade() -> None:
    op.drop_index("ix_audit_events_refused", "audit_events")
    op.drop_index("ix_sla_clocks_running", "sla_clocks")
    with op.batch_alter_table("comments") as comments:
        comments.drop_column("deleted_at")
    op.drop_table("watches")
