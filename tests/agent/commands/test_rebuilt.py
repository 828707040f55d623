"""A reason may begin with another ticket's number: when its line is put together again it is still about one ticket."""

from dataclasses import replace

import pytest

from agent.commands.grammar import command_lines
from agent.commands.registry import VERBS
from agent.commands.run import run_line
from agent.desk import Desk
from agent.forms.open import line_of
from bot.errors import UserError
from tests.agent.commands.test_run import as_person
from tests.agent.conftest import MakeTicket

REASON = "CH-2 was it"


async def test_of_a_form(desk: Desk, make_ticket: MakeTicket) -> None:
    first, second = await make_ticket(), await make_ticket()
    bo = await as_person(desk, "bo")
    await run_line(bo, await line_of(bo, "resolve", first.named_version, {"reason": REASON}))
    assert (first.resolution, second.status) == (REASON, "open")


async def test_of_the_question_about_many(desk: Desk, make_ticket: MakeTicket) -> None:
    known = [await make_ticket() for _ in range(5)]
    bo = await as_person(desk, "bo")
    asked = await run_line(bo, f"resolve CH-1 CH-3 CH-4 CH-5: {REASON}")
    [button] = asked.message.buttons
    await run_line(replace(bo, key="job:2"), button.value, is_sure=True)
    assert [ticket.status for ticket in known] == ["resolved", "open", "resolved", "resolved", "resolved"]
    assert known[0].resolution == REASON


async def test_of_the_question_after_a_change(desk: Desk, make_ticket: MakeTicket) -> None:
    first, second = await make_ticket(), await make_ticket()
    opened = first.named_version
    await run_line(replace(await as_person(desk, "bo"), key="job:2"), "status CH-1 in progress")
    cy = await as_person(desk, "cy")
    await run_line(replace(await as_person(desk, "bo"), key="job:3"), "assign CH-1 <@UCY>")
    asked = await run_line(replace(cy, key="job:4"), f"resolve {opened}: {REASON}")
    [button] = asked.message.buttons
    assert first.status == "in_progress"
    await run_line(replace(cy, key="job:5"), f"{button.action} {button.value}")
    assert (first.resolution, second.status) == (REASON, "open")


async def test_of_the_offer_to_claim_and_resolve(desk: Desk, make_ticket: MakeTicket) -> None:
    first, second = await make_ticket(), await make_ticket()
    cy = await as_person(desk, "cy")
    [button] = (await run_line(cy, f"resolve CH-1: {REASON}")).message.buttons
    await run_line(replace(cy, key="job:2"), f"{button.action} {button.value}")
    assert (first.resolution, second.status) == (REASON, "open")


def test_a_comment_of_several_lines_stays_one() -> None:
    text = "comment CH-1 tried this:\nresolve CH-2 with the old key\npriority CH-2 low"
    assert command_lines(text, VERBS) == [text]


@pytest.mark.parametrize("line", ["track-this C1/10.1/UCY title: mine", "track-this - title: mine\nchannel: C2"])
async def test_where_a_tracked_message_is_cannot_be_typed(desk: Desk, line: str) -> None:
    with pytest.raises(UserError, match="Use the shortcut “Track this” on the message"):
        await run_line(await as_person(desk, "bo"), line)


async def test_the_same_people_again_are_no_change(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket()
    bo = await as_person(desk, "bo")
    await run_line(bo, "assign CH-1 <@UCY> <@UDI>")
    again = await run_line(replace(bo, key="job:2"), "assign CH-1 <@UCY> <@UDI>")
    assert again.message.text == "CH-1 is with @cy, @di already."
    assert ticket.version == 1
