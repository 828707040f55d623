"""A message is a command, a remark or a report, and whatever it is gets one answer."""

from dataclasses import replace

import pytest

from agent.conversation import hear
from agent.desk import Desk
from agent.reply import Reply
from bot.errors import Refused, UserError
from bot.settings import Settings
from storage import comments, live_turns, pauses, thread_links, tickets
from storage.issues import Issue
from storage.pauses import Pause
from storage.pulls import Pull
from storage.repositories import Repository
from storage.thread_links import ThreadLink
from tests.agent.conftest import MakeTicket


async def in_thread_of(desk: Desk, make_ticket: MakeTicket) -> Desk:
    """The desk after a message in the thread of CH-1."""
    ticket = await make_ticket()
    await thread_links.link(desk.tx, "T1", "C1", "1.1", ticket_id=ticket.id)
    assert desk.place is not None
    return replace(desk, place=replace(desk.place, thread_ts="1.1", message_ts="5.5"))


async def heard(desk: Desk, text: str) -> Reply | str:
    try:
        return await hear(desk, text)
    except UserError as refusal:
        return str(refusal)


@pytest.mark.parametrize(
    "text",
    [
        "redis is down",
        "resolve the conflict between the two redis nodes",
        "close button does nothing on the payments page",
        "list of topics is empty",
        "help page is broken",
        "assign permissions fail for new people",
        "status page shows an error",
        "close 3 idle connections",
        "resolve 2 flaky tests",
        "take 3 nodes offline",
        "new: redis is down",
    ],
)
async def test_reports(desk: Desk, text: str) -> None:
    reply = await heard(desk, text)
    assert isinstance(reply, Reply)
    assert reply.seen_in is not None
    assert reply.seen_in.description == text.removeprefix("new: ")


@pytest.mark.parametrize(
    "text", ["resolve CH-1", "claim", "resolv CH-1 done", "lisst", "assign CH-1", "help me please"]
)
async def test_slips_and_halves_of_commands_are_asked_about(desk: Desk, make_ticket: MakeTicket, text: str) -> None:
    await make_ticket()
    assert isinstance(await heard(desk, text), str)
    assert await tickets.next_number(desk.tx, "T1") == 2


async def test_in_a_tickets_thread_other_words_are_a_comment(desk: Desk, make_ticket: MakeTicket) -> None:
    there = await in_thread_of(desk, make_ticket)
    reply = await heard(there, "the replica is fine")
    assert isinstance(reply, Reply)
    assert reply.message.text.startswith("Kept as a comment on *CH-1* Redis is down")
    assert [comment.text for comment in await comments.of_ticket(desk.tx, 1)] == ["the replica is fine"]


async def test_new_in_a_tickets_thread_is_a_ticket_outside_it(desk: Desk, make_ticket: MakeTicket) -> None:
    there = await in_thread_of(desk, make_ticket)
    await heard(there, "New: kafka is stuck")
    second = await tickets.get(desk.tx, 2)
    assert (second.description, second.thread_ts, second.message_ts) == ("kafka is stuck", None, "5.5")


async def test_nothing_said_is_helped(desk: Desk) -> None:
    reply = await heard(desk, "")
    assert isinstance(reply, Reply)
    assert reply.is_private
    assert "`@chargehand help` lists the commands." in reply.message.text


async def test_outsiders_are_refused_whatever_they_say(desk: Desk) -> None:
    assert desk.actor is not None
    guest = replace(desk, actor=replace(desk.actor, is_outsider=True))
    for text in ("", "redis is down", "list", "help"):
        with pytest.raises(Refused, match="full members of this workspace only"):
            await hear(guest, text)
    let_in = replace(guest, settings=guest.settings.model_copy(update={"allow_guests": True}))
    assert isinstance(await heard(let_in, "redis is down"), Reply)


