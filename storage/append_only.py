"""The audit record's own lock: the database refuses to change or delete its rows, whoever asks.

One change is let through, once: rows that the command line made before the first contact with Slack learn their
workspace then, and only after that are they sealed. Words may be deleted (`audit forget`), never changed.
"""

from sqlalchemy import Connection

from storage.workspace import UNKNOWN

TABLES = ("audit_events", "audit_payloads", "audit_seals")
KEPT = ("audit_events", "audit_seals")  # of which not even a deletion is let through
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
