"""What is said of a duplicate, and what it is told: words of a private channel stay there, nobody is called twice."""

from dataclasses import replace

import pytest
from sqlmodel import col, select

from agent.cards.card import card
from agent.commands.run import run_line
from agent.conversation import hear
from agent.desk import Desk
from agent.reports.replies import hear_reply
from agent.turns.moving import link_thread
from bot.errors import UserError
from bot.events import Place
from bot.messages import Message
from storage import people, tickets
from storage.comments import Comment
from storage.outbox import Outgoing
from storage.tickets import Ticket
from tests.agent.commands.test_run import as_person
from tests.agent.conftest import MakeTicket

SECRET = "CX"
INSIDE = {SECRET: frozenset({"UANN", "UBO"})}


async def at(desk: Desk, who: str, ticket: Ticket, key: str) -> Desk:
    """Somebody in the thread of a ticket."""
    place = Place(channel_id=ticket.channel_id, thread_ts=ticket.thread_ts, message_ts=f"99.{key}")
    return replace(await as_person(desk, who), place=place, key=f"job:{key}", insiders=INSIDE)


async def two(desk: Desk, make_ticket: MakeTicket, **second: object) -> tuple[Ticket, Ticket]:
    """CH-2 is a duplicate of CH-1, which cy had."""
    one = await make_ticket(reporter_id=(await people.the(desk.tx, "T1", "UDI")).id)
    other = await make_ticket(**second)
    await link_thread(desk, other.channel_id, other.thread_ts or "", ticket_id=other.id)
    bo = replace(await as_person(desk, "bo"), insiders=INSIDE)
    await run_line(replace(bo, key="job:assign"), "assign CH-1 <@UCY>")
    await run_line(replace(bo, key="job:dup"), "dup CH-2 of CH-1")
    return one, other


async def comments_of(desk: Desk, ticket: Ticket) -> list[str]:
    return list(await desk.tx.exec(select(Comment.text).where(Comment.ticket_id == ticket.id)))


async def posted(desk: Desk, *, to: str) -> list[str]:
    """The words of all that was sent or edited in a channel or direct message, oldest first."""
    rows = await desk.tx.exec(select(Outgoing).where(Outgoing.channel_id == to, col(Outgoing.payload).like("{%")))
    return [Message.model_validate_json(row.payload).text for row in sorted(rows, key=lambda row: row.id)]


async def test_words_of_a_private_channel_stay_with_the_duplicate(desk: Desk, make_ticket: MakeTicket) -> None:
    one, other = await two(desk, make_ticket, channel_id=SECRET, is_private=True)
    await hear_reply(await at(desk, "ann", other, "1"), "the password is hunter2")
    kept = await hear(await at(desk, "ann", other, "2"), "it fails for ACME since noon")
    assert kept is not None
    assert kept.message.text == (
        "Kept as a comment on *CH-2* Redis is down, which this thread is about. CH-1, which that is a duplicate of,"
        " is read outside of this channel: `comment CH-1 …` goes there."
    )
    await hear(await at(desk, "ann", other, "3"), "comment and for Initech")
    assert await comments_of(desk, one) == []
    assert len(await comments_of(desk, other)) == 3
    with pytest.raises(UserError, match="people outside of this channel read") as asked:
        await hear(await at(desk, "bo", other, "4"), "resolve ACME has a new password")
    [button] = asked.value.buttons
    assert (button.action, button.value, one.status) == ("resolve", "CH-1: ACME has a new password", "open")
    await hear(await at(desk, "bo", other, "5"), "claim")  # has no words of its own
    assert [person.name for person in await tickets.assignees(desk.tx, one.id)] == ["bo"]


async def test_words_for_all_go_to_the_other_ticket(desk: Desk, make_ticket: MakeTicket) -> None:
    one, other = await two(desk, make_ticket)
    await hear_reply(await at(desk, "ann", other, "1"), "it fails in eu-1 too")
    assert (await comments_of(desk, one), await comments_of(desk, other)) == (["it fails in eu-1 too"], [])


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (
            {},
            "@ann, who reported CH-2, a duplicate of *CH-1* Redis is down, wrote after that was resolved:"
            " “it fails again”.",
        ),
        ({"channel_id": SECRET, "is_private": True}, ""),
    ],
)
async def test_a_duplicates_reporter_is_heard_after_the_end(
    desk: Desk, make_ticket: MakeTicket, second: dict[str, object], told: str
) -> None:
    _, other = await two(desk, make_ticket, **second)
    await run_line(replace(await as_person(desk, "cy"), key="job:done"), "resolve CH-1 failed over")
    before = len(await posted(desk, to="UCY"))
    await hear_reply(await at(desk, "ann", other, "1"), "it fails again")
    assert [text.partition(" See")[0] for text in (await posted(desk, to="UCY"))[before:]] == ([told] if told else [])


async def test_undoing_a_reopening_calls_nobody_in_the_duplicates_thread(desk: Desk, make_ticket: MakeTicket) -> None:
    await two(desk, make_ticket, channel_id="C2")
    for line in ("resolve CH-1 failed over", "reopen CH-1 down again", "undo CH-1"):
        before = len(await posted(desk, to="C2"))
        await run_line(replace(await as_person(desk, "bo"), key=f"job:{line}"), line)
    rows = list(await desk.tx.exec(select(Outgoing).where(Outgoing.channel_id == "C2", Outgoing.kind == "post")))
    assert len([row for row in rows if "which this is a duplicate of" in row.payload]) == 1
    assert not [text for text in (await posted(desk, to="C2"))[before:] if "<@" in text]


async def test_undone_and_done_again_the_duplicates_thread_says_how_it_stands(
    desk: Desk, make_ticket: MakeTicket
) -> None:
    await two(desk, make_ticket, channel_id="C2")
    for number, line in enumerate(("resolve CH-1 failed over", "undo CH-1", "undo CH-1")):
        await run_line(replace(await as_person(desk, "bo"), key=f"job:{number}"), line)
    assert "CH-1, which this is a duplicate of, was resolved: failed over." in (await posted(desk, to="C2"))[-1]


async def test_what_is_done_already_is_told_at_once(desk: Desk, make_ticket: MakeTicket) -> None:
    await make_ticket(reporter_id=(await people.the(desk.tx, "T1", "UDI")).id)
    await make_ticket(channel_id="C2")
    for line in ("resolve CH-1 failed over", "dup CH-2 of CH-1"):
        await run_line(replace(await as_person(desk, "bo"), key=f"job:{line}"), line)
    told = [text for text in await posted(desk, to="C2") if "CH-1" in text]
    assert any("which is done already" in text and "say here when" not in text for text in told)
    assert told[-1] == "<@UANN> CH-1, which this is a duplicate of, was resolved: failed over."


async def test_a_card_counts_no_duplicates_that_its_readers_may_not_know_of(
    desk: Desk, make_ticket: MakeTicket
) -> None:
    one, other = await two(desk, make_ticket, channel_id=SECRET, is_private=True)
    assert "duplicate" not in (await card(desk, one)).model_dump_json()
    other.is_private = False
    await desk.tx.flush()
    assert "1 duplicate" in (await card(desk, one)).model_dump_json()
