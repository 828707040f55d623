"""Every change leaves a record of who did what to what, from where, with before and after."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import col, select

from agent.commands.registry import VERBS
from agent.people.organise import PersonFacts, TeamFacts, add_person, add_team, give_role
from bot.errors import Refused
from bot.sandbox.slack import SlackSandbox
from handlers.cli.desk import operator
from storage import people
from storage.audit import AuditEvent
from storage.comments import Comment
from storage.people import Person
from storage.questions import Question
from storage.repositories import Repository
from storage.turns import Turn
from tests.handlers.cli.conftest import OPERATOR
from tests.team import LONG_AGO, Bot, make_admin, quiet, report, slash

Deed = Callable[[SlackSandbox, Bot], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A deed on CH-1 (“redis is down”, reported by frank, bob's) and the one record of it.

    `before` and `after` are what must stand in it among other things.
    """

    do: Deed
    who: str
    surface: str
    action: str
    of: str = "ticket"
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    given: Deed | None = None


def typed(who: str, line: str) -> Deed:
    """After the slash command."""

    async def do(_: SlackSandbox, bot: Bot) -> None:
        await slash(bot, who, line)

    return do


def said(who: str, text: str, *, in_thread: bool = False) -> Deed:
    """In a mention, or in one in the ticket's thread."""

    async def do(slack: SlackSandbox, bot: Bot) -> None:
        await report(bot, who, text, thread_ts=await _root(bot) if in_thread else None)

    return do


def told(who: str, text: str) -> Deed:
    """In a direct message."""

    async def do(slack: SlackSandbox, bot: Bot) -> None:
        await slack.dm(who, text)
        await quiet(bot)

    return do


async def press_claim(slack: SlackSandbox, bot: Bot) -> None:
    await slack.click("bob", "#ops", await _card(slack, bot), "Claim")
    await quiet(bot)


async def fill_in_resolve(slack: SlackSandbox, bot: Bot) -> None:
    await slack.click("bob", "#ops", await _card(slack, bot), "Resolve…")
    await slack.until(lambda: slack.modal("bob"))
    assert await slack.submit("bob", {"reason": "failed over"}) == {}
    await quiet(bot)


async def track(slack: SlackSandbox, bot: Bot) -> None:
    ts = await slack.say("frank", "#ops", "kafka lags")
    await slack.shortcut("dave", "track", channel="#ops", ts=ts)
    await slack.until(lambda: slack.modal("dave"))
    assert await slack.submit("dave", {}) == {}
    await quiet(bot)


async def offered(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "alice", "channel follow all")
    await slack.say("dave", "#ops", "kafka is down, nobody can log in")
    await quiet(bot)


async def take_offer(slack: SlackSandbox, bot: Bot) -> None:
    await slack.click_ephemeral("dave", "Track this")
    await quiet(bot)


async def edit(slack: SlackSandbox, bot: Bot) -> None:
    await slack.edit("frank", "#ops", await _root(bot), "@chargehand redis is slow")
    await quiet(bot)


async def edit_remark(slack: SlackSandbox, bot: Bot) -> None:
    [comment] = await bot.rows(select(Comment))
    await slack.edit("bob", "#ops", comment.message_ts, "@chargehand the replica is gone")
    await quiet(bot)


async def delete_remark(slack: SlackSandbox, bot: Bot) -> None:
    [comment] = await bot.rows(select(Comment))
    await slack.delete("bob", "#ops", comment.message_ts)
    await quiet(bot)


async def delete(slack: SlackSandbox, bot: Bot) -> None:
    await slack.delete("frank", "#ops", await _root(bot))
    await quiet(bot)


async def separate(slack: SlackSandbox, bot: Bot) -> None:
    await slack.click_ephemeral("dave", "Separate ticket")
    await quiet(bot)


async def choose_team(slack: SlackSandbox, bot: Bot) -> None:
    asked = slack.dms("frank")[-1]
    await slack.select("frank", "@chargehand", asked.ts, action="file", choice="Payments")
    await quiet(bot)


async def _root(bot: Bot) -> str:
    return str((await bot.ticket()).message_ts)


async def _card(slack: SlackSandbox, bot: Bot) -> str:
    return slack.thread("#ops", await _root(bot))[1].ts


async def an_admin(_: SlackSandbox, bot: Bot) -> None:
    await make_admin(bot, "alice")


