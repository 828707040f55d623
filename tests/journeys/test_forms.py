"""A form shows what is so today, says at its fields what is wrong, and does what the same words would."""

from datetime import UTC, datetime

import pytest

from agent.forms.table import FORMS
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.message import Payload
from bot.settings import Settings
from storage import people, settings_kv
from tests.bot.sandbox.slack_app import actions, button, web_client
from tests.team import (
    DATABASES,
    Bot,
    assignees,
    audit_of,
    quiet,
    report,
    running,
    said,
    slash,
)

BOTH = pytest.mark.parametrize("engine", DATABASES)
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


async def pressed(slack: SlackSandbox, bot: Bot, who: str, verb: str) -> None:
    """Press a button that opens the form of a verb, wherever such a button may stand."""
    element = {**button(verb, f"form:{verb}"), "value": (await bot.ticket()).named_version}
    posted = await web_client(slack).chat_postMessage(channel="C0OPS", text=verb, blocks=[actions(element)])
    await slack.click(who, "#ops", posted["ts"], verb)


async def opened(slack: SlackSandbox, bot: Bot, who: str, verb: str) -> Payload:
    """Press it and wait for the form."""
    await pressed(slack, bot, who, verb)
    await slack.until(lambda: slack.modal(who))
    return slack.modal(who) or {}


def held(form: Payload) -> dict[str, Payload]:
    """The elements of an open form by field."""
    return {block["block_id"]: block["element"] for block in form["blocks"] if block["type"] == "input"}


