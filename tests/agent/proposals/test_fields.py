"""What a proposal shows is held against what is there; every argument that may be edited has a question of its own."""

from typing import Any

import pytest

from agent.proposals.editable import ABOUT, IN_WORDS, LABELS
from agent.proposals.fields import changing, moved
from agent.specialists import TOOLS


@pytest.mark.parametrize(
    ("shown", "now", "found"),
    [
        ({"state": "open", "title": "a"}, {"state": "open", "title": "a"}, []),
        ({"state": "open", "title": "a"}, {"state": "closed", "title": "b"}, ["state", "title"]),
        ({"reviewers": ["x"]}, {"reviewers": ("x",)}, []),
        ({"assignees": [1]}, {"assignees": [1, 2]}, ["assignees"]),
        ({"state": "open"}, {}, ["state"]),
        ({}, {"state": "open"}, []),
    ],
)
def test_what_is_no_more_as_it_was_shown(shown: dict[str, Any], now: dict[str, Any], found: list[str]) -> None:
    assert moved(shown, now) == found


def test_only_what_becomes_something_else_changes() -> None:
    assert changing({"a": 1, "b": [1], "c": 2}, {"a": 1, "b": (1, 2), "d": 3}) == ["b"]


@pytest.mark.parametrize("tool", [one for one in TOOLS.values() if not one.is_read], ids=lambda one: str(one.name))
def test_each_argument_that_may_be_edited_has_a_label(tool: Any) -> None:
    names = [name for name, sort in tool.sorts.items() if sort not in ABOUT]
    assert [name for name in names if name not in LABELS] == []
    options = [one for name in names for one in tool.schema["properties"][name].get("enum", ())]
    assert [one for one in options if one not in IN_WORDS] == []
