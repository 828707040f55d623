"""What reconcile found in each gap, and how far the sync of each repository is."""

import sqlalchemy as sa
from alembic import op

import storage.columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ZERO, EMPTY, NOTHING = sa.text("0"), sa.text("''"), sa.text("'{}'")


def upgrade() -> None:
    for name in ("found", "redelivered", "rescanned", "failed"):
        op.add_column("gaps", sa.Column(name, sa.Integer(), nullable=False, server_default=ZERO))
    op.add_column("gaps", sa.Column("repository", sa.String(), nullable=True))
    op.add_column("gaps", sa.Column("asked", sa.JSON(), nullable=False, server_default=NOTHING))
    op.add_column("repositories", sa.Column("sync_note", sa.String(), nullable=False, server_default=EMPTY))
    op.add_column("repositories", sa.Column("expected", sa.Integer(), nullable=True))
    op.add_column("repositories", sa.Column("disconnected_at", storage.columns.UtcTime(), nullable=True))
    op.create_index("ix_deliveries_repo", "deliveries", ["repo_id", "received_at"])


def downgrade() -> None:
    op.drop_index("ix_deliveries_repo", "deliveries")
    for table, names in {
        "repositories": ("disconnected_at", "expected", "sync_note"),
        "gaps": ("asked", "repository", "failed", "rescanned", "redelivered", "found"),
    }.items():
        for name in names:
            op.drop_column(table, name)
