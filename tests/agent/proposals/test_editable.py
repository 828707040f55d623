"""The labels and people of an issue that waits for approval are changed in its form, and none at all is an answer."""

import pytest

from agent.desk import Desk
from agent.proposals.editable import amended, fields, problems
from storage.proposals import Proposal

GIVEN = {"repository": "acme/shop", "title": "Slow", "text": "It is slow", "labels": ["bug"], "assignees": ["<@UCY>"]}
PROPOSAL = Proposal(arguments={"tool": "create_issue", "arguments": GIVEN})


async def test_the_form_asks_for_them(desk: Desk) -> None:
    asked = {one.name: one for one in await fields(desk, PROPOSAL, me="UCY")}
    assert asked.keys() == GIVEN.keys() - {"repository"}
    assert (asked["labels"].kind, asked["labels"].initial, asked["labels"].is_optional) == ("line", "bug", True)
    assert (asked["assignees"].kind, asked["assignees"].initial, asked["assignees"].is_optional) == (
        "people",
        "UCY",
        True,
    )


async def test_what_is_longer_than_a_form_takes_stays_as_it_is(desk: Desk) -> None:
    long = Proposal(arguments={"tool": "create_issue", "arguments": GIVEN | {"text": "x" * 3001}})
    assert "text" not in {one.name for one in await fields(desk, long, me="UCY")}
    assert amended(long, {"text": "x"}, {}) == {}


@pytest.mark.parametrize(
    ("filled", "changed", "wrong"),
    [
        ({"labels": " bug "}, {}, []),
        ({"labels": "bug, good first issue"}, {"labels": ["bug", "good first issue"]}, []),
        ({"labels": ""}, {"labels": []}, []),
        ({"assignees": ""}, {"assignees": []}, []),
        ({"assignees": "UCY UDI"}, {"assignees": ["<@UCY>", "<@UDI>"]}, []),
        ({"labels": "x" * 51}, {"labels": ["x" * 51]}, ["labels"]),
    ],
)
def test_what_was_changed(filled: dict[str, str], changed: dict[str, list[str]], wrong: list[str]) -> None:
    assert amended(PROPOSAL, filled, {"labels": "bug", "assignees": "UCY"}) == changed
    assert [*problems(PROPOSAL, filled)] == wrong
