"""A mention becomes one tracked ticket that keeps everything about where it came from."""

from pathlib import Path

from sqlmodel import select

from bot.sandbox.slack import SlackSandbox
from storage import people
from storage.inbox import Delivery
from storage.outbox import Outgoing, Receipt
from tests.team import Bot, assignees, audit_of, quiet, report, running, said, seed_teams, settings_for, slash


async def test_a_mention_becomes_a_card_with_everything_on_it(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down, payments failing for everyone")
    [_, card] = slack.thread("#ops", ts)
    assert card.plain.splitlines() == [
        "*CH-1  Redis is down, payments failing for everyone*",
        "*Priority*",
        ":red_circle: Critical",
        "*Status*",
        "Open",
        "*Team*",
        "Platform",
        "*Assigned*",
        "@bob",
        "*Category*",
        "Incident",
        "*Severity · effort*",
        card.plain.splitlines()[12],
        card.plain.splitlines()[13],
        "Why this team: rule: keyword redis",
        "Why this person: fewest open: 0, longest since last assigned; @carol has 0",
        card.plain.splitlines()[16],
        card.plain.splitlines()[17],
    ]
    assert card.plain.splitlines()[13].startswith("ack due <!date^")
    assert card.plain.splitlines()[16].startswith("triaged by rules (no model configured): ")
    assert card.buttons == ["Claim", "Start", "Resolve…", "Reassign…", "Why", "Close…", "Wait…"]
    assert card.menus == {
        "snooze": ["1 h", "Tomorrow", "Next Monday", "Until activity", "Until a date…"],
        "priority": ["Critical", "High", "Medium", "Low"],
        "more": ["Edit…", "Hand over…", "Duplicate of…", "Mute", "History"],
    }
    assert card.attachments[0]["color"].upper() == "#C62828"
    assert card.text == "CH-1 Redis is down, payments failing for everyone – critical, @bob, open"


async def test_the_people_who_must_know_get_one_message_each(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down, payments failing for everyone")
    [given] = said(slack.dms("bob"))
    assert given.startswith(
        "*CH-1* Redis is down, payments failing for everyone is yours (team Platform)."
        " Why you: fewest open: 0, longest since last assigned; @carol has 0."
        f" Critical, reported by @frank in <#{slack.channel('#ops').id}>; acknowledge it by <!date^"
    )
    assert given.endswith(f" See <{(await bot.ticket()).permalink}|the report>.")
    assert slack.dms("bob")[0].buttons == ["Acknowledge", "Hand over…", "Snooze to tomorrow"]
    assert said(slack.dms("alice")) == [
        "*CH-1* Redis is down, payments failing for everyone (critical) is assigned to @bob."
        f" See <{(await bot.ticket()).permalink}|the report>."
    ]
    for other in ("carol", "dave", "erin", "frank"):
        assert slack.dms(other) == []


async def test_the_ticket_keeps_where_it_came_from(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    ticket = await bot.ticket()
    async with bot.ctx.db.read() as tx:
        reporter = await people.get(tx, ticket.reporter_id)
    assert (reporter.slack_id, reporter.name, reporter.email) == (
        slack.user("frank").id,
        "frank",
        "frank@acme.example",
    )
    where = (ticket.workspace_id, ticket.channel_id, ticket.channel_name, ticket.thread_ts, ticket.message_ts)
    assert where == (slack.workspace_id, slack.channel("#ops").id, "ops", ts, ts)
    assert ticket.permalink is not None
    assert ts.replace(".", "") in ticket.permalink
    assert (ticket.source, ticket.status, ticket.description) == ("slack", "open", "redis is down")
    assert (ticket.triage_source, ticket.triage_model) == ("rules", None)
    assert ticket.triage_confidence is not None
    assert 0 < ticket.triage_confidence <= 0.6
    assert ticket.triage_reasoning
    assert ticket.acknowledged_at is None
    assert ticket.resolved_at is None


async def test_without_the_scope_the_ticket_has_no_email(slack: SlackSandbox, bot: Bot) -> None:
    slack.scopes.discard("users:read.email")
    await report(bot, "frank", "redis is down")
    async with bot.ctx.db.read() as tx:
        reporter = await people.get(tx, (await bot.ticket()).reporter_id)
    assert (reporter.name, reporter.email) == ("frank", None)


async def test_only_the_bots_own_first_mention_is_taken_out(slack: SlackSandbox, bot: Bot) -> None:
    await slack.say("frank", "#ops", "hey @chargehand: `GET /x` on https://a.example/b fails, ask @dave or @chargehand")
    await quiet(bot)
    ticket = await bot.ticket()
    dave, me = slack.user("dave").id, slack.bot_user.id
    assert ticket.description == f"hey `GET /x` on <https://a.example/b> fails, ask <@{dave}> or <@{me}>"
    assert "@dave" in ticket.title


async def test_the_enterprise_is_kept(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    [mention, *_] = [e for e in slack.envelopes if e.payload.get("event", {}).get("ts") == ts]
    again = mention.payload | {"event_id": "Ev0GRID", "enterprise_id": "E0ACME"}
    again["event"] = again["event"] | {"ts": "1700000001.000100", "event_ts": "1700000001.000100"}
    again["event"]["text"] = again["event"]["text"] + " again, elsewhere"
    slack.world.socket.send("events_api", again)
    await quiet(bot)
    assert (await bot.ticket(2)).enterprise_id == "E0ACME"


async def test_the_reaction_follows_the_status(slack: SlackSandbox, bot: Bot) -> None:
    ts = await slack.say("frank", "#ops", "@chargehand redis is down")
    await slack.until(lambda: "eyes" in slack.reactions("#ops", ts))
    seen = []
    await quiet(bot)
    for line in (
        "list",
        "status CH-1 in progress",
        "resolve CH-1 failed over",
        "reopen CH-1 again",
        "close CH-1 moved",
    ):
        await slash(bot, "alice", line)
        seen += slack.reactions("#ops", ts)
    assert seen == ["large_blue_circle", "hammer_and_wrench", "checkered_flag", "large_blue_circle", "lock"]


async def test_other_emoji_can_be_set(slack: SlackSandbox, tmp_path: Path) -> None:
    emoji = "open=fire,in_progress=wrench,resolved=tada,closed=zzz"
    settings = settings_for(slack, tmp_path, status_emoji=emoji)
    await seed_teams(settings, slack)
    async with running(slack, settings) as bot:
        ts = await report(bot, "frank", "redis is down")
        assert slack.reactions("#ops", ts) == {"fire": ["chargehand"]}


async def test_every_change_is_recorded_under_the_id_of_its_delivery(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down, payments failing for everyone")
    ticket = await bot.ticket()
    events = await audit_of(bot, ticket)
    frank = f"person:{ticket.reporter_id}"
    assert [(event.action, event.actor, event.surface) for event in events] == [
        ("report", frank, "mention"),
        ("triage", "system", "system"),
        ("assign", "system", "system"),
    ]
    assert events[1].before["priority"] is None
    assert events[1].after["priority"] == "critical"
    [delivery] = [row for row in await bot.rows(select(Delivery)) if row.claim]
    sent = await bot.rows(select(Outgoing)) + await bot.rows(select(Receipt))
    assert {event.correlation_id for event in events} == {delivery.correlation_id}
    assert {row.correlation_id for row in sent} == {delivery.correlation_id}
    assert {row.key for row in sent} >= {f"card:{ticket.id}"}
    assert await assignees(bot) == ["bob"]
