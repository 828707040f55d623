"""Everyone who must know hears of a change once, and nobody of their own."""

from dataclasses import replace

import pytest
from sqlmodel import col, select

from agent.assigning import assign
from agent.cards.reaction import SEEN, show_status
from agent.desk import Desk
from agent.notices import notify
from agent.people.admit import actor_of
from bot.events import Place
from bot.messages import Message
from storage import people
from storage.outbox import Outgoing
from storage.people import Person
from tests.agent.conftest import MakeTicket


async def sent(desk: Desk) -> list[Outgoing]:
    return list(await desk.tx.exec(select(Outgoing).order_by(col(Outgoing.id))))


async def at(desk: Desk, name: str | None) -> Desk:
    """The desk with somebody else, or nobody, at it."""
    if name is None:
        return replace(desk, actor=None)
    return replace(desk, actor=await actor_of(desk.tx, await person(desk, name)))


async def person(desk: Desk, name: str) -> Person:
    return await people.the(desk.tx, "T1", f"U{name.upper()}")


@pytest.mark.parametrize(
    ("priority", "assigned", "told"),
    [
        ("critical", True, ["UBO"]),
        ("high", True, ["UBO"]),
        ("medium", True, []),
        ("low", True, []),
        (None, True, []),
        ("low", False, ["UBO"]),
    ],
)
async def test_managers_hear_of_what_is_loud_or_left(
    desk: Desk, make_ticket: MakeTicket, priority: str | None, assigned: bool, told: list[str]
) -> None:
    ticket = await make_ticket(priority=priority)
    has_it = [await person(desk, "cy")] if assigned else []
    for _ in range(2):  # the same news twice is told once
        await notify.tell_managers(await at(desk, None), ticket, assigned=has_it)
    assert [row.channel_id for row in await sent(desk)] == told