async def an_answer(_: SlackSandbox, bot: Bot) -> None:
    """The agent has answered bob."""
    async with bot.ctx.db.write() as tx:
        bob = await people.the(tx, bot.slack.workspace_id, bot.slack.user("bob").id)
        place = {"surface": "mention", "channel_id": "C0OPS", "place": {}, "text": "why?", "created_at": LONG_AGO}
        asked = {"workspace_id": bot.slack.workspace_id, "actor_id": bob.id, "slack_id": bob.slack_id}
        tx.add(Turn(number=1, key="turn:1", state="done", ended_at=LONG_AGO, **asked, **place))


async def a_question(slack: SlackSandbox, bot: Bot) -> None:
    """The agent has asked bob something."""
    await an_answer(slack, bot)
    async with bot.ctx.db.write() as tx:
        [turn] = await tx.exec(select(Turn))
        turn.place = {"channel_id": bot.slack.channel("#ops").id}
        asked = {"turn_id": turn.id, "step": 1, "model_call": 1, "call_id": "c1", "channel_id": "C0OPS"}
        when = {"created_at": LONG_AGO, "due_at": LONG_AGO}
        tx.add(Question(workspace_id=bot.slack.workspace_id, slot="time", text="When?", **asked, **when))


async def one_fails(slack: SlackSandbox, bot: Bot) -> None:
    """dave's report becomes a dead letter."""
    await make_admin(bot, "alice")
    slack.fail(method="users.info", error="missing_scope")
    await report(bot, "dave", "kafka lags")


async def a_repository(slack: SlackSandbox, bot: Bot) -> None:
    await make_admin(bot, "alice")
    async with bot.ctx.db.write() as tx:
        known = Repository(workspace_id=slack.workspace_id, github_id=99, host="github.com", full_name="acme/shop")
        known.created_at = LONG_AGO
        tx.add(known)


async def merged(_: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "frank", "report kafka lags")
    await slash(bot, "alice", "dup CH-1 of CH-2")


def by_slash(who: str, line: str, *, action: str = "", **more: Any) -> Case:
    """Of a command after the slash; on record it is called as its verb unless `action` says otherwise."""
    return Case(do=typed(who, line), who=who, surface="slash", action=action or line.split(maxsplit=1)[0], **more)


