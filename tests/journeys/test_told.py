"""What managers hear at once is their team's choice, and who cannot be told is named in the thread, once."""

import pytest
from sqlmodel import select

from bot.sandbox.slack import SlackSandbox
from storage.audit import AuditEvent
from storage.notices import Notice
from tests.journeys.test_nudges import set_for_team
from tests.team import DATABASES, Bot, report, said, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)


async def heard(slack: SlackSandbox, bot: Bot, text: str) -> int:
    """How many messages alice gets of a report."""
    before = len(said(slack.dms("alice")))
    await report(bot, "frank", text)
    return len(said(slack.dms("alice"))) - before


@BOTH
async def test_managers_hear_at_once_what_their_team_wants(slack: SlackSandbox, bot: Bot) -> None:
    loud, calm = "redis is down for all customers", "a kafka topic is named badly, no hurry"
    assert [await heard(slack, bot, f"{text} today") for text in (loud, calm)] == [1, 0]
    await set_for_team(bot, "Platform", "notices", "all")
    assert [await heard(slack, bot, f"{text} again") for text in (loud, calm)] == [1, 1]
    await set_for_team(bot, "Platform", "notices", "none")
    assert [await heard(slack, bot, f"{text} as ever") for text in (loud, calm)] == [0, 0]
    held = {one.reason for one in await bot.rows(select(Notice).where(Notice.state == "held"))}
    assert held == {"the team's notices are set to important", "the team's notices are set to none"}
    page = await slash(bot, "alice", "digest now")
    assert page.count("is assigned to @") == 3
    assert await slash(bot, "alice", "digest now") == "There is nothing for you: nothing due, waiting or new."


async def test_managers_hear_at_once_of_what_was_given_back(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "alice", "me set language de")
    await report(bot, "frank", "a kafka topic is named badly, no hurry")
    assert said(slack.dms("alice")) == []
    await slash(bot, "bob", "release CH-1 on another incident")
    [told] = said(slack.dms("alice"))
    gave_back = "ist @carol zugewiesen. @bob hat es zurückgegeben: on another incident."
    assert told.startswith(f"*CH-1* A kafka topic is named badly, no hurry (niedrig) {gave_back}"), told


@BOTH
async def test_who_cannot_be_told_is_named_in_the_thread_once(slack: SlackSandbox, bot: Bot) -> None:
    """In the language of the channel."""
    await slash(bot, "alice", "channel language de")
    slack.fail(method="chat.postMessage", error="restricted_action", channel="@bob", times=9)
    root = await report(bot, "frank", "kafka lags")
    for _ in range(2):
        await slash(bot, "alice", "unassign CH-1 @bob")
        await slash(bot, "alice", "assign CH-1 @bob")
    told = [text for text in said(slack.thread("#ops", root)) if "restricted_action" in text]
    assert told == ["@bob war nicht zu erreichen: Slack nimmt keine Direktnachricht an (`restricted_action`)."]
    events = await bot.rows(select(AuditEvent).where(AuditEvent.action == "untold"))
    assert len(events) == 3
