"""How many tests passed on each database, as the last lines of a test run say it."""

from collections import Counter
from collections.abc import Iterable, Iterator

NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
CONTRACT = "tests/storage/queue/test_contract.py"
# Area -> the file of stories whose first `make test` tells on PostgreSQL too; tests/storage runs all on both.
AREAS = {
    "nothing lost or doubled": "test_kill9",
    "processes and their roles": "test_roles",
    "restarts": "test_restarts",
    "dead letters": "test_dead_letters",
    "copies and restoring": "test_restore",
    "reports": "test_redis_is_down",
    "tickets": "test_lifecycle",
    "assigning": "test_assignment",
    "undo": "test_undo",
    "GitHub": "test_github_issue",
    "teams": "test_teams",
    "people": "test_logins",
    "working hours": "test_hours",
    "channels": "test_channels",
    "reminders": "test_remind",
    "agreed times": "test_sla",
    "digests and summaries": "test_digest",
    "lists": "test_list",
    "Home": "test_home",
    "forms": "test_forms",
    "languages": "test_language",
    "proposals": "test_proposals",
    "the agent's memory": "test_memory",
}


def counts(passed: Iterable[str]) -> Iterator[str]:
    """The lines, from the ids of the tests that passed."""
    ran = list(passed)
    on = {name: {_plain(test, name) for test in ran if _names(test, name)} for name in NAMES}
    total = Counter({name: len(tests) for name, tests in on.items()})
    yield ", ".join(f"{NAMES[name]}: {total[name]} passed" for name in NAMES) + f", neither: {len(ran) - total.total()}"
    contract = {name: {test for test in tests if test.startswith(CONTRACT)} for name, tests in on.items()}
    if any(contract.values()):
        same = "the same tests" if contract["sqlite"] == contract["postgres"] else "NOT the same tests"
        both = ", ".join(f"{len(tests)} on {NAMES[name]}" for name, tests in contract.items())
        yield f"The queue's contract: {both}, {same}"


def _names(test: str, database: str) -> bool:
    return database in _parameters(test)


def _plain(test: str, database: str) -> str:
    """The id without the database."""
    left = [parameter for parameter in _parameters(test) if parameter != database]
    return f"{test.partition('[')[0]}[{'-'.join(left)}]"


def _parameters(test: str) -> list[str]:
    return test.partition("[")[2].rstrip("]").split("-")
