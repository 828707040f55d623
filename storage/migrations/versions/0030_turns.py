"""Requests that the agent works on, and what they leave: receipts with numbers, proposals of its own."""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

RECEIPT_WORDS = ("tool", "object_kind", "object_id", "said")


def _row(table: str, *columns: sa.Column[object], unique: tuple[tuple[str, ...], ...]) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *(sa.UniqueConstraint(*names, name=op.f(f"uq_{table}_{'_'.join(names)}")) for names in unique),
    )


def _text(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _number(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _json(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.JSON(), nullable=False) for name in names]


def _refers(table: str, name: str, to: str, *, nullable: bool = False) -> list[sa.Column[object]]:
    key = sa.ForeignKey(f"{to}.id", name=op.f(f"fk_{table}_{name}_{to}"))
    return [sa.Column(name, sa.Integer(), key, nullable=nullable)]


def upgrade() -> None:
    _row(
        "turns",
        *_number("number"),
        *_text("key"),
        *_refers("turns", "actor_id", "people"),
        *_text("slack_id", "origin", "surface", "channel_id"),
        sa.Column("thread_ts", sa.String(), nullable=True),
        sa.Column("message_ts", sa.String(), nullable=True),
        *_json("place"),
        *_text("text", "forced", "fence", "state", "outcome"),
        *_json("route", "grants", "follow_ups"),
        *_refers("turns", "continues", "turns", nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        *(sa.Column(name, UtcTime(), nullable=True) for name in ("started_at", "deadline_at", "ended_at", "stop_at")),
        *_refers("turns", "stopped_by", "people", nullable=True),
        *_number("input_tokens", "output_tokens"),
        sa.Column("cost", sa.Integer(), nullable=True),
        *_text("note", "correlation_id"),
        unique=(("workspace_id", "number"), ("key",)),
    )
    op.create_index("ix_turns_thread", "turns", ["channel_id", "thread_ts"])
    op.create_index("ix_turns_state", "turns", ["state", "deadline_at"])
    op.create_index("ix_turns_correlation_id", "turns", ["correlation_id"])
    _row(
        "turn_steps",
        *_refers("turn_steps", "turn_id", "turns"),
        *_number("number"),
        *_text("specialist", "goal", "state", "text", "why"),
        unique=(("turn_id", "number"),),
    )
    _row(
        "model_calls",
        *_refers("model_calls", "turn_id", "turns"),
        *_number("step", "number"),
        *_text("purpose", "prompt", "provider", "model", "mode", "text"),
        *_json("calls"),
        *_text("stop"),
        *_number("input_tokens", "output_tokens"),
        sa.Column("cost", sa.Integer(), nullable=True),
        *_number("attempts", "milliseconds"),
        sa.Column("at", UtcTime(), nullable=False),
        *_text("problem"),
        unique=(("turn_id", "step", "number"),),
    )
    with op.batch_alter_table("receipts") as receipts:
        for name in ("number", "turn_id", "actor_id", "approver_id"):
            receipts.add_column(sa.Column(name, sa.Integer(), nullable=True))
        for name in RECEIPT_WORDS:
            receipts.add_column(sa.Column(name, sa.String(), nullable=False, server_default=""))
        for name in ("before", "after"):
            receipts.add_column(sa.Column(name, sa.JSON(), nullable=True))
        receipts.create_foreign_key(op.f("fk_receipts_turn_id_turns"), "turns", ["turn_id"], ["id"])
        receipts.create_foreign_key(op.f("fk_receipts_actor_id_people"), "people", ["actor_id"], ["id"])
        receipts.create_foreign_key(op.f("fk_receipts_approver_id_people"), "people", ["approver_id"], ["id"])
        receipts.create_index("ix_receipts_turn_id", ["turn_id"])
        receipts.create_unique_constraint(op.f("uq_receipts_workspace_id_number"), ["workspace_id", "number"])
    with op.batch_alter_table("proposals") as proposals:
        proposals.add_column(sa.Column("turn_id", sa.Integer(), nullable=True))
        proposals.add_column(sa.Column("ungrounded", sa.JSON(), nullable=False, server_default="[]"))
        proposals.add_column(sa.Column("risk", sa.String(), nullable=False, server_default=""))
        proposals.add_column(sa.Column("outcome", sa.String(), nullable=False, server_default=""))
        proposals.create_foreign_key(op.f("fk_proposals_turn_id_turns"), "turns", ["turn_id"], ["id"])
    _row(
        "tool_calls",
        *_refers("tool_calls", "turn_id", "turns"),
        *_number("step", "model_call"),
        *_text("call_id", "tool"),
        *_json("arguments"),
        *_text("effect_key", "state", "result"),
        sa.Column("shown", sa.JSON(), nullable=True),
        *_refers("tool_calls", "receipt_id", "receipts", nullable=True),
        *_refers("tool_calls", "proposal_id", "proposals", nullable=True),
        *_number("milliseconds"),
        sa.Column("at", UtcTime(), nullable=False),
        unique=(("effect_key",),),
    )
    op.create_index("ix_tool_calls_turn_id", "tool_calls", ["turn_id", "step", "id"])


def downgrade() -> None:
    op.drop_table("tool_calls")
    with op.batch_alter_table("proposals") as proposals:
        proposals.drop_constraint(op.f("fk_proposals_turn_id_turns"), type_="foreignkey")
        for name in ("outcome", "risk", "ungrounded", "turn_id"):
            proposals.drop_column(name)
    with op.batch_alter_table("receipts") as receipts:
        receipts.drop_constraint(op.f("uq_receipts_workspace_id_number"), type_="unique")
        receipts.drop_index("ix_receipts_turn_id")
        for name in ("approver_id_people", "actor_id_people", "turn_id_turns"):
            receipts.drop_constraint(op.f(f"fk_receipts_{name}"), type_="foreignkey")
        for name in ("after", "before", *RECEIPT_WORDS, "approver_id", "actor_id", "turn_id", "number"):
            receipts.drop_column(name)
    for table in ("model_calls", "turn_steps", "turns"):
        op.drop_table(table)