@pytest.mark.parametrize(
    "text",
    [
        "what is the status of #7?",
        "how is acme/shop#7?",
        "what about https://github.com/acme/shop/issues/7?",
        "what about https://github.com/acme/shop/pull/8?",
    ],
)
async def test_without_a_model_a_reference_on_github_shows_its_ticket(
    desk: Desk, make_ticket: MakeTicket, text: str
) -> None:
    await make_ticket(title="Another one")
    ticket = await make_ticket()
    shop = Repository(workspace_id="T1", github_id=1, host="github.com", full_name="acme/shop", created_at=desk.now)
    desk.tx.add(shop)
    await desk.tx.flush()
    about = {"workspace_id": "T1", "repository_id": shop.id, "title": "Carts", "state": "open", "url": "x"}
    pull = Pull(number=8, is_draft=False, head_ref="x", head_sha="abc", base_ref="main", **about)
    desk.tx.add_all([pull, Issue(body="", number=7, ticket_id=ticket.id, **about)])
    await desk.tx.flush()
    desk.tx.add(ThreadLink(workspace_id="T1", channel_id="C1", thread_ts="2.1", ticket_id=ticket.id, pull_id=pull.id))
    await desk.tx.flush()
    reply = await heard(desk, text)
    assert isinstance(reply, Reply)
    assert f"*{ticket.name}*" in reply.message.text
    assert await tickets.next_number(desk.tx, "T1") == 3


def with_model(desk: Desk) -> Desk:
    return replace(desk, settings=Settings(_env_file=None, anthropic_api_key="sk-test"))


@pytest.mark.parametrize("text", ["in the last week only", "both", "bob should take CH-4", "the search is slow"])
async def test_what_rules_are_not_sure_of_is_the_models_and_a_ticket_is_only_offered(desk: Desk, text: str) -> None:
    assert await hear(with_model(desk), text) is None
    [turn] = await live_turns.live(desk.tx, "T1")
    assert (turn.text, turn.offers) == (text, "ticket")
    assert await tickets.next_number(desk.tx, "T1") == 1


@pytest.mark.parametrize("why", ["off", "paused", "late"])
async def test_nothing_that_is_told_is_lost_while_no_model_reads_it(desk: Desk, why: str) -> None:
    there = {"off": desk, "paused": with_model(desk), "late": replace(with_model(desk), is_late=True)}[why]
    if why == "paused":
        await pauses.begin(desk.tx, Pause(who="bo", why="costs"), workspace_id="T1", set_by="person:2")
    reply = await heard(there, "the second one please")
    assert isinstance(reply, Reply)
    assert reply.seen_in is not None
    assert await live_turns.live(desk.tx, "T1") == []


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("merge #88", "I never merge or deploy"),
        ("please merge the crash fix", "I never merge or deploy"),
        ("thanks all", "`@chargehand help` lists the commands."),
        ("my open tickets", "No open tickets"),
    ],
)
async def test_what_is_clear_needs_no_model_and_makes_no_ticket(desk: Desk, text: str, answer: str) -> None:
    reply = await heard(desk, text)
    assert isinstance(reply, Reply)
    assert answer in reply.message.text
    assert await tickets.next_number(desk.tx, "T1") == 1


async def test_a_number_before_a_reason_that_may_be_a_ticket_is_asked_about(
    desk: Desk, make_ticket: MakeTicket
) -> None:
    there = await in_thread_of(desk, make_ticket)
    await make_ticket()
    asked = "Is “2” the ticket CH-2, or part of what you say about CH-1? Nothing was done"
    assert str(await heard(there, "comment 2 nodes are back")).startswith(asked)
    assert await comments.of_ticket(desk.tx, 1) == []
    await heard(there, "comment 3 nodes are back")
    assert [comment.text for comment in await comments.of_ticket(desk.tx, 1)] == ["3 nodes are back"]


@pytest.mark.parametrize("text", ["down", "nodes"])
async def test_a_remark_of_one_word_is_no_slip(desk: Desk, make_ticket: MakeTicket, text: str) -> None:
    await heard(await in_thread_of(desk, make_ticket), text)
    assert [comment.text for comment in await comments.of_ticket(desk.tx, 1)] == [text]
