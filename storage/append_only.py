"""The audit record's own lock, and that of receipts: the database refuses to change or delete rows, whoever asks.

One change is let through, once: rows that the command line made before the first contact with Slack learn their
workspace then, and only after that are they sealed. Words may be deleted (`audit forget`), never changed.

A receipt is locked once it has its number, R-1: with it the agent's work is proven. One without is about a message, or
an effect that is on its way. SQLite forgets the lock when a migration makes the table anew (`batch_alter_table`): such
a one has to lock it again.
"""

from sqlalchemy import Connection

from storage.workspace import UNKNOWN

TABLES = ("audit_events", "audit_payloads", "audit_seals")
KEPT = ("audit_events", "audit_seals")  # of which not even a deletion is let through
RECEIPTS_NO = ("UPDATE", "DELETE")
_ADOPTED = f"OLD.workspace_id = '{UNKNOWN}' AND NEW.workspace_id <> OLD.workspace_id"
_NAME = "audit_is_append_only"


def guard(connection: Connection) -> None:
    """From now on the rows stay as they are."""
    is_postgres = connection.dialect.name == "postgresql"
    if is_postgres:
        connection.exec_driver_sql(function())
    for statement in _on_postgres() if is_postgres else _on_sqlite():
        connection.exec_driver_sql(statement)


def unguard(connection: Connection) -> None:
    """They can be changed again: for a migration alone."""
    is_postgres = connection.dialect.name == "postgresql"
    for table, event in _guarded(is_postgres=is_postgres):
        on = f" ON {table}" if is_postgres else ""
        connection.exec_driver_sql(f"DROP TRIGGER {table}_no_{event.lower()}{on}")
    if is_postgres:
        connection.exec_driver_sql(f"DROP FUNCTION {_NAME}")


def guard_receipts(connection: Connection) -> None:
    """From now on those with a number stay as they are; PostgreSQL has the function already."""
    is_postgres = connection.dialect.name == "postgresql"
    for event in RECEIPTS_NO:
        kept = "OLD.number IS NOT NULL" + (f" AND NOT ({_ADOPTED})" if event == "UPDATE" else "")
        head = f"CREATE TRIGGER receipts_no_{event.lower()} BEFORE {event} ON receipts"
        stop = "SELECT RAISE(ABORT, 'receipts is append-only');"
        connection.exec_driver_sql(
            f"{head} FOR EACH ROW WHEN ({kept}) EXECUTE FUNCTION {_NAME}()"
            if is_postgres
            else f"{head} WHEN {kept} BEGIN {stop} END"
        )


def unguard_receipts(connection: Connection) -> None:
    """They can be changed again: for a migration alone."""
    on = " ON receipts" if connection.dialect.name == "postgresql" else ""
    for event in RECEIPTS_NO:
        connection.exec_driver_sql(f"DROP TRIGGER receipts_no_{event.lower()}{on}")


def function(schema: str = "") -> str:
    """What PostgreSQL's triggers call; `pg_dump` leaves it out of a dump of tables."""
    name = f'"{schema}".{_NAME}' if schema else _NAME
    body = "BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END"
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body${body}$body$"


def _guarded(*, is_postgres: bool) -> list[tuple[str, str]]:
    """Tables and what happens to them no more."""
    emptied = [(table, "TRUNCATE") for table in TABLES] if is_postgres else []
    return [*((table, "UPDATE") for table in TABLES), *((table, "DELETE") for table in KEPT), *emptied]


def _on_sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
        + (f"WHEN NOT ({_ADOPTED}) " if event == "UPDATE" else "")
        + f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table, event in _guarded(is_postgres=False)
    ]


def _on_postgres() -> list[str]:
    each = {
        "UPDATE": f"FOR EACH ROW WHEN (NOT ({_ADOPTED}))",
        "DELETE": "FOR EACH ROW",
        "TRUNCATE": "FOR EACH STATEMENT",
    }
    return [
        f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} {each[event]} EXECUTE FUNCTION {_NAME}()"
        for table, event in _guarded(is_postgres=True)
    ]
