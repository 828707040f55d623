"""Fields of a ticket are read as people write them, one or several; what cannot be kept is named."""

import pytest

from agent.commands.fields import kept, read_fields
from agent.commands.grammar import parse
from agent.commands.registry import VERBS


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("set CH-1 title Redis fails over", {"title": "Redis fails over"}),
        ("edit CH-1 component: cache", {"component": "cache"}),
        ("rename CH-1 Redis fails over", {"title": "Redis fails over"}),
        ("rename CH-1 title fight", {"title": "title fight"}),
        ("tag CH-1 a, b", {"tags": "a, b"}),
        ("setze CH-1 Beschreibung erste Zeile\nzweite: Zeile", {"description": "erste Zeile\nzweite: Zeile"}),
        ("umbenennen CH-1 Redis steht", {"title": "Redis steht"}),
        ("set CH-1 schwere Blocker", {"severity": "Blocker"}),
        ("set CH-1 effort extra large", {"effort": "extra large"}),
        (
            "set CH-1 title: A\ntags: x, y\npriority: p1\ndescription: B\n\ntitle: C",
            {"title": "A", "tags": "x, y", "priority": "p1", "description": "B\n\ntitle: C"},
        ),
    ],
)
def test_fields_are_read(line: str, values: dict[str, str]) -> None:
    parsed = parse(line, VERBS)
    assert parsed
    assert (parsed.problem, parsed.values, parsed.number) == ("", values, 1)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("colour red", "“colour red” begins with no field"),
        ("", "which field is missing"),
        ("title", "the title is missing"),
        (f"title {'x' * 257}", "the title is longer than 256 characters"),
        (f"title {'x' * 4000}", "the title is longer than 256 characters"),
        (f"description {'x' * 10_001}", "the description is longer than 10,000 characters"),
        ("severity terrible", "“terrible” is no severity; there is minor, major, critical, blocker"),
        ("priority red", "“red” is no priority"),
        ("tags a b c d e f", "a ticket has at most 5 tags of 30 characters"),
        (f"tags {'x' * 31}", "a ticket has at most 5 tags of 30 characters"),
        (f"component {'x' * 61}", "the component is longer than 60 characters"),
        ("tags: a\nseverity: terrible", "“terrible” is no severity"),
    ],
)
def test_what_cannot_be_kept_is_named(text: str, problem: str) -> None:
    assert read_fields(text)[1].startswith(problem)


def test_values_as_a_ticket_keeps_them() -> None:
    given = {"title": " a \n b", "tags": "#a, b,a", "component": "none", "effort": "Extra Large", "priority": "P0"}
    assert kept(given) == {
        "title": "a b",
        "tags": ["a", "b"],
        "component": None,
        "effort": "extra_large",
        "priority": "critical",
    }


@pytest.mark.parametrize("text", ["edit the page", "tag the release", "rename it please", "set-up fails"])
def test_in_a_tickets_thread_a_sentence_is_a_remark(text: str) -> None:
    assert parse(text, VERBS, has_thread_ticket=True, is_message=True) is None
