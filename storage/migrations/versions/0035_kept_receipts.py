"""What the agent did stays as it is on record: the database lets nobody change a numbered receipt."""

from alembic import op

from storage import append_only

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    append_only.guard_receipts(op.get_bind())


def downgrade() -> None:
    append_only.unguard_receipts(op.get_bind())
