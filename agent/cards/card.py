"""The live card of a ticket: what it is, who has it, why, what happened to it last, and what one can press."""

from datetime import datetime, timedelta

from agent.cards.rows import advice, done_rows, open_rows
from agent.desk import Desk
from agent.reports.similar import similar_to
from agent.status_words import words
from bot.messages import Fact, Message, by_name, escape, link, linked, moment
from prompts.words import fixed, say, say_of
from storage import duplicates, issues, mutes, people, repositories, similar, sla, tickets
from storage.people import Person, Team
from storage.similar import Glimpse
from storage.sla import SlaClock
from storage.tickets import OPEN, Ticket

COLOURS = {"critical": "#C62828", "high": "#EF6C00", "medium": "#F9A825", "low": "#2E7D32"}
MARKS = {
    "critical": ":red_circle:",
    "high": ":large_orange_circle:",
    "medium": ":large_yellow_circle:",
    "low": ":large_green_circle:",
}
GREY = "#757575"
SIMILAR_DAYS = timedelta(days=30)
LOOKED_AT = 200  # earlier tickets


async def card(desk: Desk, ticket: Ticket) -> Message:
    """The card as of this transaction."""
    team = await people.get_team(desk.tx, ticket.team_id) if ticket.team_id else None
    has_it = await tickets.assignees(desk.tx, ticket.id)
    clocks = await sla.clocks(desk.tx, ticket.id)
    is_open = ticket.status in OPEN
    alike = await _similar(desk, ticket)
    names = by_name(person.name for person in has_it)
    state = f"{words(ticket.priority)}, {names or say('unassigned')}, {words(ticket.status)}"
    text = f"{ticket.name} {escape(ticket.title)} – {state}"
    teams = await people.teams(desk.tx) if team is None else [team]
    return Message(
        text=text,
        title=f"*{ticket.name}  {escape(ticket.title)}*",
        colour=COLOURS.get(ticket.priority or "", GREY) if is_open else GREY,
        facts=_facts(ticket, team, names),
        notes=(
            _due_note(desk, clocks),
            await _flags(desk, ticket),
            *_notes(ticket, has_it, team),
            await _team_note(desk, teams),
            _similar_note(alike),
            await _issue_note(desk, ticket),
            await _said_by(desk, ticket),
            _last_change(ticket),
        ),
        rows=(*open_rows(ticket, has_it, clocks, () if team else teams), advice(ticket, alike))
        if is_open
        else done_rows(ticket),
    )


def _facts(ticket: Ticket, team: Team | None, names: str) -> tuple[Fact, ...]:
    mark = MARKS.get(ticket.priority or "", "")
    return (
        Fact(name=say("Priority"), value=f"{mark} {words(ticket.priority).capitalize()}".strip()),
        Fact(name=say("Status"), value=words(ticket.status).capitalize()),
        Fact(name=say("Team"), value=escape(team.name) if team else say("not clear yet")),
        Fact(name=say("Assigned"), value=names or say("nobody")),
        Fact(name=say("Category"), value=words(ticket.category).capitalize()),
        Fact(name=say("Severity · effort"), value=f"{words(ticket.severity)} · {words(ticket.effort)}"),
    )


async def _flags(desk: Desk, ticket: Ticket) -> str:
    """What holds it up, how often it was reopened, who wants to hear nothing of it."""
    flags = []
    if ticket.snoozed_until:
        flags.append(say("Snoozed until {end}", end=_end(ticket.snoozed_until, ticket.snooze_kind)))
    if ticket.waiting_since:
        who = f"@{escape((await people.get(desk.tx, ticket.waiting_on)).name)}" if ticket.waiting_on else ""
        waits = fixed("Waiting on {who} since {since}: {what}") if who else fixed("Waiting since {since}: {what}")
        what = escape(ticket.waiting_for or "")
        flags.append(say(waits, who=who, since=moment(ticket.waiting_since), what=what))
    if times := len(ticket.rests):
        flags.append(say_of(times, "Reopened once", "Reopened {count} times"))
    if merged := await duplicates.how_many(desk.tx, ticket):
        flags.append(say_of(merged, "1 duplicate", "{count} duplicates"))
    if muted := await mutes.of_ticket(desk.tx, ticket.id, now=desk.now):
        is_for_some = all(one.person_id for one in muted)
        some = say_of(len(muted), "Muted for 1 person", "Muted for {count} people")
        flags.append(some if is_for_some else say("Muted for all"))
    return " · ".join(flags)


