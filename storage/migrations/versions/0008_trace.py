"""what came of an event is found by its correlation id, and a message by its place."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OF_ISSUES = sa.text("key LIKE 'issue:%'")
TABLES = ("deliveries", "outbox", "receipts", "audit_events")


def upgrade() -> None:
    for table in TABLES:
        op.create_index(f"ix_{table}_correlation_id", table, ["correlation_id"])
    op.create_index("ix_receipts_message", "receipts", ["channel_id", "ts"])
    op.create_index("ix_jobs_issue", "jobs", ["key"], sqlite_where=OF_ISSUES, postgresql_where=OF_ISSUES)


def downgrade() -> None:
    op.drop_index("ix_jobs_issue", "jobs")
    op.drop_index("ix_receipts_message", "receipts")
    for table in TABLES:
        op.drop_index(f"ix_{table}_correlation_id", table)
