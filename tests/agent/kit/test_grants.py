"""Words that nobody of the workspace has said hold no tool, and a person holds what they may use."""

from dataclasses import replace

import pytest

from agent.channels.settings import TOOL_LEVELS
from agent.desk import Desk
from agent.kit.grants import allows, check_still, mint
from agent.specialists import SPECIALISTS, TOOLS
from agent.specialists.specialist import Specialist
from bot.errors import UserError
from bot.events import Actor
from storage import pauses, settings_kv

BOB = Actor(person_id=2, slack_id="U0BOB", name="bob", workspace_id="T0SANDBOX")
ALICE = replace(BOB, person_id=1, roles={1: "manager"})


@pytest.mark.parametrize("origin", ["github", "system"])
@pytest.mark.parametrize("specialist", SPECIALISTS, ids=lambda one: one.name)
def test_nobody_holds_a_tool_for_words_from_elsewhere(specialist: Specialist, origin: str) -> None:
    grant = mint(turn_id=1, step=1, origin=origin, actor=BOB, tools=specialist.tools)
    assert grant.tools == frozenset()
    assert not any(grant.has(tool) for tool in specialist.tools)


async def test_what_a_channel_cuts_while_a_request_runs_is_not_done(desk: Desk) -> None:
    tool = TOOLS["claim"]
    grant = mint(turn_id=1, step=1, origin="person", actor=desk.asker, tools=[tool])
    await check_still(desk, grant, tool)
    await settings_kv.put(desk.tx, "C1", "tools", "read", workspace_id="T1")
    with pytest.raises(UserError, match="In this channel I may not do that"):
        await check_still(desk, grant, tool)


async def test_what_is_paused_or_not_theirs_any_more_while_a_request_runs_is_not_done(desk: Desk) -> None:
    tool = TOOLS["assign"]
    manager = replace(desk, actor=replace(desk.asker, roles={1: "manager"}))
    grant = mint(turn_id=1, step=1, origin="person", actor=manager.asker, tools=[tool])
    await check_still(manager, grant, tool)
    lowered = replace(desk, actor=replace(desk.asker, roles={1: "responder"}))
    gone = replace(desk, actor=replace(manager.asker, is_active=False))
    for now in (lowered, gone):
        with pytest.raises(UserError, match="Your permissions have changed"):
            await check_still(now, grant, tool)
    await pauses.begin(desk.tx, pauses.Pause(who="erin", why=""), workspace_id="T1", set_by="person:1")
    with pytest.raises(UserError, match="An admin has paused the agent"):
        await check_still(manager, grant, tool)


@pytest.mark.parametrize("specialist", SPECIALISTS, ids=lambda one: one.name)
def test_a_channel_cuts_what_changes_something(specialist: Specialist) -> None:
    reads = {tool.name for tool in specialist.tools if tool.is_read}
    ours = reads | {tool.name for tool in specialist.tools if tool.reach != "github"}
    cut = {level: {tool.name for tool in specialist.tools if allows(level, tool)} for level in TOOL_LEVELS}
    assert cut == {"read": reads, "own": ours, "all": {tool.name for tool in specialist.tools}}


@pytest.mark.parametrize("origin", ["github", "system"])
def test_words_from_elsewhere_lead_to_nobody_who_could_hold_one(origin: str) -> None:
    open_to = [one for one in SPECIALISTS if origin in one.origins]
    assert [one.name for one in open_to] == ["narrate"]
    assert all(not one.tools and "person" not in one.origins for one in open_to)


def test_a_person_holds_what_the_channel_leaves() -> None:
    (assign,) = [one for one in SPECIALISTS if one.name == "assign"]

    def granted(actor: Actor, only: set[str] | None = None) -> frozenset[str]:
        return mint(turn_id=1, step=1, origin="person", actor=actor, tools=assign.tools, only=only).tools

    every = {tool.name for tool in assign.tools}
    assert granted(ALICE) == every
    assert granted(replace(BOB, is_admin=True)) == every
    assert granted(ALICE, {"claim"}) == {"claim"}
    assert granted(replace(BOB, roles={1: "responder"})) == every - {"assign", "assign_auto", "unassign"}
    assert granted(replace(ALICE, is_outsider=True)) == frozenset()
    assert granted(replace(ALICE, is_active=False)) == frozenset()


def test_who_could_never_write_on_github_holds_nothing_that_does() -> None:
    (comment,) = [one for one in SPECIALISTS if one.name == "comment"]
    held = {
        role: mint(turn_id=1, step=1, origin="person", actor=replace(BOB, roles={1: role}), tools=comment.tools).tools
        for role in ("viewer", "responder")
    }
    assert held["responder"] - held["viewer"] == {"comment_github"}
    assert "comment_ticket" in held["viewer"], "they may have reported it"


def test_a_dry_run_is_in_the_grant() -> None:
    tools = [TOOLS["assign"]]
    assert mint(turn_id=1, step=1, origin="person", actor=ALICE, tools=tools, is_dry=True).is_dry
    assert not mint(turn_id=1, step=1, origin="person", actor=ALICE, tools=tools).is_dry
