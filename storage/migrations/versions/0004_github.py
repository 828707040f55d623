"""GitHub's deliveries, repositories, issues, pull requests and secrets; receipts that begin as intents."""

import zlib
from typing import Any

import sqlalchemy as sa
from alembic import op

import storage.columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TO_BYTES = {
    "sqlite": "UPDATE deliveries SET body = CAST(payload AS BLOB)",
    "postgresql": "UPDATE deliveries SET body = convert_to(payload, 'UTF8')",
}
EMPTY = sa.text("''")
Columns = tuple[sa.Column[Any], ...]
NEW_OF_DELIVERIES: Columns = (
    sa.Column("action", sa.String(), nullable=True),
    sa.Column("repo_id", sa.BigInteger(), nullable=True),
    sa.Column("headers", sa.JSON(), nullable=False, server_default=sa.text("'{}'")),
    sa.Column("body", sa.LargeBinary(), nullable=False, server_default=EMPTY),
    sa.Column("encoding", sa.String(), nullable=False, server_default="identity"),
    sa.Column("sha256", sa.String(), nullable=False, server_default=EMPTY),
    sa.Column("size", sa.Integer(), nullable=False, server_default=sa.text("0")),
    sa.Column("client", sa.String(), nullable=False, server_default=EMPTY),
    sa.Column("secret_id", sa.Integer(), nullable=True),
    sa.Column("status", sa.String(), nullable=False, server_default="accepted"),
    sa.Column("reason", sa.String(), nullable=False, server_default=EMPTY),
)
NEW_OF_RECEIPTS: Columns = (
    sa.Column("state", sa.String(), nullable=False, server_default="confirmed"),
    sa.Column("fence", sa.Integer(), nullable=False, server_default=sa.text("0")),
    sa.Column("sent_at", storage.columns.UtcTime(), nullable=True),
    sa.Column("external_id", sa.String(), nullable=True),
    sa.Column("url", sa.String(), nullable=True),
)


def upgrade() -> None:
    _keep_bodies()
    for column in NEW_OF_RECEIPTS:
        op.add_column("receipts", column)
    with op.batch_alter_table("tickets") as tickets:
        tickets.alter_column("reporter_id", existing_type=sa.Integer(), nullable=True)
    _make_repositories()
    _make_mirrors()
    _make_secrets_and_gaps()


def _keep_bodies() -> None:
    for column in NEW_OF_DELIVERIES:
        op.add_column("deliveries", column)
    op.execute(TO_BYTES[op.get_bind().dialect.name])
    op.execute("UPDATE deliveries SET size = length(body)")
    # Not by Alembic's batch: it would make the table anew, and with it the counter of ids that were used.
    op.execute("ALTER TABLE deliveries DROP COLUMN payload")


def _make_repositories() -> None:
    op.create_table(
        "repositories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("github_id", sa.BigInteger(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("installation_id", sa.BigInteger(), nullable=True),
        sa.Column("hook_id", sa.BigInteger(), nullable=True),
        sa.Column("channel_id", sa.String(), nullable=True),
        sa.Column("tickets", sa.String(), nullable=False),
        sa.Column("cursors", sa.JSON(), nullable=False),
        sa.Column("sync_state", sa.String(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.Column("pushed_at", storage.columns.UtcTime(), nullable=True),
        sa.Column("created_at", storage.columns.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repositories")),
        sa.UniqueConstraint("github_id", name=op.f("uq_repositories_github_id")),
    )
    op.create_index(op.f("ix_repositories_full_name"), "repositories", ["full_name"])


def _make_mirrors() -> None:
    op.create_table(
        "issues",
        *_mirrored("issues"),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_issues_ticket_id")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_issues_ticket_id")),
    )
    op.create_table(
        "pulls",
        *_mirrored("pulls"),
        sa.Column("is_draft", sa.Boolean(), nullable=False),
        sa.Column("head_ref", sa.String(), nullable=False),
        sa.Column("head_sha", sa.String(), nullable=False),
        sa.Column("base_ref", sa.String(), nullable=False),
        sa.Column("checks", sa.JSON(), nullable=False),
    )
    op.create_index("ix_pulls_head", "pulls", ["repository_id", "head_sha"])


def _mirrored(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """What issues and pull requests have in common."""
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("repository_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("github_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("updated_at", storage.columns.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(["repository_id"], ["repositories.id"], name=op.f(f"fk_{table}_repository_id")),
        sa.UniqueConstraint("repository_id", "number", name=op.f(f"uq_{table}_repository_id_number")),
    )


def _make_secrets_and_gaps() -> None:
    op.create_table(
        "webhook_secrets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("github_id", sa.BigInteger(), nullable=True),
        sa.Column("hook_key", sa.String(), nullable=False),
        sa.Column("hook_id", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("created_at", storage.columns.UtcTime(), nullable=False),
        sa.Column("expires_at", storage.columns.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_secrets")),
    )
    op.create_index(op.f("ix_webhook_secrets_scope"), "webhook_secrets", ["scope"])
    op.create_table(
        "gaps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("since", storage.columns.UtcTime(), nullable=False),
        sa.Column("until", storage.columns.UtcTime(), nullable=False),
        sa.Column("closed_at", storage.columns.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gaps")),
    )
    op.create_index("ix_gaps_open", "gaps", ["source", "closed_at"])


def downgrade() -> None:
    """Fails while there are tickets without a reporter: the former version has no place for them."""
    for table in ("gaps", "webhook_secrets", "pulls", "issues", "repositories"):
        op.drop_table(table)
    with op.batch_alter_table("tickets") as tickets:
        tickets.alter_column("reporter_id", existing_type=sa.Integer(), nullable=False)
    for column in NEW_OF_RECEIPTS:
        op.drop_column("receipts", column.name)
    _keep_payloads()
    for column in NEW_OF_DELIVERIES:
        op.drop_column("deliveries", column.name)


def _keep_payloads() -> None:
    op.add_column("deliveries", sa.Column("payload", sa.String(), nullable=False, server_default=EMPTY))
    names: list[sa.ColumnClause[object]] = [sa.column(name) for name in ("id", "body", "encoding", "payload")]
    deliveries = sa.table("deliveries", *names)
    kept = sa.select(deliveries.c.id, deliveries.c.body, deliveries.c.encoding)
    for row in op.get_bind().execute(kept).all():
        body = zlib.decompress(row.body) if row.encoding == "zlib" else row.body
        # PostgreSQL keeps no NUL in text, and a body need not be text at all.
        payload = body.decode(errors="replace").replace("\0", "")
        op.execute(deliveries.update().where(deliveries.c.id == row.id).values(payload=payload))
