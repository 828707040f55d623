"""Which remark is a report of the same, and changes of no ticket that can be taken back too."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("comments", sa.Column("is_report", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("undo_steps") as undo_steps:
        undo_steps.alter_column("ticket_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM undo_steps WHERE ticket_id IS NULL")
    with op.batch_alter_table("undo_steps") as undo_steps:
        undo_steps.alter_column("ticket_id", existing_type=sa.Integer(), nullable=False)
    with op.batch_alter_table("comments") as comments:
        comments.drop_column("is_report")
