"""Some names say more than their verb: "mine", "p1", "on it"; and begin many sentences that are reports."""

import pytest

from agent.commands.grammar import parse
from agent.commands.registry import VERBS


@pytest.mark.parametrize(
    ("line", "verb", "text", "priority"),
    [
        ("mine", "list", "mine", ""),
        ("my tickets", "list", "mine", ""),
        ("queue overdue", "list", "overdue", ""),
        ("on it CH-3", "claim", "", ""),
        ("p1 CH-3 customers call in", "priority", "customers call in", "high"),
        ("bump CH-3 customers call in", "priority", "customers call in", "bump"),
        ("bump CH-3 high", "priority", "", "high"),
    ],
)
def test_names_that_say_more_than_the_verb(line: str, verb: str, text: str, priority: str) -> None:
    parsed = parse(line, VERBS)
    assert parsed
    assert (parsed.verb.name, parsed.text, parsed.priority, parsed.problem) == (verb, text, priority, "")


@pytest.mark.parametrize(
    "line",
    [
        "p1 redis down",
        "lower disk usage on db1",
        "bump of the road",
        "queue is stuck",
        "on it since noon",
        "mine is broken",
    ],
)
def test_sentences_that_begin_with_such_a_name_stay_sentences(line: str) -> None:
    assert parse(line, VERBS, is_message=True) is None


@pytest.mark.parametrize("line", ["p1", "on it", "bump", "lower"])
def test_in_a_thread_they_are_about_its_ticket(line: str) -> None:
    parsed = parse(line, VERBS, has_thread_ticket=True, is_message=True)
    assert parsed
    assert parsed.problem == ""
