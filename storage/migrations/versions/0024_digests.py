"""Whose week and which pull request something due is about; who is asked to review what."""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("reminders") as reminders:
        reminders.add_column(sa.Column("team_id", sa.Integer()))
        reminders.add_column(sa.Column("pull_id", sa.Integer()))
        reminders.create_foreign_key(op.f("fk_reminders_team_id"), "teams", ["team_id"], ["id"])
        reminders.create_foreign_key(op.f("fk_reminders_pull_id"), "pulls", ["pull_id"], ["id"])
        reminders.create_index("ix_reminders_pull", ["pull_id"])
    op.create_table(
        "review_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("pull_id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("asked_at", UtcTime(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("verdict_sha", sa.String(), nullable=False),
        sa.Column("verdict_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["pull_id"], ["pulls.id"], name=op.f("fk_review_requests_pull_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_requests")),
        sa.UniqueConstraint("pull_id", "login", name=op.f("uq_review_requests_pull_id_login")),
    )
    op.create_index(op.f("ix_review_requests_login"), "review_requests", ["login"])


def downgrade() -> None:
    op.drop_table("review_requests")
    with op.batch_alter_table("reminders") as reminders:
        reminders.drop_index("ix_reminders_pull")
        reminders.drop_constraint(op.f("fk_reminders_pull_id"), type_="foreignkey")
        reminders.drop_constraint(op.f("fk_reminders_team_id"), type_="foreignkey")
        reminders.drop_column("pull_id")
        reminders.drop_column("team_id")
