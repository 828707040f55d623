"""What is said in threads and its summaries; where the work of a thread is, and which pull request it is about."""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# Where the work of a thread stands whose ticket is over.
_OVER = """
UPDATE thread_links SET phase = (SELECT CASE tickets.status WHEN 'resolved' THEN 'done' ELSE 'abandoned' END
    FROM tickets WHERE tickets.id = thread_links.ticket_id)
WHERE ticket_id IN (SELECT id FROM tickets WHERE status IN ('resolved', 'closed'))
"""


def upgrade() -> None:
    with op.batch_alter_table("thread_links") as links:
        links.alter_column("ticket_id", existing_type=sa.Integer(), nullable=True)
        links.add_column(sa.Column("pull_id", sa.Integer(), nullable=True))
        links.add_column(sa.Column("phase", sa.String(), nullable=False, server_default="open"))
        links.add_column(sa.Column("phase_changes", sa.JSON(), nullable=False, server_default="[]"))
        links.create_foreign_key(op.f("fk_thread_links_pull_id"), "pulls", ["pull_id"], ["id"])
        links.create_index(op.f("ix_thread_links_pull_id"), ["pull_id"])
    op.execute(_OVER)
    with op.batch_alter_table("pulls") as pulls:
        pulls.add_column(sa.Column("closes", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "thread_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("thread_ts", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_thread_messages_comment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_messages")),
        sa.UniqueConstraint(
            "workspace_id", "channel_id", "ts", name=op.f("uq_thread_messages_workspace_id_channel_id_ts")
        ),
    )
    op.create_index("ix_thread_messages_thread", "thread_messages", ["workspace_id", "channel_id", "thread_ts", "ts"])
    op.create_index(op.f("ix_thread_messages_at"), "thread_messages", ["at"])
    op.create_table(
        "thread_summaries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("thread_ts", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("until_ts", sa.String(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_summaries")),
        sa.UniqueConstraint(
            "workspace_id",
            "channel_id",
            "thread_ts",
            name=op.f("uq_thread_summaries_workspace_id_channel_id_thread_ts"),
        ),
    )
    op.create_index(op.f("ix_thread_summaries_at"), "thread_summaries", ["at"])


def downgrade() -> None:
    op.drop_table("thread_summaries")
    op.drop_table("thread_messages")
    with op.batch_alter_table("pulls") as pulls:
        pulls.drop_column("closes")
    op.execute("DELETE FROM thread_links WHERE ticket_id IS NULL")
    with op.batch_alter_table("thread_links") as links:
        links.drop_constraint(op.f("fk_thread_links_pull_id"), type_="foreignkey")
        links.drop_index(op.f("ix_thread_links_pull_id"))
        links.drop_column("phase_changes")
        links.drop_column("phase")
        links.drop_column("pull_id")
        links.alter_column("ticket_id", existing_type=sa.Integer(), nullable=False)
