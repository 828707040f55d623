"""What all processes share of language models: what they took, whether they are left alone, answers to give again."""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

SUMS = ("calls", "reserved", "reserved_cost", "cost", "input", "output", "cache_read", "cache_write", "unpriced")


def upgrade() -> None:
    op.create_table(
        "llm_ledger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in SUMS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_llm_ledger")),
        sa.UniqueConstraint("workspace_id", "scope", "day", name=op.f("uq_llm_ledger_workspace_id_scope_day")),
    )
    op.create_index("ix_llm_ledger_at", "llm_ledger", ["at"])
    op.create_table(
        "llm_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_llm_state")),
        sa.UniqueConstraint("workspace_id", "provider", "what", name=op.f("uq_llm_state_workspace_id_provider_what")),
    )
    op.create_table(
        "llm_cache",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_llm_cache")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_llm_cache_workspace_id_key")),
    )
    op.create_index("ix_llm_cache_purpose", "llm_cache", ["purpose", "id"])


def downgrade() -> None:
    for table in ("llm_cache", "llm_state", "llm_ledger"):
        op.drop_table(table)