async def test_a_ticket_that_becomes_unassigned_is_news(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket(priority="critical")
    await notify.tell_managers(desk, ticket, assigned=[await person(desk, "cy")])
    await notify.tell_managers(desk, ticket, assigned=[])
    first, second = [Message.model_validate_json(row.payload) for row in await sent(desk)]
    assert "is assigned to @cy." in first.text
    assert "is *unassigned*: no team yet." in second.text
    assert (first.buttons, [button.action for button in second.buttons]) == ((), ["claim", "form:assign"])


@pytest.mark.parametrize("title", ["Nobody: unassigned variable", "x"])
async def test_a_title_does_not_decide_about_buttons(desk: Desk, make_ticket: MakeTicket, title: str) -> None:
    await notify.tell_assignee(desk, await make_ticket(title=title), await person(desk, "cy"))
    buttons = Message.model_validate_json((await sent(desk))[0].payload).buttons
    assert [button.action for button in buttons] == ["ack", "form:handover", "snooze"]


async def test_nobody_hears_of_what_they_did_themselves(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket(priority="critical", reporter_id=(await person(desk, "di")).id)
    await notify.tell_assignee(await at(desk, "cy"), ticket, await person(desk, "cy"))
    await notify.tell_managers(await at(desk, "bo"), ticket, assigned=[await person(desk, "cy")])
    own = await make_ticket(priority="critical", reporter_id=(await person(desk, "bo")).id)
    await notify.tell_managers(await at(desk, None), own, assigned=[await person(desk, "cy")])
    assert await sent(desk) == []


async def test_a_manager_outside_the_private_channel_hears_nothing(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket(priority="critical", is_private=True, channel_id="CX")
    await notify.tell_managers(desk, ticket, assigned=[])
    assert await sent(desk) == []
    await notify.tell_managers(replace(desk, insiders={"CX": frozenset({"UBO"})}), ticket, assigned=[])
    assert [row.channel_id for row in await sent(desk)] == ["UBO"]


async def test_the_card_is_posted_once_and_edited_after(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket()
    await notify.show_card(desk, ticket)
    await notify.show_card(replace(desk, key="job:2"), ticket, change="claimed by @cy")
    [row] = await sent(desk)  # it has not left yet, so the edit is in it
    assert (row.kind, row.key, row.thread_ts, row.correlation_id) == ("post", "card:1", "1.1", "c0ffee")
    assert "claimed by @cy" in row.payload
    row.state = "sent"
    await desk.tx.flush()
    await notify.show_card(replace(desk, key="job:3"), ticket, change="resolved by @cy")
    edit = (await sent(desk))[1]
    assert (edit.kind, edit.anchor) == ("edit", "card:1")


async def test_the_reaction_is_swapped(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket(status="in_progress")
    await show_status(desk, ticket, before="open")
    await show_status(desk, ticket, before="in_progress")
    swaps = [(row.kind, row.payload, row.target_ts) for row in await sent(desk)]
    assert swaps == [("unreact", "large_blue_circle", "1.1"), ("react", "hammer_and_wrench", "1.1")]
    await show_status(desk, await make_ticket(message_ts=None), before=SEEN)
    assert len(await sent(desk)) == 2


@pytest.mark.parametrize(
    ("place", "is_private", "kind", "thread"),
    [
        (Place(channel_id="C1", reply_url="https://hooks.example"), False, "respond", None),
        (Place(channel_id="C1", thread_ts="1.1", message_ts="1.1"), True, "whisper", None),
        (Place(channel_id="C1", thread_ts="1.1", message_ts="2.2"), True, "whisper", "1.1"),
        (Place(channel_id="C1", thread_ts="1.1", message_ts="2.2"), False, "post", "1.1"),
        (Place(channel_id="D1", message_ts="2.2", is_dm=True), True, "post", None),
        (Place(channel_id=""), True, "post", None),
    ],
)
async def test_an_answer_goes_where_it_was_asked(
    desk: Desk, place: Place, is_private: bool, kind: str, thread: str | None
) -> None:
    await notify.answer(replace(desk, place=place), Message(text="hi"), is_private=is_private)
    [row] = await sent(desk)
    assert (row.kind, row.thread_ts, row.user_id) == (kind, thread, "UANN")
    assert row.channel_id == (place.channel_id or "UANN")


async def test_a_choice_is_told_with_its_reason(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket()
    choice = await assign.assign_automatically(desk, ticket)
    assert choice.person is not None
    await notify.tell_assignee(desk, ticket, choice.person)
    assert Message.model_validate_json((await sent(desk))[0].payload).text == (
        "*CH-1* Redis is down is yours (team Platform)."
        " Why you: fewest open: 0, longest since last assigned; @di has 0."
        " No priority yet, reported by @ann in <#C1>. See <#C1>."
    )


async def test_each_time_that_nobody_has_it_managers_are_called(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket(priority="low")
    await notify.tell_managers(await at(desk, None), ticket, assigned=[])
    await assign.give(desk, ticket, await person(desk, "cy"))
    taken = replace(await at(desk, "cy"), key="job:2")
    await assign.take_from(taken, ticket, await person(desk, "cy"))
    for _ in range(2):
        await notify.tell_managers(taken, ticket, assigned=[], gave_back=" @cy gave it back: busy.")
    first, second = [Message.model_validate_json(row.payload) for row in await sent(desk)]
    assert "unassigned" in first.text
    assert "@cy gave it back: busy." in second.text
    assert [button.action for button in second.buttons] == ["claim", "form:assign"]


async def test_where_no_manager_may_see_it_an_admin_hears_of_it(desk: Desk, make_ticket: MakeTicket) -> None:
    (await person(desk, "di")).is_admin = True
    await desk.tx.flush()
    ticket = await make_ticket(priority="critical", is_private=True, channel_id="CX")
    await notify.tell_managers(replace(desk, insiders={"CX": frozenset({"UDI"})}), ticket, assigned=[])
    assert [row.channel_id for row in await sent(desk)] == ["UDI"]