RESOLVED = typed("bob", "resolve CH-1 failed over")
VERB_CASES = {
    "report": by_slash("frank", "report kafka lags", after={"number": 2, "title": "Kafka lags"}),
    "claim": by_slash("bob", "claim CH-1", before={"assignees": ["bob"]}, after={"assignees": ["bob"]}),
    "assign": by_slash("alice", "assign CH-1 @carol", before={"assignees": ["bob"]}, after={"assignees": ["carol"]}),
    "status": by_slash(
        "bob",
        "status CH-1 in progress since noon",
        before={"status": "open"},
        after={"status": "in_progress", "reason": "since noon"},
    ),
    "resolve": by_slash(
        "bob",
        "resolve CH-1 failed over",
        action="status",
        before={"status": "open"},
        after={"status": "resolved", "reason": "failed over"},
    ),
    "close": by_slash(
        "alice",
        "close CH-1 too old",
        action="status",
        before={"status": "open"},
        after={"status": "closed", "reason": "too old"},
    ),
    "reopen": by_slash(
        "bob",
        "reopen CH-1 down again",
        action="status",
        given=RESOLVED,
        before={"status": "resolved"},
        after={"status": "open", "reason": "down again"},
    ),
    "take-and-resolve": by_slash(
        "carol",
        "take-and-resolve CH-1 failed over",
        action="status",
        given=typed("alice", "unassign CH-1 @bob"),
        before={"status": "open"},
        after={"status": "resolved", "reason": "failed over"},
    ),
    "release": by_slash(
        "bob",
        "release CH-1 on another incident",
        before={"assignees": ["bob"]},
        after={"assignees": ["carol"], "reason": "on another incident"},
    ),
    "unassign": by_slash("alice", "unassign CH-1 @bob", before={"assignees": ["bob"]}, after={"assignees": []}),
    "ack": by_slash("bob", "ack CH-1", before={"acknowledged_at": None}),
    "unack": by_slash("bob", "unack CH-1", given=typed("bob", "ack CH-1"), after={"acknowledged_at": None}),
    "start": by_slash("bob", "start CH-1", action="status", before={"status": "open"}, after={"status": "in_progress"}),
    "unstart": by_slash(
        "bob",
        "unstart CH-1",
        action="status",
        given=typed("bob", "start CH-1"),
        before={"status": "in_progress"},
        after={"status": "open"},
    ),
    "wait": by_slash("bob", "wait CH-1 the vendor", after={"waiting_for": "the vendor"}),
    "unwait": by_slash(
        "bob",
        "unwait CH-1",
        given=typed("bob", "wait CH-1 the vendor"),
        before={"waiting_for": "the vendor"},
        after={"waiting_for": None},
    ),
    "priority": by_slash(
        "bob",
        "priority CH-1 low a test system",
        before={"priority": "high"},
        after={"priority": "low", "reason": "a test system"},
    ),
    "set": by_slash(
        "bob", "set CH-1 title Redis fails over", before={"title": "Redis is down"}, after={"title": "Redis fails over"}
    ),
    "track-this": Case(
        do=track, who="dave", surface="form", action="report", after={"number": 2, "title": "Kafka lags"}
    ),
    "track-offered": Case(
        given=offered,
        do=take_offer,
        who="dave",
        surface="button",
        action="report",
        after={"title": "Kafka is down, nobody can log in"},
    ),
    "comment": by_slash("dave", "comment CH-1 same here", after={"comment": 1}),
    "watch": by_slash("dave", "watch CH-1"),
    "unwatch": by_slash("dave", "unwatch CH-1", given=typed("dave", "watch CH-1")),
    "undo": by_slash("bob", "undo CH-1", given=RESOLVED, before={"status": "resolved"}, after={"status": "open"}),
    "move": by_slash("alice", "move CH-1 Payments", before={"team": 1, "assignees": ["bob"]}, after={"team": 2}),
    "separate": Case(
        given=typed("dave", "report redis is down"),
        do=separate,
        who="dave",
        surface="button",
        action="separate",
        before={"comment": 1},
        after={"ticket": 2},
    ),
    "file": Case(
        given=told("frank", "something is odd"),
        do=choose_team,
        who="frank",
        surface="button",
        action="report",
        after={"number": 2, "title": "Something is odd"},
    ),
}
VERB_CASES |= {
    "repo": by_slash("alice", "repo disconnect acme/shop", action="disconnect", given=a_repository, of="repository"),
    "reconcile": by_slash("alice", "reconcile --since 2h", given=an_admin, of="gap", after={"repository": None}),
    "jobs": by_slash(
        "alice",
        "jobs replay kind=slack.message the permission is back",
        action="replay",
        given=one_fails,
        of="job",
        before={"state": "dead"},
        after={"state": "ready", "reason": "the permission is back"},
    ),
    "hours": by_slash(
        "bob", "hours Mon-Fri 8-16", of="calendar", before={"week": None}, after={"week": "Mon-Fri 08:00-16:00"}
    ),
    "capacity": by_slash("alice", "capacity @bob 5", of="person", before={"capacity": None}, after={"capacity": "5"}),
    "rotation": by_slash("bob", "rotation off", of="person", before={"rotation": None}, after={"rotation": "off"}),
    "away": by_slash("bob", "away 2h dentist", of="person", after={"cover": None}),
    "back": by_slash("bob", "back", given=typed("bob", "away 2h"), of="person", before={"cover": None}),
    "holiday": by_slash("bob", "holiday add 2026-12-24 Christmas Eve", of="calendar", after={"off": True}),
}
VERB_CASES |= {
    "snooze": by_slash(
        "bob",
        "snooze CH-1 2d the vendor is asleep",
        before={"snoozed_until": None},
        after={"reason": "the vendor is asleep"},
    ),
    "unsnooze": by_slash("bob", "unsnooze CH-1", given=typed("bob", "snooze CH-1 2d"), after={"snoozed_until": None}),
    "sla": by_slash(
        "alice",
        "sla set Platform high ack=2h",
        of="team",
        before={"priority": "high", "ack": 60},
        after={"priority": "high", "ack": 120},
    ),
}
VERB_CASES |= {
    "agent": by_slash(
        "alice",
        "agent pause the answers are odd",
        action="pause",
        given=an_admin,
        of="workspace",
        after={"paused": True, "why": "the answers are odd"},
    ),
    "ownership": by_slash(
        "alice", "ownership add path infra/redis Platform", of="team", after={"rule": "path infra/redis"}
    ),
}
VERB_CASES |= {
    "enlist": by_slash(
        "alice", "enlist CH-1 @carol", action="assign", before={"assignees": ["bob"]}, after={"assignees": ["carol"]}
    ),
    "reassign-all": by_slash("alice", "reassign-all @bob", of="person", after={"tickets": [1]}),
    "keep-all": by_slash("alice", "keep-all @bob", of="person", after={"tickets": [1]}),
}
ASKED = typed("frank", "withdraw CH-1")
VERB_CASES |= {
    "withdraw": by_slash(
        "alice",
        "withdraw CH-1",
        action="status",
        before={"status": "open"},
        after={"status": "closed", "reason": "withdrawn by alice"},
    ),
    "still-broken": by_slash(
        "bob",
        "still-broken CH-1",
        action="status",
        given=RESOLVED,
        before={"status": "resolved"},
        after={"status": "open", "reason": "still broken"},
    ),
    "approve": by_slash(
        "alice", "approve P-1", given=ASKED, of="proposal", before={"state": "open"}, after={"state": "approved"}
    ),
    "deny": by_slash(
        "alice",
        "deny P-1 it is still down",
        given=ASKED,
        of="proposal",
        before={"state": "open"},
        after={"state": "denied", "reason": "it is still down"},
    ),
    "handover": by_slash(
        "alice",
        "handover CH-1 @carol bob is away",
        before={"assignees": ["bob"]},
        after={"assignees": ["carol"], "reason": "bob is away"},
    ),
    "dup": by_slash(
        "alice",
        "dup CH-1 of CH-2",
        given=typed("frank", "report kafka lags"),
        before={"status": "open", "duplicate_of": None, "assignees": ["bob"]},
        after={"status": "closed", "duplicate_of": 2, "assignees": []},
    ),
    "unmerge": by_slash(
        "alice",
        "unmerge CH-1",
        given=merged,
        before={"status": "closed", "duplicate_of": 2},
        after={"status": "open", "duplicate_of": None, "assignees": ["bob"]},
    ),
    "not-same": by_slash(
        "bob", "not-same CH-1 of CH-2", action="not same", given=typed("frank", "report kafka lags"), after={"other": 2}
    ),
    "team": by_slash(
        "alice",
        "team set Platform capacity 5",
        action="set",
        of="team",
        before={"capacity": None},
        after={"capacity": "5"},
    ),
    "person": by_slash("alice", "person set @bob language de", action="set", of="person", after={"language": "de"}),
    "me": by_slash("bob", "me set wake_for_critical on", action="set", of="person", after={"wake_for_critical": "on"}),
    "channel": by_slash(
        "alice",
        "channel allow guests",
        action="set",
        given=an_admin,
        of="channel",
        before={"allow": None},
        after={"allow": "guests"},
    ),
    "group": by_slash(
        "alice", "group link @oncall Platform", action="link", of="group", after={"group": "@oncall", "team": 1}
    ),
    "link": by_slash("bob", "link github bobhub", of="person", after={"github": "bobhub", "state": "claimed"}),
    "unlink": by_slash(
        "bob",
        "unlink github",
        given=typed("bob", "link github bobhub"),
        of="person",
        before={"github": "bobhub", "state": "claimed"},
    ),
    "mute": by_slash("bob", "mute CH-1", before={"until": None}, after={"until": "forever"}),
    "unmute": by_slash(
        "bob", "unmute CH-1", given=typed("bob", "mute CH-1"), before={"until": "forever"}, after={"until": None}
    ),
    "escalate": by_slash(
        "bob", "escalate CH-1 customers call in", after={"step": "managers", "reason": "customers call in"}
    ),
    "remind": by_slash("bob", "remind me to look at it at 17:00", of="alarm", after={"rule": ""}),
    "reminders": by_slash(
        "bob",
        "reminders cancel 1",
        action="reminder cancel",
        given=typed("bob", "remind me to look at it in 2h"),
        of="alarm",
        before={"state": "active"},
        after={"state": "over", "at": None},
    ),
    "digest": by_slash(
        "bob", "digest at 8:30", action="set", of="person", before={"digest.time": None}, after={"digest.time": "08:30"}
    ),
}
VERB_CASES |= {
    "budget": Case(
        given=an_admin,
        do=typed("alice", "budget set workspace 20M"),
        who="alice",
        surface="slash",
        action="budget",
        of="workspace",
        before={"of": "workspace", "in": "tokens", "limit": None},
        after={"of": "workspace", "in": "tokens", "limit": "20000000"},
    ),
}
VERB_CASES |= {
    "feedback": Case(
        given=an_answer,
        do=typed("bob", "feedback T-1 down"),
        who="bob",
        surface="slash",
        action="feedback",
        of="turn",
        before={"value": None},
        after={"value": "down"},
    ),
}
VERB_CASES |= {
    "answer": Case(
        given=a_question,
        do=typed("bob", "answer 1 0"),
        who="bob",
        surface="slash",
        action="answer",
        of="turn",
        before={"time": "open"},
        after={"time": "skipped"},
    ),
}
LOOKING = {
    "list": "list",
    "proposals": "proposals",
    "conversations": "conversations 30",
    "show": "show CH-1",
    "reminders": "reminders",
    "summary": "summary",
    "help": "help",
    "ask": "ask who has the most tickets?",  # there is no model
    "stop": "stop",
    "continue": "continue",
    "me": "me",
    "why": "why CH-1",
    "history": "history CH-1",
    "who": "who can close CH-1",
}
OTHER_CASES = {
    "a report by mention": Case(
        do=said("frank", "kafka lags"), who="frank", surface="mention", action="report", after={"number": 2}
    ),
    "a report by direct message": Case(
        do=told("frank", "kafka lags"), who="frank", surface="dm", action="report", after={"number": 2}
    ),
    "its triage": Case(
        do=said("frank", "kafka lags"),
        who="system",
        surface="system",
        action="triage",
        before={"priority": None},
        after={"priority": "high", "team_id": 1, "triage_source": "rules"},
    ),
    "a remark": Case(
        do=said("bob", "the replica is fine", in_thread=True),
        who="bob",
        surface="mention",
        action="comment",
        after={"comment": 1},
    ),
    "an edited remark": Case(
        given=said("bob", "the replica is fine", in_thread=True),
        do=edit_remark,
        who="bob",
        surface="system",
        action="edit",
        of="comment",
        before={"text": "the replica is fine"},
        after={"text": "the replica is gone"},
    ),
    "a deleted remark": Case(
        given=said("bob", "the replica is fine", in_thread=True),
        do=delete_remark,
        who="system",
        surface="system",
        action="delete",
        of="comment",
        before={"text": "the replica is fine"},
    ),
    "an edited report": Case(
        do=edit,
        who="frank",
        surface="system",
        action="edit",
        before={"description": "redis is down"},
        after={"description": "redis is slow"},
    ),
    "a deleted report": Case(do=delete, who="system", surface="system", action="report deleted"),
    "a button": Case(do=press_claim, who="bob", surface="button", action="claim", after={"assignees": ["bob"]}),
    "what one may only ask for": Case(
        do=ASKED, who="frank", surface="slash", action="propose", of="proposal", after={"verb": "withdraw", "ticket": 1}
    ),
    "a form": Case(
        do=fill_in_resolve,
        who="bob",
        surface="form",
        action="status",
        after={"status": "resolved", "reason": "failed over"},
    ),
}


