"""What a proposal shows is held against what is there; every argument that may be edited has a question of its own."""

from typing import Any

import pytest

from agent.desk import Desk
from agent.proposals.editable import ABOUT, IN_WORDS, LABELS, buttons
from agent.proposals.fields import changes, changing, moved, whole
from agent.specialists import TOOLS
from bot.forms import Form
from bot.slack.modal import render_form
from storage.proposals import Proposal


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


LONG = {"reason": "", "labels": ["a", "b"], **{f"field {number}": 1 for number in range(6)}}
BECOMES = {"reason": "<" + "x" * 3500, "labels": ["a", "b"], **{f"field {number}": 2 for number in range(6)}}


async def test_what_is_cut_says_so_and_is_shown_whole_by_its_button(desk: Desk) -> None:
    lines = await changes(desk, LONG, BECOMES)
    assert lines[0] == f"reason: – → &lt;{'x' * 199}… (3301 more characters)"
    assert lines[5:] == ["field 4: 1 → 2", "… and 1 more"]
    texts = await whole(desk, LONG, BECOMES)
    assert (texts[0], texts[6]) == (f"*reason*\n–\n→\n&lt;{'x' * 3500}", "*field 5*\n1\n→\n2")
    view = render_form(Form(verb="whole", title="All of P-1", submit="", fields=(), texts=tuple(texts)))
    assert [len(block["text"]["text"]) <= 3000 for block in view["blocks"]] == [True] * 8
    assert sum(block["text"]["text"].count("x") for block in view["blocks"]) == 3500
    by_button = [Proposal(id=1, number=1, arguments={}, before=LONG, after=BECOMES)]
    by_button.append(Proposal(id=2, number=2, arguments={}, before={"a": 1}, after={"a": 2}))
    assert ["Show all" in [button.label for button in buttons(one)] for one in by_button] == [True, False]


@pytest.mark.parametrize("tool", [one for one in TOOLS.values() if not one.is_read], ids=lambda one: str(one.name))
def test_each_argument_that_may_be_edited_has_a_label(tool: Any) -> None:
    names = [name for name, sort in tool.sorts.items() if sort not in ABOUT]
    assert [name for name in names if name not in LABELS] == []
    options = [one for name in names for one in tool.schema["properties"][name].get("enum", ())]
    assert [one for one in options if one not in IN_WORDS] == []
