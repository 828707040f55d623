"""the hours and holidays of people, teams and the workspace."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendars",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("week", sa.String(), nullable=True),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("part", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendars")),
        sa.UniqueConstraint("scope", name=op.f("uq_calendars_scope")),
    )
    op.create_table(
        "holidays_custom",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_off", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holidays_custom")),
        sa.UniqueConstraint("scope", "day", name=op.f("uq_holidays_custom_scope_day")),
    )


def downgrade() -> None:
    op.drop_table("holidays_custom")
    op.drop_table("calendars")
