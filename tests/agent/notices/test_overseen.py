"""Managers whose team wants all notices hear of each assignment and each change, once, and of none of their own."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from sqlmodel import col, select

from agent.assigning import assign
from agent.commands.run import run_line
from agent.desk import Desk
from bot.messages import Message
from storage import notices, people, settings_kv, undo_steps
from storage.outbox import Outgoing
from tests.agent.conftest import MakeTicket
from tests.agent.notices.test_notify import at, person

SERIAL = count(1)


async def set_notices(desk: Desk, wanted: str) -> None:
    await settings_kv.put(desk.tx, "team:1", "notices", wanted, workspace_id="T1")


async def by(desk: Desk, name: str, line: str) -> None:
    await run_line(replace(await at(desk, name), key=f"job:line{next(SERIAL)}"), line)
    await desk.tx.flush()


async def heard(desk: Desk) -> list[str]:
    """What bo, who manages the team, has been told, without where it was reported."""
    found = select(Outgoing.payload).where(Outgoing.channel_id == "UBO").order_by(col(Outgoing.id))
    texts = [Message.model_validate_json(payload).text for payload in await desk.tx.exec(found)]
    return [text.partition(" See ")[0].partition("(low)")[2] for text in texts]


@pytest.mark.parametrize(
    ("who", "line", "told"),
    [
        ("cy", "ack CH-1", [": acknowledged by @cy."]),
        ("cy", "resolve CH-1 failed over", [": resolved by @cy."]),
        ("cy", "snooze CH-1 2h the bank calls", [": snoozed by @cy."]),
        ("cy", "release CH-1 on another incident", [" is assigned to @di. @cy gave it back: on another incident."]),
        ("bo", "assign CH-1 @di", []),
        ("bo", "priority CH-1 medium", []),
    ],
)
async def test_each_change_is_told_once(
    desk: Desk, make_ticket: MakeTicket, who: str, line: str, told: list[str]
) -> None:
    await set_notices(desk, "all")
    ticket = await make_ticket(priority="low")
    await assign.give(desk, ticket, await person(desk, "cy"))
    await by(desk, who, line)
    assert await heard(desk) == told


@pytest.mark.parametrize("wanted", ["important", "none"])
async def test_others_hear_of_no_such_change(desk: Desk, make_ticket: MakeTicket, wanted: str) -> None:
    await set_notices(desk, wanted)
    ticket = await make_ticket(priority="low")
    await assign.give(desk, ticket, await person(desk, "cy"))
    await by(desk, "cy", "start CH-1")
    assert await heard(desk) == []


async def test_changes_of_what_is_loud_are_read_in_the_digest(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket(priority="critical")
    await assign.give(desk, ticket, await person(desk, "cy"))
    await by(desk, "cy", "start CH-1")
    await by(desk, "cy", "resolve CH-1 failed over")
    assert await heard(desk) == []
    [(notice, *_)] = await notices.held(desk.tx, (await person(desk, "bo")).id)
    assert "(critical): resolved by @cy." in notice.text
    assert notice.release_at is None


async def test_a_ticket_taken_from_its_last_one_calls_managers(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket(priority="low")
    await assign.give(desk, ticket, await person(desk, "cy"))
    (await person(desk, "di")).is_admin = True
    await desk.tx.flush()
    await by(desk, "di", "unassign CH-1 <@UCY>")
    assert await heard(desk) == [" is *unassigned*: taken from cy by di."]


async def test_who_hears_of_it_as_something_else_does_not_hear_twice(desk: Desk, make_ticket: MakeTicket) -> None:
    await set_notices(desk, "all")
    ticket = await make_ticket(priority="low")
    await assign.give(desk, ticket, await person(desk, "cy"))
    await by(desk, "bo", "watch CH-1")
    await by(desk, "cy", "resolve CH-1 failed over")
    rows = await desk.tx.exec(select(Outgoing.key).where(Outgoing.channel_id == "UBO"))
    assert [key.partition(":")[0] for key in rows] == ["watched"]


async def test_a_priority_that_becomes_loud_is_one_message(desk: Desk, make_ticket: MakeTicket) -> None:
    await set_notices(desk, "all")
    ticket = await make_ticket(priority="low")
    await assign.give(desk, ticket, await person(desk, "cy"))
    await by(desk, "cy", "priority CH-1 high")
    rows = list(await desk.tx.exec(select(Outgoing.key).where(Outgoing.channel_id == "UBO")))
    assert [key.partition(":")[0] for key in rows] == ["overseen"]


async def test_a_private_ticket_is_told_to_nobody_outside(desk: Desk, make_ticket: MakeTicket) -> None:
    await set_notices(desk, "all")
    ticket = await make_ticket(priority="low", is_private=True, channel_id="CX")
    cy = await people.the(desk.tx, "T1", "UCY")
    await assign.give(desk, ticket, cy)
    await by(replace(desk, insiders={"CX": frozenset({"UCY"})}), "cy", "start CH-1")
    assert await heard(desk) == []


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        ("all", "start CH-1"),
        ("important", "release CH-1 on another incident"),
        ("important", "priority CH-1 critical"),
    ],
)
async def test_what_managers_were_told_says_that_it_was_undone(
    desk: Desk, make_ticket: MakeTicket, wanted: str, line: str
) -> None:
    ticket = await make_ticket(priority="low")
    await assign.give(desk, ticket, await person(desk, "cy"))
    await set_notices(desk, wanted)
    later = replace(desk, now=desk.now + timedelta(minutes=1))
    await by(later, "cy", line)
    await by(later, "bo", "undo CH-1")
    step = await undo_steps.of_version(desk.tx, ticket.id, 1)
    assert step
    told = list(await desk.tx.exec(select(Outgoing.payload).where(Outgoing.channel_id == "UBO")))
    texts = [Message.model_validate_json(payload).text for payload in told]
    assert texts[-1:] == [f"*CH-1* Redis is down: {step.said}, undone by @bo."]
