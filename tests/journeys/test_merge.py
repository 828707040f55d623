"""A duplicate closes and follows the ticket that it is one of; taking that back restores what it was."""

import pytest

from bot.sandbox.slack import SlackSandbox
from storage import people
from tests.team import DATABASES, Bot, assignees, audit_of, last_change, quiet, report, said, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)


async def two(bot: Bot) -> tuple[str, str]:
    """CH-1 by dave and CH-2 by frank, each in its own thread."""
    return await report(bot, "dave", "redis is down"), await report(bot, "frank", "kafka lags behind redis")


def card(slack: SlackSandbox, ts: str) -> str:
    return slack.thread("#ops", ts)[1].plain


@BOTH
async def test_a_duplicate_closes_and_follows_the_other_one(slack: SlackSandbox, bot: Bot) -> None:
    first, second = await two(bot)
    await report(bot, "alice", "CH-2 is a duplicate of CH-1")
    ticket = await bot.ticket(2)
    assert (ticket.status, ticket.resolution, await assignees(bot, 2)) == ("closed", "duplicate of CH-1", [])
    assert "1 duplicate" in card(slack, first)
    assert said(slack.thread("#ops", second))[-1] == (
        "*CH-2 closed* by @alice as a duplicate of CH-1. What is asked for in this thread is about that one from now"
        " on, and I say here when it is done."
    )
    await report(bot, "frank", "it fails in eu-1 too", thread_ts=second)
    assert said(slack.thread("#ops", second))[-1] == (
        "CH-2 is a duplicate of CH-1, so this is about CH-1.\nKept as a comment on *CH-1* Redis is down."
    )
    before = len(said(slack.thread("#ops", second)))
    await report(bot, "bob", "resolve failed over", thread_ts=second)
    assert (await bot.ticket(1)).status == "resolved"
    frank = f"<@{slack.user('frank').id}>"
    assert sorted(said(slack.thread("#ops", second))[before:]) == sorted(
        [
            f"{frank} CH-1, which this is a duplicate of, was resolved: failed over.",
            "CH-2 is a duplicate of CH-1, so this is about CH-1.\n"
            "*CH-1 resolved* by @bob after less than a minute: failed over",
        ]
    )


@BOTH
async def test_unmerge_restores_status_assignees_and_thread(slack: SlackSandbox, bot: Bot) -> None:
    first, second = await two(bot)
    had = await assignees(bot, 2)
    await slash(bot, had[0], "start CH-2")
    await slash(bot, "alice", "dup CH-2 of CH-1")
    await report(bot, "alice", "unmerge", thread_ts=second)
    ticket = await bot.ticket(2)
    assert (ticket.status, ticket.resolution, ticket.duplicate_of, ticket.rests) == ("in_progress", None, None, [])
    assert await assignees(bot, 2) == had
    assert "duplicate" not in card(slack, first)
    await report(bot, had[0], "resolve rebalanced", thread_ts=second)
    assert [(await bot.ticket(number)).status for number in (1, 2)] == ["open", "resolved"]
    assert [event.action for event in await audit_of(bot, ticket)][-3:] == ["dup", "unmerge", "status"]


async def test_an_assignee_who_left_is_not_restored(slack: SlackSandbox, bot: Bot) -> None:
    await two(bot)
    had = await assignees(bot, 2)
    await slash(bot, "alice", "dup CH-2 of CH-1")
    async with bot.ctx.db.write() as tx:
        person = await people.the(tx, slack.workspace_id, slack.user(had[0]).id)
        person.is_active = False
    await slash(bot, "alice", "unmerge CH-2")
    assert ((await bot.ticket(2)).status, await assignees(bot, 2)) == ("open", [])


async def test_it_is_undone_like_any_other_change(slack: SlackSandbox, bot: Bot) -> None:
    first, second = await two(bot)
    had = await assignees(bot, 2)
    await slash(bot, "alice", "dup CH-2 of CH-1")
    told = slack.thread("#ops", second)[-1]
    await slack.click("alice", "#ops", told.ts, "Undo")
    await quiet(bot)
    assert ((await bot.ticket(2)).duplicate_of, await assignees(bot, 2)) == (None, had)
    assert "duplicate" not in card(slack, first)


async def test_a_chain_is_followed_and_a_circle_refused(slack: SlackSandbox, bot: Bot) -> None:
    await two(bot)
    third = await report(bot, "frank", "checkout is slow")
    await slash(bot, "alice", "dup CH-2 of CH-1")
    await slash(bot, "erin", "dup CH-3 of CH-2")
    assert (await bot.ticket(3)).duplicate_of == (await bot.ticket(1)).id
    assert "as a duplicate of CH-1 (CH-2 → CH-1)" in said(slack.thread("#ops", third))[-1]
    assert await slash(bot, "alice", "dup CH-1 of CH-2") == (
        "CH-1 cannot be a duplicate of itself: CH-2 of CH-1 is one already."
    )
    assert (await slash(bot, "alice", "dup CH-1 of CH-1")).startswith("CH-1 cannot be a duplicate of itself")


