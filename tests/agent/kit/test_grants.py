"""Words that nobody of the workspace has said hold no tool, and a person holds what they may use."""

from dataclasses import replace

import pytest

from agent.kit.grants import mint
from agent.specialists import SPECIALISTS
from agent.specialists.specialist import Specialist
from bot.events import Actor

BOB = Actor(person_id=2, slack_id="U0BOB", name="bob", workspace_id="T0SANDBOX")


@pytest.mark.parametrize("origin", ["github", "system"])
@pytest.mark.parametrize("specialist", SPECIALISTS, ids=lambda one: one.name)
def test_nobody_holds_a_tool_for_words_from_elsewhere(specialist: Specialist, origin: str) -> None:
    grant = mint(turn_id=1, step=1, origin=origin, actor=BOB, tools=specialist.tools)
    assert grant.tools == frozenset()
    assert not any(grant.has(tool) for tool in specialist.tools)


def test_a_person_holds_what_the_channel_leaves() -> None:
    (assign,) = [one for one in SPECIALISTS if one.name == "assign"]

    def granted(actor: Actor, only: set[str] | None = None) -> frozenset[str]:
        return mint(turn_id=1, step=1, origin="person", actor=actor, tools=assign.tools, only=only).tools

    assert granted(BOB) == {tool.name for tool in assign.tools}
    assert granted(BOB, {"claim"}) == {"claim"}
    assert granted(replace(BOB, is_outsider=True)) == frozenset()
