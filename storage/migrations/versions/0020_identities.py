"""Whose login is whose, and how sure that is; teams that were deleted; who is of another organisation."""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# What an admin had entered is verified; of several people with one login none is, so the first has the claim.
TAKE = """
INSERT INTO identities (workspace_id, person_id, kind, value, shown, state, source, at)
SELECT one.workspace_id, one.id, 'github', lower(one.github_login), one.github_login,
    CASE WHEN EXISTS (
        SELECT 1 FROM people other WHERE other.workspace_id = one.workspace_id AND other.id <> one.id
        AND lower(other.github_login) = lower(one.github_login)
    ) THEN 'claimed' ELSE 'verified' END, 'admin', one.created_at
FROM people one
WHERE one.github_login IS NOT NULL AND one.github_login <> '' AND one.id = (
    SELECT min(first.id) FROM people first WHERE first.workspace_id = one.workspace_id
    AND lower(first.github_login) = lower(one.github_login)
)
"""
GIVE_BACK = """
UPDATE people SET github_login = (
    SELECT identities.shown FROM identities WHERE identities.person_id = people.id AND identities.state = 'verified'
)
"""


def upgrade() -> None:
    op.create_table(
        "identities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("code_ends", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_identities_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("workspace_id", "kind", "value", name=op.f("uq_identities_workspace_id_kind_value")),
    )
    op.create_index(op.f("ix_identities_person_id"), "identities", ["person_id"])
    op.execute(TAKE)
    with op.batch_alter_table("people") as people:
        people.drop_column("github_login")
        people.add_column(sa.Column("is_external", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE people SET is_external = is_outsider")  # who is not known to be a guest counts as external
    with op.batch_alter_table("teams") as teams:
        teams.add_column(sa.Column("deleted_at", UtcTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("teams") as teams:
        teams.drop_column("deleted_at")
    with op.batch_alter_table("people") as people:
        people.drop_column("is_external")
        people.add_column(sa.Column("github_login", sa.String(), nullable=True))
    op.execute(GIVE_BACK)
    op.drop_table("identities")