def test_every_verb_has_a_case_here() -> None:
    assert {verb.name for verb in VERBS} == VERB_CASES.keys() | LOOKING.keys()


@pytest.mark.parametrize("case", (VERB_CASES | OTHER_CASES).values(), ids=(VERB_CASES | OTHER_CASES).keys())
async def test_a_change_is_recorded_once_with_all_that_belongs_to_it(slack: SlackSandbox, bot: Bot, case: Case) -> None:
    await report(bot, "frank", "redis is down")
    if case.given:
        await case.given(slack, bot)
    known = len(await events(bot))
    began = bot.ctx.clock()
    await case.do(slack, bot)
    [event] = [event for event in (await events(bot))[known:] if event.action == case.action]
    assert_complete(event, since=began, until=bot.ctx.clock())
    names = {person.id: person.name for person in await bot.rows(select(Person))}
    who = {f"person:{number}": name for number, name in names.items()}.get(event.actor, event.actor)
    assert (who, event.surface, event.object_kind) == (case.who, case.surface, case.of)
    for recorded, expected in ((event.before, case.before), (event.after, case.after)):
        told = recorded | {
            key: [names[id_] for id_ in recorded[key]] for key in ("assignees",) if isinstance(recorded.get(key), list)
        }
        assert {key: told.get(key) for key in expected} == expected
    if case.action in {"status", "claim", "assign", "move"}:
        assert event.object_id == str((await bot.ticket()).id)