def _notes(ticket: Ticket, has_it: list[Person], team: Team | None) -> tuple[str, ...]:
    notes = []
    if ticket.resolution:
        notes.append(f"{words(ticket.status).capitalize()}: {escape(ticket.resolution)}")
    if ticket.team_source:
        notes.append(f"{say('Why this team') if team else say('Which team')}: {escape(ticket.team_source)}")
    if ticket.assign_reason and (has_it or (team and ticket.status in OPEN)):
        notes.append(f"{say('Why this person') if has_it else say('Unassigned')}: {escape(ticket.assign_reason)}")
    if ticket.triage_source:
        by = say("triaged by {whom}", whom=ticket.triage_model or words(ticket.triage_source))
        because = f" ({escape(ticket.triage_note)})" if ticket.triage_note else ""
        notes.append(f"{by}{because}: {escape(ticket.triage_reasoning or '')}")
    if ticket.component or ticket.tags:
        notes.append(" ".join(f"`{escape(tag)}`" for tag in [ticket.component, *ticket.tags] if tag))
    return tuple(notes)


async def _team_note(desk: Desk, teams: list[Team]) -> str:
    """Nobody can be assigned before there is a team: say who can add one, and how."""
    if teams:
        return ""
    admins = by_name(person.name for person in await people.admins(desk.tx))
    who = say("An admin ({admins})", admins=admins) if admins else say("An admin (none yet: set CHARGEHAND_ADMINS)")
    how = "`python app.py team add NAME --keyword WORD`"
    return say("No team yet, so nobody is assigned. {who} can add one: {how}", who=who, how=how)


def _due_note(desk: Desk, clocks: list[SlaClock]) -> str:
    """The next deadline that is still before it or was missed."""
    running = [clock for clock in clocks if clock.is_running]
    first = min(running, key=lambda clock: clock.due_at, default=None)
    if first is None:
        return ""
    due = fixed("{clock} was due {at}") if first.due_at <= desk.now else fixed("{clock} due {at}")
    return say(due, clock=say(first.kind), at=moment(first.due_at))


def _last_change(ticket: Ticket) -> str:
    """Who did what, and when."""
    return f"{ticket.last_change}, {moment(ticket.last_change_at)}" if ticket.last_change_at else ""


def _end(until: datetime, kind: str | None) -> str:
    return say("somebody does something, or {until}", until=moment(until)) if kind else moment(until)


async def _issue_note(desk: Desk, ticket: Ticket) -> str:
    """Which issue it tracks, and who opened that."""
    issue = await issues.of_ticket(desk.tx, ticket.id) if ticket.source == "github" else None
    if issue is None:
        return ""
    repository = await repositories.get(desk.tx, issue.repository_id)
    name = f"{repository.full_name}#{issue.number}"
    shown = link(issue.url, name) if issue.url else escape(name)
    opened = fixed("GitHub: {issue} opened by {author}") if issue.author else fixed("GitHub: {issue}")
    return say(opened, issue=shown, author=escape(issue.author or ""))


async def _said_by(desk: Desk, ticket: Ticket) -> str:
    """The message that somebody else made the ticket of, and who wrote it."""
    if ticket.author_id is None:
        return ""
    author = await people.by_slack_id(desk.tx, ticket.workspace_id, ticket.author_id)
    message = link(ticket.permalink, say("the message")) if ticket.permalink else say("a message")
    tracked = fixed("Tracked from {message} of @{author}") if author else fixed("Tracked from {message}")
    return say(tracked, message=message, author=escape(author.name) if author else "")


async def _similar(desk: Desk, ticket: Ticket) -> list[Glimpse]:
    """Earlier tickets that look like this one, best first, without those that somebody has told apart from it."""
    earlier = await similar.recent(desk.tx, ticket, since=ticket.created_at - SIMILAR_DAYS, limit=LOOKED_AT)
    others = await duplicates.not_same(desk.tx, ticket.id)
    by_id = {other.id: other for other in earlier if other.id not in others}
    return [by_id[id_] for id_ in similar_to(ticket.title, {id_: other.title for id_, other in by_id.items()})]


def _similar_note(alike: list[Glimpse]) -> str:
    return say("Similar: {tickets}", tickets="; ".join(map(_linked, alike))) if alike else ""


def _linked(other: Glimpse) -> str:
    label = f"CH-{other.number} {other.title[:60]} ({words(other.status)})"
    return linked(label, other.permalink)
