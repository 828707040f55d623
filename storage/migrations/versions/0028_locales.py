"""Which language each person has set in Slack."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("locale", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("people", "locale")
