"""The card carries every control there is room for; a press takes them away at once and brings back what came of it."""

import asyncio
import json
import re
from typing import Any

import pytest

from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.message import Message
from storage import people
from tests.journeys.test_buttons import press_old_button
from tests.team import DATABASES, Bot, assignees, quiet, report, said, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)


def card_of(slack: SlackSandbox, ts: str, channel: str = "#ops") -> Message:
    return slack.thread(channel, ts)[1]


async def test_a_menu_runs_its_verb(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    card = card_of(slack, ts)
    await slack.select("bob", "#ops", card.ts, action="priority", choice="High")
    await quiet(bot)
    await slack.select("bob", "#ops", card.ts, action="snooze", choice="1 h")
    await quiet(bot)
    ticket = await bot.ticket()
    assert (ticket.priority, ticket.snoozed_until is not None) == ("high", True)
    assert "Snoozed until <!date^" in card_of(slack, ts).plain
    assert "snoozed by @bob, <!date^" in card_of(slack, ts).plain


async def test_wait_opens_its_form_and_becomes_its_end(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    card = card_of(slack, ts)
    await slack.click("bob", "#ops", card.ts, "Wait…")
    await slack.until(lambda: slack.modal("bob"))
    assert (slack.modal("bob") or {})["title"]["text"] == "Wait CH-1"
    assert await slack.submit("bob", {"what": "the new certificate"}) == {}
    await quiet(bot)
    assert (await bot.ticket()).waiting_for == "the new certificate"
    assert card_of(slack, ts).menus["more"] == ["Edit…", "Hand over…", "Duplicate of…", "Mute", "History"]
    await slack.click("bob", "#ops", card.ts, "Waits no more")
    await quiet(bot)
    assert (await bot.ticket()).waiting_for is None


@pytest.mark.parametrize(
    ("who", "label", "values", "thread"),
    [
        ("alice", "Reassign…", {"people": ["carol"]}, []),
        ("bob", "Release…", {"quick": "I am on another incident"}, ["*CH-1 given back* by @bob"]),
    ],
    ids=["reassign", "release"],
)
async def test_who_has_it_is_changed_by_form(
    slack: SlackSandbox, bot: Bot, who: str, label: str, values: dict[str, Any], thread: list[str]
) -> None:
    ts = await report(bot, "frank", "redis is down")
    await slash(bot, "bob", "ack CH-1")
    await slack.click(who, "#ops", card_of(slack, ts).ts, label)
    await slack.until(lambda: slack.modal(who))
    assert await slack.submit(who, values) == {}
    await quiet(bot)
    assert await assignees(bot) == ["carol"]
    assert [text.split(":")[0] for text in said(slack.thread("#ops", ts))[1:]] == thread


def shown_as(slack: SlackSandbox, ts: str) -> list[str]:
    """What a message was edited to, one after another."""
    events = [envelope.payload["event"] for envelope in slack.envelopes if "event" in envelope.payload]
    edited = [event["message"] for event in events if event.get("subtype") == "message_changed"]
    return [json.dumps(message["attachments"], ensure_ascii=False) for message in edited if message["ts"] == ts]


@BOTH
async def test_a_press_takes_the_controls_away_until_it_is_worked_off(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    card = card_of(slack, ts)
    known = len(slack.calls("chat.update"))
    await slack.click("bob", "#ops", card.ts, "Claim")
    await quiet(bot)
    during, after = shown_as(slack, card.ts)[-2:]
    assert ("_working…_" in during, "actions" in during) == (True, False)
    assert ("_working…_" in after, "actions" in after, "acknowledged by @bob, " in after) == (False, True, True)
    assert len(slack.calls("chat.update")) == known + 1  # the word itself takes no turn of an edit
    assert slack.ephemerals("bob") == []


async def test_a_press_that_comes_to_nothing_brings_the_controls_back(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    before = card_of(slack, ts)
    await slack.click("frank", "#ops", before.ts, "Claim")
    await quiet(bot)
    after = card_of(slack, ts)
    assert (after.plain, after.buttons, after.menus) == (before.plain, before.buttons, before.menus)
    assert slack.ephemerals("frank")[-1].plain.startswith("You may not claim CH-1")


async def test_a_press_that_fails_for_good_brings_the_controls_back(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    before = card_of(slack, ts)
    slack.fail(method="users.info", error="missing_scope")
    await slack.click("carol", "#ops", before.ts, "Claim")
    await quiet(bot)
    assert "_working…_" in shown_as(slack, before.ts)[-2]
    assert card_of(slack, ts).buttons == before.buttons
    assert "Something went wrong on my side with your press of a button." in said(slack.dms("carol"))[-1]


async def test_a_question_leaves_the_card_alone(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await slack.click("frank", "#ops", card_of(slack, ts).ts, "Why")
    await quiet(bot)
    assert slack.ephemerals("frank")[-1].plain.startswith("*CH-1* Redis is down\nPriority high")
    assert not [text for text in shown_as(slack, card_of(slack, ts).ts) if "_working…_" in text]


@BOTH
async def test_of_two_who_claim_one_is_told_who_was_quicker(slack: SlackSandbox, bot: Bot) -> None:
    async with bot.ctx.db.write() as tx:
        team = await people.team_named(tx, "Payments")
        assert team
        bob = await people.by_slack_id(tx, bot.ctx.workspace_id, slack.user("bob").id)
        assert bob
        await people.give_role(tx, bob, team, role="responder")
    for name in ("bob", "dave"):
        await slash(bot, name, "rotation off", channel="#payments")
    ts = await report(bot, "frank", "checkout looks odd", channel="#payments")
    card = card_of(slack, ts, "#payments")
    assert await assignees(bot) == []
    presses = (slack.click(name, "#payments", card.ts, "Claim", value="CH-1@0") for name in ("bob", "dave"))
    await asyncio.gather(*presses)
    await quiet(bot)
    [winner] = await assignees(bot)
    loser = {"bob": "dave", "dave": "bob"}[winner]
    told = slack.ephemerals(loser)[-1]
    assert re.match(rf"CH-1 was taken by @{winner} \d+ s ago\. It is open now, with @{winner}\. <", told.plain)
    assert (told.plain.endswith("Nothing was done."), told.buttons) == (True, [])
    assert f"claimed by @{winner}, " in card_of(slack, ts, "#payments").plain


@pytest.mark.parametrize(
    ("action", "answer"),
    [
        ("frobnicate", "I know this button no longer: it was made by another release of mine."),
        ("start", "CH-1 is resolved (by @bob, "),
        ("claim", "CH-1 is resolved; `reopen CH-1 …` with a reason opens it again."),
    ],
)
async def test_a_button_of_another_time_is_answered_with_how_it_stands(
    slack: SlackSandbox, bot: Bot, action: str, answer: str
) -> None:
    ts = await report(bot, "frank", "redis is down")
    await slash(bot, "bob", "resolve CH-1 failed over")
    await press_old_button(bot, "bob", ts, label="Old", action=action)
    await quiet(bot)
    told = slack.ephemerals("bob")[-1].plain
    assert told.startswith(answer)
    assert re.search(r"It is resolved now, with @bob\. <http\S+\|See the report>\.$", told)


async def test_a_form_of_another_time_is_not_opened(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await press_old_button(bot, "bob", ts, label="Old…", action="form:frobnicate")
    await slack.until(lambda: slack.ephemerals("bob"))
    assert said(slack.ephemerals("bob")) == ["I know this button no longer: it was made by another release of mine."]
    assert slack.calls("views.open") == []


async def test_what_one_person_is_told_stands_in_the_thread_of_the_card(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    card = card_of(slack, ts)
    await slack.click("frank", "#ops", card.ts, "Resolve…")
    await slack.click("frank", "#ops", card.ts, "Claim")
    await quiet(bot)
    assert [message.thread_ts for message in slack.ephemerals("frank")] == [ts, ts]
