"""Which proposal stands in the place of which, and who edited it."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("proposals") as proposals:
        proposals.add_column(sa.Column("replaces", sa.Integer(), nullable=True))
        proposals.add_column(sa.Column("edited_by", sa.Integer(), nullable=True))
        proposals.create_foreign_key(op.f("fk_proposals_replaces_proposals"), "proposals", ["replaces"], ["id"])
        proposals.create_foreign_key(op.f("fk_proposals_edited_by_people"), "people", ["edited_by"], ["id"])
        proposals.create_index("ix_proposals_replaces", ["replaces"])


def downgrade() -> None:
    with op.batch_alter_table("proposals") as proposals:
        proposals.drop_index("ix_proposals_replaces")
        proposals.drop_constraint(op.f("fk_proposals_edited_by_people"), type_="foreignkey")
        proposals.drop_constraint(op.f("fk_proposals_replaces_proposals"), type_="foreignkey")
        proposals.drop_column("edited_by")
        proposals.drop_column("replaces")