@BOTH
async def test_reassign_begins_with_who_has_it(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    form = await opened(slack, bot, "alice", "assign")
    assert (form["title"]["text"], form["submit"]["text"]) == ("Reassign CH-1", "Reassign")
    assert held(form)["people"]["initial_users"] == ["U0BOB"]
    assert form["private_metadata"].count("CH-1@0") == 1
    assert await slack.submit("alice", {"people": ["bob", "gus"]}) == {}
    await quiet(bot)
    assert "@gus is a guest" in slack.ephemerals("alice")[-1].plain
    await opened(slack, bot, "alice", "assign")
    wrong = await slack.submit("alice", {"people": ["gus"]})
    assert wrong == {"people": "@gus is a guest or from another workspace and cannot be assigned."}
    assert await slack.submit("alice", {"people": ["carol", "bob"]}) == {}
    await quiet(bot)
    assert await assignees(bot) == ["carol", "bob"]


@BOTH
async def test_hand_over_asks_whom_and_then_that_person(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    form = await opened(slack, bot, "bob", "handover")
    assert (form["title"]["text"], form["submit"]["text"]) == ("Hand over CH-1", "Hand over")
    assert "whom" in str(await slack.submit("bob", {"why": "on holiday"})) or slack.modal("bob")
    assert await slack.submit("bob", {"person": "carol", "why": "on holiday"}) == {}
    await quiet(bot)
    assert "on holiday" in slack.dms("carol")[-1].plain
    assert await assignees(bot) == ["bob"]


async def test_edit_sets_what_was_changed_and_nothing_else(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down & <b>slow</b>")
    form = await opened(slack, bot, "bob", "set")
    shown = held(form)
    assert shown["title"]["initial_value"] == "Redis is down & <b>slow</b>"
    assert shown["description"]["initial_value"] == "redis is down & <b>slow</b>"
    too_many = "A ticket has at most 5 tags of 30 characters."
    assert await slack.submit("bob", {"tags": "a b c d e f"}) == {"tags": too_many}
    # While the form is open somebody else sets what bob leaves alone.
    await slash(bot, "alice", "set CH-1 component cache")
    assert await slack.submit("bob", {"title": "Redis is slow", "tags": "latency, db", "priority": "low"}) == {}
    await quiet(bot)
    ticket = await bot.ticket()
    assert (ticket.title, ticket.component, ticket.tags, ticket.priority) == (
        "Redis is slow",
        "cache",
        ["latency", "db"],
        "low",
    )
    assert ticket.description == "redis is down &amp; &lt;b&gt;slow&lt;/b&gt;"
    assert slack.thread("#ops", ts)[1].plain.count("Redis is slow") == 1
    [event] = [event for event in await audit_of(bot, ticket) if event.surface == "form"]
    assert set(event.after) >= {"title", "tags", "priority"}
    assert await slash(bot, "bob", "undo CH-1") == (
        "CH-1 was priority, tags and title changed by @bob: undone by @bob."
    )
    assert (await bot.ticket()).title == "Redis is down & <b>slow</b>"


async def test_edit_asks_again_where_somebody_else_changed_the_same(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await opened(slack, bot, "bob", "set")
    await slash(bot, "alice", "set CH-1 title Redis fails over")
    assert await slack.submit("bob", {"title": "Redis is slow"}) == {}
    await quiet(bot)
    asked = slack.ephemerals("bob")[-1]
    assert asked.plain.startswith("CH-1 has changed since this was opened: title changed by @alice <!date^")
    assert (await bot.ticket()).title == "Redis fails over"
    await slack.click_ephemeral("bob", "Set anyway")
    await quiet(bot)
    assert (await bot.ticket()).title == "Redis is slow"


async def test_a_critical_ticket_is_lowered_in_the_form_with_a_reason(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "alice", "priority CH-1 critical")
    await opened(slack, bot, "bob", "set")
    wrong = await slack.submit("bob", {"priority": "low"})
    assert wrong == {"reason": "CH-1 is critical: say why it is less, as in `priority CH-1 high …`."}
    assert await slack.submit("bob", {"priority": "low", "reason": "the test system"}) == {}
    await quiet(bot)
    assert (await bot.ticket()).priority == "low"


async def test_snooze_until_a_day_and_a_time(slack: SlackSandbox, settings: Settings) -> None:
    async with running(slack, settings, clock=lambda: MONDAY) as bot:
        ts = await report(bot, "frank", "redis is down")
        await slash(bot, "bob", "hours Europe/Berlin")
        card = slack.thread("#ops", ts)[1].ts
        await slack.select("bob", "#ops", card, action="snooze", choice="Until a date…")
        await slack.until(lambda: slack.modal("bob"))
        shown = held(slack.modal("bob") or {})
        assert (shown["date"]["initial_date"], shown["time"]["initial_time"]) == ("2026-03-03", "09:00")
        wrong = await slack.submit("bob", {"date": "2026-03-02", "time": "10:30"})
        assert wrong["date"].startswith("“2026-03-02 10:30” has passed")
        assert await slack.submit("bob", {"date": "2026-03-04", "time": "14:30", "why": "the vendor"}) == {}
        await quiet(bot)
        assert (await bot.ticket()).snoozed_until == datetime(2026, 3, 4, 13, 30, tzinfo=UTC)
        await slack.select("bob", "#ops", card, action="snooze", choice="Until activity")
        await quiet(bot)
        assert (await bot.ticket()).snooze_kind == "activity"


async def test_wait_on_somebody_for_something(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await opened(slack, bot, "bob", "wait")
    assert await slack.submit("bob", {"what": "x"}) == {"what": "Say what it waits for."}
    assert await slack.submit("bob", {"person": "carol", "what": "the new <key>"}) == {}
    await quiet(bot)
    ticket = await bot.ticket()
    assert ticket.waiting_for == "the new <key>"
    assert "waits for you: the new &lt;key&gt;." in said(slack.dms("carol"))[-1]
    shown = held(await opened(slack, bot, "bob", "wait"))
    assert (shown["person"]["initial_user"], shown["what"]["initial_value"]) == ("U0CAROL", "the new <key>")


async def test_close_offers_its_reasons_or_the_teams_own(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    usual = held(await opened(slack, bot, "alice", "close"))["quick"]["options"]
    assert [one["value"] for one in usual] == ["Won't fix", "Cannot reproduce", "Out of scope", "Duplicate…"]
    await slack.close_modal("alice")
    async with bot.ctx.db.write() as tx:
        team = await people.team_named(tx, "Platform")
        assert team
        await settings_kv.put(tx, f"team:{team.id}", "reasons.close", "Moved away\nToo old", workspace_id="T")
    own = held(await opened(slack, bot, "alice", "close"))["quick"]["options"]
    assert [one["value"] for one in own] == ["Moved away", "Too old", "Duplicate…"]
    assert await slack.submit("alice", {"quick": "Too old"}) == {}
    await quiet(bot)
    assert (await bot.ticket()).resolution == "Too old"


async def test_a_team_adds_its_answer_when_it_is_resolved(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis <is> down")
    async with bot.ctx.db.write() as tx:
        team = await people.team_named(tx, "Platform")
        assert team
        await settings_kv.put(tx, f"team:{team.id}", "answer.close", "Closed after {duration}.", workspace_id="T")
        template = "{ticket} ({title}) is over, thanks to {assignee}. <!channel> {link}"
        await settings_kv.put(tx, f"team:{team.id}", "answer.resolve", template, workspace_id="T")
    await report(bot, "bob", "resolve CH-1 failed over", thread_ts=ts)
    first, second = slack.thread("#ops", ts)[-1].plain.splitlines()
    assert first.endswith("failed over")
    assert second.startswith("CH-1 (Redis &lt;is&gt; down) is over, thanks to @bob. &lt;!channel&gt; <http")
    await report(bot, "alice", "close CH-1 nothing is left to do", thread_ts=ts)
    first, second = slack.thread("#ops", ts)[-1].plain.splitlines()
    assert first == "*CH-1 closed* by @alice: nothing is left to do"
    assert second.startswith("Closed after ")


async def test_a_form_speaks_the_persons_language(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    async with bot.ctx.db.write() as tx:
        bob = await people.the(tx, bot.ctx.workspace_id, "U0BOB")
        await settings_kv.put(tx, f"person:{bob.id}", "language", "de", workspace_id="T")
    form = await opened(slack, bot, "bob", "snooze")
    assert (form["title"]["text"], form["close"]["text"]) == ("CH-1 zurückstellen", "Abbrechen")


async def test_who_came_too_late_for_slack_gets_a_button(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    slack.fail(method="views.open", error="expired_trigger_id")
    await slack.click("bob", "#ops", slack.thread("#ops", ts)[1].ts, "Resolve…")
    await slack.until(lambda: slack.ephemerals("bob"))
    assert slack.ephemerals("bob")[-1].plain.startswith("I was too slow for Slack to open the form.")
    await slack.click_ephemeral("bob", "Open the form")
    await slack.until(lambda: slack.modal("bob"))
    assert (slack.modal("bob") or {})["title"]["text"] == "Resolve CH-1"


async def test_who_may_not_sees_no_form(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    refused = [kind.verb for kind in FORMS if kind.verb not in {"comment", "dup"}]
    for verb in refused:
        await pressed(slack, bot, "frank", verb)
    await slack.until(lambda: len(slack.ephemerals("frank")) == len(refused))
    assert all(text.startswith("You may not ") for text in said(slack.ephemerals("frank")))
    assert slack.modal("frank") is None


async def test_a_reporter_who_responds_edits_the_words_alone(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "dave", "redis is down")
    shown = held(await opened(slack, bot, "dave", "set"))
    assert set(shown) == {"title", "description"}
    assert await slack.submit("dave", {"title": "Redis is slow"}) == {}
    await quiet(bot)
    assert (await bot.ticket()).title == "Redis is slow"
    assert (await slash(bot, "dave", "set CH-1 severity major")).startswith("You may not set the severity of CH-1:")


async def test_words_too_long_for_a_button_are_not_lost(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await opened(slack, bot, "bob", "set")
    await slash(bot, "alice", "set CH-1 description else")
    assert await slack.submit("bob", {"description": "<long> " * 300}) == {}
    await quiet(bot)
    asked = slack.ephemerals("bob")[-1]
    assert asked.buttons == []
    assert "What you wrote: description: &lt;long&gt; &lt;long&gt;" in asked.plain