async def test_undoing_cannot_make_a_circle_either(slack: SlackSandbox, bot: Bot) -> None:
    await two(bot)
    await slash(bot, "alice", "dup CH-2 of CH-1")
    await slash(bot, "alice", "unmerge CH-2")
    await slash(bot, "alice", "dup CH-1 of CH-2")
    assert (await slash(bot, "alice", "undo CH-2")).startswith("CH-2 cannot be a duplicate of itself")
    assert (await bot.ticket(2)).duplicate_of is None


async def test_what_is_closed_takes_no_duplicates(slack: SlackSandbox, bot: Bot) -> None:
    await two(bot)
    await slash(bot, "alice", "close CH-1 too old")
    assert (await slash(bot, "alice", "dup CH-2 of CH-1")).startswith("CH-1 is closed;")
    assert await slash(bot, "alice", "unmerge CH-2") == "CH-2 is no duplicate, so there is nothing to take back."


async def test_who_may_not_merge_asks(slack: SlackSandbox, bot: Bot) -> None:
    _, second = await two(bot)
    await report(bot, "frank", "dup CH-1", thread_ts=second)
    asked = slack.thread("#ops", second)[-1]
    assert asked.plain.startswith("*P-1*: @frank asks to merge CH-2 into CH-1.")
    await slack.click("alice", "#ops", asked.ts, "Approve")
    await quiet(bot)
    assert (await bot.ticket(2)).resolution == "duplicate of CH-1"


async def test_one_that_is_opened_again_is_a_ticket_of_its_own(slack: SlackSandbox, bot: Bot) -> None:
    await two(bot)
    await slash(bot, "alice", "dup CH-2 of CH-1")
    await slash(bot, "alice", "reopen CH-2 it is something else")
    assert (await bot.ticket(2)).duplicate_of is None


async def test_a_private_ticket_is_not_named_to_those_outside(slack: SlackSandbox, bot: Bot) -> None:
    slack.invite_bot("#secret")
    await report(bot, "alice", "redis password leaked", channel="#secret")
    second = await report(bot, "frank", "logins fail for redis")
    await slash(bot, "alice", "dup CH-2 of CH-1")
    await slash(bot, "alice", "resolve CH-1 rotated the password")
    seen = "\n".join(said(slack.thread("#ops", second)))
    assert "as a duplicate of a private ticket." in seen
    assert "A private ticket, which this is a duplicate of, was resolved." in seen
    assert (await bot.ticket(2)).resolution == "duplicate of a private ticket"
    everything = "\n".join([seen, *said(slack.messages("#ops")), await slash(bot, "frank", "show CH-2")])
    assert "CH-1" not in everything
    assert "password" not in everything


async def test_a_member_is_answered_alone_in_the_thread_of_the_duplicate(slack: SlackSandbox, bot: Bot) -> None:
    slack.invite_bot("#secret")
    await report(bot, "alice", "redis password leaked", channel="#secret")
    second = await report(bot, "frank", "logins fail for redis")
    await slash(bot, "alice", "dup CH-2 of CH-1")
    before = len(said(slack.thread("#ops", second)))
    await report(bot, "alice", "priority low", thread_ts=second)
    assert (await bot.ticket(1)).priority == "low"
    assert len(said(slack.thread("#ops", second))) == before
    await report(bot, "frank", "it is worse now", thread_ts=second)
    assert "CH-1" not in said(slack.thread("#ops", second))[-1]


async def test_the_card_offers_to_merge_what_looks_alike(slack: SlackSandbox, bot: Bot) -> None:
    first = await report(bot, "dave", "redis primary is down")
    second = await report(bot, "frank", "redis primary is down again")
    third = await report(bot, "frank", "redis primary is down once more")
    shown = slack.thread("#ops", second)[1]
    assert [label for label in shown.buttons if "ame as" in label] == ["Same as CH-1", "Not the same as CH-1"]
    await slack.click("alice", "#ops", shown.ts, "Same as CH-1")
    await quiet(bot)
    assert (await bot.ticket(2)).resolution == "duplicate of CH-1"
    shown = slack.thread("#ops", third)[1]
    await slack.click("frank", "#ops", shown.ts, "Not the same as CH-1")
    await quiet(bot)
    shown = slack.thread("#ops", third)[1]
    assert last_change(shown.plain) == "told apart from CH-1 by @frank"
    assert "Redis primary is down (" not in shown.plain
    assert [label for label in shown.buttons if "ame as" in label] == []  # the other one is closed
    await slash(bot, "bob", "priority CH-1 low")
    assert "Similar" not in card(slack, first)


async def test_each_of_several_lines_goes_the_way_of_a_single_one(slack: SlackSandbox, bot: Bot) -> None:
    _, second = await two(bot)
    await slash(bot, "alice", "dup CH-2 of CH-1")
    await report(bot, "alice", "priority low\nunmerge", thread_ts=second)
    [answer] = [text for text in said(slack.thread("#ops", second)) if text.startswith("&gt;") or text[:1] == ">"]
    assert "CH-2 is a duplicate of CH-1, so this is about CH-1." in answer
    assert ((await bot.ticket(1)).priority, (await bot.ticket(2)).duplicate_of) == ("low", None)
