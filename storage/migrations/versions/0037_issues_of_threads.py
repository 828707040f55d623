"""A thread without a ticket knows the issue that was opened for it."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("thread_links") as links:
        links.add_column(sa.Column("issue_id", sa.Integer(), nullable=True))
        links.create_foreign_key(op.f("fk_thread_links_issue_id"), "issues", ["issue_id"], ["id"])
        links.create_index(op.f("ix_thread_links_issue_id"), ["issue_id"])


def downgrade() -> None:
    with op.batch_alter_table("thread_links") as links:
        links.drop_index(op.f("ix_thread_links_issue_id"))
        links.drop_constraint(op.f("fk_thread_links_issue_id"), type_="foreignkey")
        links.drop_column("issue_id")
