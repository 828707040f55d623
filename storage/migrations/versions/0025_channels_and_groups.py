"""Channels as Slack last described them; groups that stand for teams; the time zone that Slack knows of a person."""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("people") as people:
        people.add_column(sa.Column("zone", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "channels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("has_bot", sa.Boolean(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.Column("introduced_at", UtcTime(), nullable=True),
        sa.Column("rests_since", UtcTime(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
        sa.UniqueConstraint("workspace_id", "channel_id", name=op.f("uq_channels_workspace_id_channel_id")),
    )
    op.create_table(
        "group_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("usergroup_id", sa.String(), nullable=True),
        sa.Column("usergroup_name", sa.String(), nullable=False),
        sa.Column("here", sa.JSON(), nullable=False),
        sa.Column("there", sa.JSON(), nullable=False),
        sa.Column("read_at", UtcTime(), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("reported", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_group_links_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_links")),
        sa.UniqueConstraint("workspace_id", "source", name=op.f("uq_group_links_workspace_id_source")),
    )


def downgrade() -> None:
    op.drop_table("group_links")
    op.drop_table("channels")
    with op.batch_alter_table("people") as people:
        people.drop_column("zone")
