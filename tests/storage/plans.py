"""How the databases would find the rows that statements ask for."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from storage.database import Database, Tx

PREPARED = """
SELECT name, statement, cardinality(parameter_types) FROM pg_prepared_statements
WHERE statement ~ '^(SELECT|UPDATE|DELETE)'
"""


@contextmanager
def statements(tx_engine: Any) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are executed meanwhile, with their parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, ___: Any, many: bool) -> None:
        seen.append((statement, parameters[0] if many else parameters))

    event.listen(tx_engine, "before_cursor_execute", note)
    yield seen
    event.remove(tx_engine, "before_cursor_execute", note)


async def plan(tx: Tx, statement: str, parameters: Any) -> str:
    connection = await tx.connection()
    explain = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    rows = await connection.exec_driver_sql(f"{explain} {statement}", parameters)
    return "\n".join(str(row[-1]) for row in rows)


async def prepare_from_the_first(db: Database) -> None:
    """Have PostgreSQL prepare what is asked from now on; the pool gives this connection to all that follows."""
    async with db.write() as tx:
        driver = (await (await tx.connection()).get_raw_connection()).driver_connection
        assert driver
        driver.prepare_threshold = 0


async def generic_plans(tx: Tx) -> Sequence[tuple[str, str]]:
    """The statements that were prepared, each with its plan for any parameters."""
    connection = await tx.connection()
    asked = (await connection.exec_driver_sql(PREPARED)).all()
    await connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
    plans = []
    for name, statement, parameters in asked:
        given = f"({', '.join(['NULL'] * parameters)})" if parameters else ""
        said = (await connection.exec_driver_sql(f"EXPLAIN EXECUTE {name}{given}")).scalars()
        plans.append((str(statement), "\n".join(said)))
    return plans
