"""Who has a ticket offers it to somebody, who takes it or not; until then it stays where it is."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from bot.sandbox.slack import SlackSandbox
from storage.proposals import Proposal
from tests.clock import Clock, go_to
from tests.team import (
    DATABASES,
    Bot,
    assignees,
    audit_of,
    press,
    quiet,
    report,
    said,
    select_all,
    slash,
)

BOTH = pytest.mark.parametrize("engine", DATABASES)
FRIDAY = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)  # eight working hours later


@pytest.fixture
def clock() -> Clock:
    return Clock(base=FRIDAY)


async def offer(bot: Bot, *, to: str = "carol") -> str:
    """Bob has CH-1 and offers it; the thread."""
    ts = await report(bot, "frank", "redis is down")
    assert await assignees(bot) == ["bob"]
    await slash(bot, "bob", f"handover CH-1 @{to} I am on another incident")
    return ts


@BOTH
async def test_the_other_one_accepts_and_it_moves(slack: SlackSandbox, bot: Bot) -> None:
    ts = await offer(bot)
    asked = slack.dms("carol")[-1]
    assert asked.plain.startswith(
        "*P-1*: @bob asks to hand *CH-1* Redis is down over to @carol: I am on another incident."
    )
    assert asked.buttons == ["Accept", "Decline…"]
    assert await assignees(bot) == ["bob"]
    told = len(said(slack.dms("carol")))
    await press(slack, bot, "carol", "Accept")
    assert await assignees(bot) == ["carol"]
    text = "*CH-1 handed over* from @bob to @carol: I am on another incident"
    assert said(slack.thread("#ops", ts))[-1] == text
    assert "Why this person: handed over by @bob: I am on another incident" in slack.thread("#ops", ts)[1].plain
    assert slack.dms("carol")[-1].buttons == []
    assert len(said(slack.dms("carol"))) == told
    assert ": approved by @carol." in said(slack.dms("bob"))[-1]
    assert [event.action for event in await audit_of(bot, await bot.ticket())][-1] == "handover"


async def test_a_decline_gives_its_reason_and_it_stays(slack: SlackSandbox, bot: Bot) -> None:
    await offer(bot)
    await press(slack, bot, "carol", "Decline…")
    await slack.until(lambda: slack.modal("carol"))
    assert await slack.submit("carol", {"reason": "I am leaving for the day"}) == {}
    await quiet(bot)
    assert await assignees(bot) == ["bob"]
    assert "denied by @carol: I am leaving for the day" in said(slack.dms("bob"))[-1]


@BOTH
async def test_it_expires_after_one_working_day_of_the_receiver(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await offer(bot)
    [one] = await select_all(bot, Proposal)
    assert MONDAY <= one.expires_at < MONDAY + timedelta(minutes=1)
    await go_to(bot, clock, MONDAY + timedelta(minutes=2))
    assert "expired, since nobody decided in time" in said(slack.dms("bob"))[-1]
    assert (await slash(bot, "carol", "approve P-1")).startswith("P-1 expired ")
    assert await assignees(bot) == ["bob"]


async def test_it_is_taken_back(slack: SlackSandbox, bot: Bot) -> None:
    await offer(bot)
    assert (await slash(bot, "bob", "handover CH-1 @dave")).startswith("P-1 offers it to @carol already;")
    assert (await slash(bot, "bob", "handover CH-1 cancel")).endswith("taken back by @bob.")
    assert slack.dms("carol")[-1].buttons == []
    assert (await slash(bot, "carol", "approve P-1")).startswith("P-1 was denied by @bob ")
    assert await slash(bot, "bob", "handover CH-1 cancel") == "CH-1 is offered to nobody."


async def test_a_manager_does_it_at_once(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await report(bot, "alice", "hand over to @carol bob is away", thread_ts=ts)
    assert (await assignees(bot), await select_all(bot, Proposal)) == (["carol"], [])
    assert said(slack.dms("carol"))[-1].startswith("*CH-1* Redis is down is yours")


async def test_nobody_accepts_their_own_offer_and_managers_may(slack: SlackSandbox, bot: Bot) -> None:
    await offer(bot)
    for who in ("bob", "dave"):
        assert (await slash(bot, who, "approve P-1")).startswith("You may not decide P-1")
    assert (await slash(bot, "carol", "handover CH-1 @dave")).startswith("You may not hand CH-1 over")
    await slash(bot, "alice", "approve P-1")
    assert await assignees(bot) == ["carol"]


async def test_what_was_given_to_others_meanwhile_asks_again(slack: SlackSandbox, bot: Bot) -> None:
    await offer(bot)
    await slash(bot, "alice", "assign CH-1 @dave")
    await press(slack, bot, "carol", "Accept")
    changed = "CH-1 has changed since P-1 was asked: assigned to @dave by @alice"
    assert said(slack.ephemerals("carol"))[-1].startswith(changed)
    await slack.click_ephemeral("carol", "Approve anyway")
    await quiet(bot)
    gone = "CH-1 is not with @bob any more, so there is nothing to hand over."
    assert said(slack.ephemerals("carol"))[-1] == gone
    assert await assignees(bot) == ["dave"]


async def test_who_handed_it_away_is_not_chosen_for_it_again(slack: SlackSandbox, bot: Bot) -> None:
    await offer(bot)
    await press(slack, bot, "carol", "Accept")
    await slash(bot, "carol", "release CH-1 I cannot either")
    assert await assignees(bot) == []
    assert "@bob gave it back before" in (await bot.ticket()).assign_reason


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ("handover CH-1 @bob", "@bob has CH-1 already."),
        ("handover CH-1 @carol @dave", "A ticket is handed over to one person;"),
        ("handover CH-1", "Who is missing. Usage:"),
    ],
)
async def test_what_cannot_be_handed_over(slack: SlackSandbox, bot: Bot, line: str, refusal: str) -> None:
    await report(bot, "frank", "redis is down")
    assert (await slash(bot, "bob", line)).startswith(refusal)


async def test_a_viewer_is_made_a_responder_first(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "dave", "redis is down")
    answer = await slash(bot, "bob", "handover CH-1 @frank")
    assert answer == ("@frank is no responder of any team, so nothing was done. @alice can add them to Platform.")
    assert await select_all(bot, Proposal) == []
    assert (await slash(bot, "alice", "handover CH-1 @frank")).endswith("Add to Platform as responder and assign?")
    await slack.click_ephemeral("alice", "Add to team and assign")
    await quiet(bot)
    assert await assignees(bot) == ["frank"]


async def test_cancel_takes_back_ones_own_offer_before_that_of_others(bot: Bot) -> None:
    await offer(bot)
    await slash(bot, "alice", "assign CH-1 +@carol")
    await slash(bot, "carol", "handover CH-1 @dave")
    assert (await slash(bot, "carol", "handover CH-1 cancel")).startswith("*P-2*: ")
    assert [one.state for one in await select_all(bot, Proposal)] == ["open", "denied"]


async def test_a_private_offer_is_declined_elsewhere_without_a_word_of_it(slack: SlackSandbox, bot: Bot) -> None:
    slack.invite_bot("#secret")
    slack.channel("#secret").members.add(slack.user("carol").id)
    await report(bot, "alice", "redis password leaked", channel="#secret")
    [giver] = await assignees(bot)
    await slash(bot, giver, f"handover CH-1 @{'carol' if giver == 'bob' else 'bob'} no time")
    await report(bot, "carol" if giver == "bob" else "bob", "deny P-1 no time either", channel="#general")
    assert [one.state for one in await bot.rows(select(Proposal))] == ["denied"]
    assert "leaked" not in str(said(slack.messages("#general"))).lower()