async def test_what_a_report_sets_in_motion_shares_its_correlation_id(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    first = {event.correlation_id for event in await events(bot)}
    await report(bot, "frank", "kafka lags")
    assert len(first) == 1
    assert len({event.correlation_id for event in await events(bot)}) == 2


async def test_looking_leaves_no_record(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    known = len(await events(bot))
    for line in LOOKING.values():
        await slash(bot, "bob", line)
        assert len(await events(bot)) == known, line


async def frank_presses_claim(slack: SlackSandbox, bot: Bot) -> None:
    await slack.click("frank", "#ops", await _card(slack, bot), "Claim")
    await slack.until(lambda: slack.ephemerals("frank"))
    await quiet(bot)


REFUSED = {
    "button": (frank_presses_claim, "claim"),
    "dm": (told("frank", "close CH-1 too old"), "close"),
    "mention": (said("frank", "close CH-1 too old"), "close"),
    "slash": (typed("frank", "close CH-1 too old"), "close"),
}


@pytest.mark.parametrize("surface", sorted(REFUSED))
async def test_a_refusal_is_recorded_with_who_could(slack: SlackSandbox, bot: Bot, surface: str) -> None:
    await report(bot, "frank", "redis is down")
    known, began = len(await events(bot)), bot.ctx.clock()
    do, action = REFUSED[surface]
    await do(slack, bot)
    [event] = (await events(bot))[known:]
    assert_complete(event, since=began, until=bot.ctx.clock())
    assert (event.action, event.surface, event.object_kind) == ("refused", surface, "ticket")
    assert event.object_id == str((await bot.ticket()).id)
    assert (event.after["action"], event.after["who"]) == (action, "@alice")
    assert event.after["said"].startswith(f"You may not {action} CH-1: ")
    assert (await bot.ticket()).status == "open"


async def test_a_form_that_is_refused_is_recorded(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    known = len(await events(bot))
    await slack.click("frank", "#ops", await _card(slack, bot), "Resolve…")
    await slack.until(lambda: slack.ephemerals("frank"))
    await quiet(bot)
    [event] = (await events(bot))[known:]
    assert (event.action, event.surface, event.after["action"]) == ("refused", "button", "status")


async def test_a_guest_who_is_refused_is_recorded(slack: SlackSandbox, bot: Bot) -> None:
    known = len(await events(bot))
    await slash(bot, "gus", "report redis is down")
    [event] = (await events(bot))[known:]
    assert (event.action, event.object_kind, event.after["who"]) == ("refused", "workspace", "full members")


async def test_a_refusal_on_the_command_line_is_recorded(bot: Bot) -> None:
    with pytest.raises(Refused):
        async with operator(bot.ctx.settings, acting_as="bob") as desk:
            desk.check_admin(doing="replay jobs")
    [event] = await events(bot)
    bob = next(person for person in await bot.rows(select(Person)) if person.name == "bob")
    assert (event.actor, event.surface, event.action) == (f"person:{bob.id}", "cli", "refused")
    assert event.after["action"] == "administer"


async def test_what_is_done_on_the_command_line_is_recorded_as_its_work(bot: Bot) -> None:
    known, began = len(await events(bot)), bot.ctx.clock()
    async with operator(bot.ctx.settings) as desk:
        team = await add_team(desk, "Search", TeamFacts(keywords=("index",)))
        person = await add_person(desk, "U0FRANK", PersonFacts(name="frank", is_admin=True))
        await give_role(desk, person, team, role="responder")
    async with operator(bot.ctx.settings) as desk:
        await add_team(desk, "Search", TeamFacts(description="Finds things."))
    recorded = (await events(bot))[known:]
    for event in recorded:
        assert_complete(event, since=began, until=bot.ctx.clock())
        assert (event.actor, event.surface) == (OPERATOR, "cli")
    assert [(event.action, event.object_kind, event.object_id) for event in recorded] == [
        ("add", "team", str(team.id)),
        ("add", "person", str(person.id)),
        ("role", "person", str(person.id)),
        ("change", "team", str(team.id)),
    ]
    assert [event.before for event in recorded[:3]] == [{}, {}, {}]
    assert recorded[2].after == {"team": "Search", "role": "responder"}
    assert (recorded[3].before["description"], recorded[3].after["description"]) == ("", "Finds things.")
    assert len({event.correlation_id for event in recorded[:3]}) == 1 != len({e.correlation_id for e in recorded})


async def events(bot: Bot) -> list[AuditEvent]:
    """Everything on record, oldest first."""
    return await bot.rows(select(AuditEvent).order_by(col(AuditEvent.id)))


def assert_complete(event: AuditEvent, *, since: datetime, until: datetime) -> None:
    """When, for which workspace and in the course of what."""
    assert since <= event.at <= until
    assert event.workspace_id
    assert event.correlation_id
    assert event.object_id
