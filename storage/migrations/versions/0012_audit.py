"""the audit record can only be added to; its words stand in rows of their own, and seals vouch for the rest."""

import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from storage import append_only
from storage.audit import payload_row

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BATCH = 1000
EMPTY, NOTHING = sa.text("''"), sa.text("'{}'")
EVENTS = sa.table(
    "audit_events",
    sa.column("id", sa.Integer()),
    sa.column("workspace_id", sa.String()),
    sa.column("before", sa.JSON()),
    sa.column("after", sa.JSON()),
    sa.column("digest", sa.String()),
)
PAYLOADS = sa.table(
    "audit_payloads", *(sa.column(name, sa.String()) for name in ("workspace_id", "digest", "salt", "text"))
)


def upgrade() -> None:
    op.create_table(
        "audit_payloads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_payloads")),
        sa.UniqueConstraint("digest", name=op.f("uq_audit_payloads_digest")),
    )
    op.create_table(
        "audit_seals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seals")),
        sa.UniqueConstraint("workspace_id", "sequence", name=op.f("uq_audit_seals_workspace_id_sequence")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_seals_event_id")),
    )
    op.add_column("audit_events", sa.Column("digest", sa.String(), nullable=False, server_default=EMPTY))
    _take_the_words_out()
    for name in ("before", "after"):
        op.drop_column("audit_events", name)
    append_only.guard(op.get_bind())


def downgrade() -> None:
    append_only.unguard(op.get_bind())
    for name in ("before", "after"):
        op.add_column("audit_events", sa.Column(name, sa.JSON(), nullable=False, server_default=NOTHING))
    _put_the_words_back()
    op.drop_column("audit_events", "digest")
    op.drop_table("audit_seals")
    op.drop_table("audit_payloads")


def _take_the_words_out() -> None:
    connection = op.get_bind()
    for batch in _batches(sa.select(EVENTS)):
        made = [payload_row(row.workspace_id, before=row.before or {}, after=row.after or {}) for row in batch]
        connection.execute(PAYLOADS.insert(), made)
        _fill(EVENTS.update().values(digest=sa.bindparam("its")), [
            {"number": row.id, "its": payload["digest"]} for row, payload in zip(batch, made, strict=True)
        ])  # fmt: skip


def _put_the_words_back() -> None:
    texts = sa.select(EVENTS.c.id, PAYLOADS.c.text).join(PAYLOADS, PAYLOADS.c.digest == EVENTS.c.digest)
    change = EVENTS.update().values(before=sa.bindparam("former"), after=sa.bindparam("later"))
    for batch in _batches(texts):
        said = [(row.id, json.loads(row.text)) for row in batch]
        _fill(change, [{"number": id_, "former": one["before"], "later": one["after"]} for id_, one in said])


def _fill(change: sa.Update, rows: list[dict[str, object]]) -> None:
    op.get_bind().execute(change.where(EVENTS.c.id == sa.bindparam("number")), rows)


def _batches(wanted: "sa.Select[tuple[object, ...]]") -> Iterator[list[sa.Row[tuple[object, ...]]]]:
    """All of them, by their ids, a batch in memory at a time."""
    last = 0
    while batch := list(op.get_bind().execute(wanted.where(EVENTS.c.id > last).order_by(EVENTS.c.id).limit(BATCH))):
        yield batch
        last = batch[-1].id
