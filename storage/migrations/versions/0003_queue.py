"""the queue: order, classes, delays, supersession, cancelling, history; and who is at work."""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Columns are renamed and added in place: a rebuilt table would forget which ids were used and pruned.
RENAMED = (
    ("name", "kind"),
    ("run_at", "not_before"),
    ("token", "fence"),
    ("worker", "worker_id"),
    ("last_error", "error_text"),
)
UNFINISHED = sa.text("finished_at IS NULL")
SUPERSEDING = sa.text("supersede_key IS NOT NULL")
EPOCH = sa.text("'1970-01-01 00:00:00.000000'")


def added() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("seq", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("max_attempts", sa.Integer()),
        sa.Column("replays", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("deadline", UtcTime()),
        sa.Column("supersede_key", sa.String()),
        sa.Column("supersede_version", sa.BigInteger()),
        sa.Column("superseded_by", sa.Integer()),
        sa.Column("cancel_by", sa.String()),
        sa.Column("cancel_why", sa.String()),
        sa.Column("parent_id", sa.Integer()),
        sa.Column("delivery_id", sa.Integer()),
        sa.Column("traceparent", sa.String()),
        sa.Column("error_class", sa.String()),
        sa.Column("ready_at", UtcTime(), nullable=False, server_default=EPOCH),
        sa.Column("started_at", UtcTime()),
    )


def upgrade() -> None:
    op.drop_index("ix_jobs_reserve", "jobs")
    op.drop_index("ix_jobs_key", "jobs")
    for old, new in RENAMED:
        op.execute(f"ALTER TABLE jobs RENAME COLUMN {old} TO {new}")
    for column in added():
        op.add_column("jobs", column)
    # Of the old priorities 0 was for people and 10 for the background.
    op.execute("UPDATE jobs SET seq = id, ready_at = created_at, priority = CASE priority WHEN 0 THEN 0 ELSE 3 END")
    jobs = sa.table("jobs", sa.column("args", sa.JSON()), sa.column("delivery_id", sa.Integer()))
    op.execute(jobs.update().values(delivery_id=jobs.c.args["delivery_id"].as_integer()))
    for name, *columns in (("reserve", "state", "priority", "seq"), ("key", "key", "state", "seq")):
        _index_some(f"ix_jobs_{name}", *columns, where=UNFINISHED)
    _index_some("ix_jobs_due", "state", "not_before", where=UNFINISHED)
    _index_some("ix_jobs_supersede", "supersede_key", "supersede_version", where=SUPERSEDING)
    op.create_index("ix_jobs_finished", "jobs", ["state", "finished_at"])
    op.create_index("ix_jobs_seq", "jobs", ["seq"], unique=True)
    op.create_index("ix_jobs_correlation_id", "jobs", ["correlation_id"])
    op.create_index("ix_jobs_delivery_id", "jobs", ["delivery_id"])
    _create_history()
    _create_workers()


def _index_some(name: str, *columns: str, where: sa.TextClause) -> None:
    op.create_index(name, "jobs", list(columns), sqlite_where=where, postgresql_where=where)


def _create_history() -> None:
    op.create_table(
        "job_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("correlation_id", sa.String(), nullable=False),
        sa.Column("worker_id", sa.String()),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_events")),
    )
    for column in ("job_id", "at", "correlation_id"):
        op.create_index(f"ix_job_events_{column}", "job_events", [column])


def _create_workers() -> None:
    op.create_table(
        "workers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("heartbeat_at", UtcTime(), nullable=False),
        sa.Column("lock", sa.String()),
        sa.Column("address", sa.String()),
        sa.Column("draining", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
    )


def downgrade() -> None:
    op.drop_table("workers")
    op.drop_table("job_events")
    for name in ("reserve", "key", "due", "finished", "supersede", "seq", "correlation_id", "delivery_id"):
        op.drop_index(f"ix_jobs_{name}", "jobs")
    for column in added():
        op.drop_column("jobs", column.name)
    for old, new in RENAMED:
        op.execute(f"ALTER TABLE jobs RENAME COLUMN {new} TO {old}")
    op.create_index("ix_jobs_key", "jobs", ["key", "state", "id"])
    op.create_index("ix_jobs_reserve", "jobs", ["state", "priority", "id"])
