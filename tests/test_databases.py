"""What the last lines of a test run say about the databases."""

from pathlib import Path

import pytest

from tests.databases import AREAS, CONTRACT, counts


def test_tests_are_counted_by_the_database_they_ran_on() -> None:
    ran = ["a.py::one[sqlite]", "a.py::one[postgres-x]", "a.py::two[sqlite-x]", "b.py::three", "b.py::four[mysqlite]"]
    assert list(counts(ran)) == ["SQLite: 2 passed, PostgreSQL: 1 passed, neither: 2"]


def test_a_contract_that_passed_on_one_database_alone_is_noticed() -> None:
    both = [f"{CONTRACT}::b19[sqlite]", f"{CONTRACT}::b19[postgres]"]
    assert list(counts(both))[1] == "The queue's contract: 1 on SQLite, 1 on PostgreSQL, the same tests"
    assert list(counts(both[:1]))[1] == "The queue's contract: 1 on SQLite, 0 on PostgreSQL, NOT the same tests"


@pytest.mark.parametrize("area", AREAS)
def test_each_area_has_a_story_that_is_told_on_both_databases(area: str) -> None:
    told = (Path(__file__).parent / "journeys" / f"{AREAS[area]}.py").read_text()
    assert "DATABASES" in told or '"postgres"' in told
