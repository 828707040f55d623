"""What a button or form holds is not trusted: what cannot be ours is refused, and goes on record."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.sandbox.slack import SlackSandbox
from storage.audit import AuditEvent
from tests.forging import press_forged
from tests.team import Bot, quiet, report, running, seed_teams, settings_for, slash

NO_TICKET = "There is no CH-99 that you can see. `list` shows what there is."
HIDDEN = "There is no CH-2 that you can see. `list` shows what there is."
AHEAD = "This was made from a version of CH-1 that I do not know. Nothing was done. It is open now, with @bob."
MADE_UP = [
    ("bob", "claim", "CH-99", NO_TICKET),
    ("dave", "claim", "CH-2", HIDDEN),
    ("dave", "form:resolve", "CH-2", "There is no CH-2 any more."),
    ("bob", "form:resolve", "CH-99", "There is no CH-99 any more."),
    ("bob", "claim", "CH-1@99", AHEAD),
    ("bob", "release", "CH-1@99: too much to do", AHEAD),
    ("bob", "drop", "table tickets", "I know this button no longer: it was made by another release of mine."),
    ("bob", "claim", "'; --", "Which ticket is missing. Usage: `claim CH-1`"),
    ("bob", "form:drop", "CH-1", "I know this button no longer: it was made by another release of mine."),
    ("bob", "approve", "P-99", "There is no P-99 that you can see."),
    ("bob", "reminders", "done 1", "You have no reminder 1."),
    ("bob", "why", "reminded R-1", "There is no such reminder that you can see."),
    ("bob", "separate", "7", "That report has a ticket of its own already"),
    ("bob", "sure", "drop all tickets", "I do not know “drop all tickets”."),
]


@pytest.fixture
async def bot(slack: SlackSandbox, tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot with CH-1 in #ops and CH-2 in #secret; everybody is known to it."""
    settings = settings_for(slack, tmp_path, admins=slack.user("erin").id)
    await seed_teams(settings, slack)
    async with running(slack, settings) as team:
        await report(team, "frank", "redis is down")
        await report(team, "alice", "kafka is down", channel="#secret")
        await slash(team, "dave", "me")
        yield team


async def refusals(bot: Bot) -> list[AuditEvent]:
    return await bot.rows(select(AuditEvent).where(AuditEvent.action == "refused").order_by(col(AuditEvent.id)))


async def card_of(slack: SlackSandbox, bot: Bot) -> str:
    return slack.thread("#ops", (await bot.ticket()).message_ts or "")[1].ts


async def test_each_made_up_press_is_refused_and_recorded(slack: SlackSandbox, bot: Bot) -> None:
    card = await card_of(slack, bot)
    before = await bot.ticket(1), await bot.ticket(2)
    for number, (who, action, value, answer) in enumerate(MADE_UP, 1):
        assert (await press_forged(slack, bot, who, card, action, value)).startswith(answer), (action, value)
        recorded = await refusals(bot)
        assert len(recorded) == number, (action, value)
        event = recorded[-1]
        assert (event.surface, event.object_kind) == ("button", "workspace")
        assert event.after["value"] == f"{action} {value}"
        assert answer in event.after["said"] or event.after["said"].startswith(answer)
    assert (await bot.ticket(1), await bot.ticket(2)) == before


async def test_the_same_words_typed_are_a_slip_and_no_record(slack: SlackSandbox, bot: Bot) -> None:
    assert await slash(bot, "bob", "claim CH-99") == NO_TICKET
    assert await refusals(bot) == []


async def test_nobody_decides_what_is_anothers_to_decide(slack: SlackSandbox, bot: Bot) -> None:
    card = await card_of(slack, bot)
    await slash(bot, "frank", "withdraw CH-1")
    for who, value in (("frank", "P-1"), ("dave", "P-1"), ("alice", "P-1@99")):
        await press_forged(slack, bot, who, card, "approve", value)
    said = [event.after["said"] for event in await refusals(bot)]
    assert [text.partition(":")[0] for text in said[:2]] == ["You may not decide P-1"] * 2
    assert said[2].startswith("This was made from a version of CH-1 that I do not know.")
    assert (await bot.ticket()).status == "open"


async def test_a_press_that_is_sent_again_is_refused_and_recorded(slack: SlackSandbox, bot: Bot) -> None:
    card = await card_of(slack, bot)
    await slash(bot, "frank", "withdraw CH-1")
    await slash(bot, "alice", "approve P-1")
    await slash(bot, "alice", "reopen CH-1 it is back")
    assert (await press_forged(slack, bot, "alice", card, "approve", "P-1")).startswith("P-1 was approved by @alice")
    [event] = await refusals(bot)
    assert event.after["value"] == "approve P-1"
    assert (await bot.ticket()).status == "open"


async def test_a_stale_button_of_somebody_who_may_not_is_recorded(slack: SlackSandbox, bot: Bot) -> None:
    card = await card_of(slack, bot)
    version = (await bot.ticket()).version
    await slash(bot, "bob", "start CH-1")
    answer = await press_forged(slack, bot, "dave", card, "start", f"CH-1@{version}")
    assert "Nothing was done." in answer
    [event] = await refusals(bot)
    assert (event.object_kind, event.after["action"], event.after["said"]) == ("ticket", "status", answer)
    assert (await slash(bot, "dave", "why denied")).endswith(answer)


async def test_a_form_whose_hidden_part_is_made_up(slack: SlackSandbox, bot: Bot) -> None:
    for value, answer in (("CH-99", NO_TICKET), ("CH-1@99", AHEAD), ("nonsense", "Which ticket is missing.")):
        known = len(await refusals(bot))
        await slack.click("bob", "#ops", await card_of(slack, bot), "Resolve…")
        await slack.until(lambda: slack.modal("bob"))
        view = slack.world.views[(slack.modal("bob") or {})["id"]]
        about = json.loads(view.given["private_metadata"])
        view.given["private_metadata"] = json.dumps(about | {"value": value})
        heard = len(slack.ephemerals("bob")) + len(slack.dms("bob"))
        await slack.submit("bob", {"reason": "failed over"})
        await quiet(bot)
        assert len(slack.ephemerals("bob")) + len(slack.dms("bob")) > heard
        assert len(await refusals(bot)) == known + 1, value
        event = (await refusals(bot))[-1]
        assert (event.surface, event.after["value"]) == ("form", f"resolve {value}")
        assert event.after["said"].startswith(answer.partition(" It is")[0])
    assert (await bot.ticket()).status == "open"


async def test_a_form_without_a_hidden_part_that_can_be_read(slack: SlackSandbox, bot: Bot) -> None:
    await slack.click("bob", "#ops", await card_of(slack, bot), "Resolve…")
    await slack.until(lambda: slack.modal("bob"))
    slack.world.views[(slack.modal("bob") or {})["id"]].given["private_metadata"] = "{"
    await slack.submit("bob", {"reason": "failed over"})
    await quiet(bot)
    assert (await refusals(bot))[-1].after["said"].startswith("Which ticket")
    assert (await bot.ticket()).status == "open"
