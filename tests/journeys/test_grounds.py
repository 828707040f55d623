"""`why denied`, `why reminded` and `why silent` answer from what is on record."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from bot.sandbox.slack import SlackSandbox
from storage.reminders import Reminder, ReminderSend
from tests.team import Bot, quiet, report, said, slash


async def test_why_denied_repeats_the_last_refusal(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    assert await slash(bot, "frank", "why denied") == "You have not been refused anything."
    refusal = await slash(bot, "frank", "close CH-1 enough of it")
    await slash(bot, "erin", "claim CH-1")
    assert (await slash(bot, "frank", "why denied")).endswith(refusal)


async def test_why_denied_knows_the_refusal_of_every_way(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    card = slack.thread("#ops", ts)[1].ts
    ways: tuple[Callable[[], Awaitable[object]], ...] = (
        lambda: slack.click("frank", "#ops", card, "Claim"),
        lambda: slack.click("frank", "#ops", card, "Close…"),
        lambda: report(bot, "frank", "priority CH-1 low", thread_ts=ts),
        lambda: slack.command("frank", "#ops", "/chargehand", "team create Nine"),
        lambda: slack.command("frank", "#ops", "/chargehand", "capacity @bob 3"),
    )
    for way in ways:
        heard = len(slack.ephemerals("frank"))
        await way()
        await slack.until(lambda heard=heard: slack.ephemerals("frank")[heard:])
        await quiet(bot)
        refusal = said(slack.ephemerals("frank"))[-1]
        assert refusal.startswith("You may not ")
        assert (await slash(bot, "frank", "why denied")).endswith(refusal)


async def test_why_denied_knows_what_was_offered_instead(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "alice", "unassign CH-1 @bob")
    offer = await slash(bot, "carol", "resolve CH-1 failed over")
    assert offer.startswith("You may not resolve CH-1 while nobody has it")
    assert (await slash(bot, "carol", "why denied")).endswith(offer)


async def test_why_silent_lists_what_holds_reminders_back(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "bob", "wait CH-1 on @carol the new certificate")
    await slash(bot, "bob", "snooze CH-1 2h")
    await slash(bot, "bob", "away 3d")
    answer = await slash(bot, "frank", "why silent CH-1")
    assert "• It is snoozed until" in answer
    assert "• It waits for @carol since" in answer
    assert "• @bob is away until" in answer
    await slash(bot, "alice", "resolve CH-1 failed over")
    assert "• It is resolved." in await slash(bot, "frank", "why silent CH-1")


async def test_why_reminded_names_rule_and_clock(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    assert await slash(bot, "bob", "why reminded") == "No reminder has come to you yet."
    due = datetime(2026, 3, 2, 9, tzinfo=UTC)
    ticket = await bot.ticket()
    async with bot.ctx.db.write() as tx:
        about = {"workspace_id": ticket.workspace_id, "ticket_id": ticket.id, "due_at": due, "created_at": due}
        sent = Reminder(
            kind="ack", step="warn", state="sent", reason="75 % of 1 h to acknowledge", plan_key="x", **about
        )
        tx.add(sent)
        await tx.flush()
        late = {"fire_at": due, "sent_at": due + timedelta(hours=1), "is_late": True}
        tx.add(ReminderSend(workspace_id=ticket.workspace_id, reminder_id=sent.id, **late))
    assert await slash(bot, "bob", "why reminded") == "No reminder has come to you yet."  # it came to others
    answer = await slash(bot, "bob", "why reminded CH-1")
    assert "late: it was due" in answer
    assert "*CH-1* Redis is down, since 75 % of 1 h to acknowledge." in answer
    assert "Target: ack within 1h, business time in UTC" in answer


async def test_why_silent_knows_mutes_and_what_the_team_wants(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "kafka lags")
    await slash(bot, "bob", "claim CH-1")
    await slash(bot, "bob", "mute CH-1")
    answer = await slash(bot, "bob", "why silent CH-1")
    assert "• @bob: they muted the ticket." in answer
    assert "@bob: nudges wait, or are not wanted." in await slash(bot, "carol", "why silent CH-1")
    await slash(bot, "alice", "team set Platform nudge.on off")
    assert "Its team wants no nudges" in await slash(bot, "carol", "why silent CH-1")
