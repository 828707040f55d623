"""The live card of a ticket: what it is, who has it, why, what happened to it last, and what one can press."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from agent.desk import Desk
from agent.similar import similar_to
from agent.sla.clocks import is_unseen
from bot.messages import Button, Control, Fact, Menu, Message, More, Option, escape, link, moment
from storage import duplicates, issues, mutes, people, repositories, similar, sla, tickets
from storage.people import Person, Team
from storage.similar import Glimpse
from storage.sla import SlaClock
from storage.tickets import LOUDEST_FIRST, OPEN, Ticket

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
TIMES = {1: "once", 2: "twice"}
SNOOZES = (("1 h", "1h"), ("Tomorrow", "tomorrow"), ("Next Monday", "next monday"))
# Behind ⋯, in this order: label, action, and for which tickets; Slack shows no more than five.
FOLDED: tuple[tuple[str, str, Callable[[Ticket], bool]], ...] = (
    ("Edit…", "form:set", lambda ticket: True),
    ("Hand over…", "form:handover", lambda ticket: True),
    ("Wait…", "form:wait", lambda ticket: ticket.waiting_since is None),
    ("Waits no more", "unwait", lambda ticket: ticket.waiting_since is not None),
    ("Close…", "form:close", lambda ticket: ticket.status in OPEN),
    ("History", "history", lambda ticket: True),
)
PEOPLE = {1: "person"}
WORDS = {"in_progress": "in progress", "feature_request": "feature request", "extra_large": "extra large"}


def words(value: str | None) -> str:
    """A stored value as people write it."""
    return WORDS.get(value or "", value or "–")


async def card(desk: Desk, ticket: Ticket) -> Message:
    """The card as of this transaction."""
    team = await people.get_team(desk.tx, ticket.team_id) if ticket.team_id else None
    has_it = await tickets.assignees(desk.tx, ticket.id)
    clocks = await sla.clocks(desk.tx, ticket.id)
    is_open = ticket.status in OPEN
    alike = await _similar(desk, ticket)
    names = ", ".join(f"@{escape(person.name)}" for person in has_it)
    state = f"{words(ticket.priority)}, {names or 'unassigned'}, {words(ticket.status)}"
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
        rows=(*_open_rows(ticket, has_it, clocks, () if team else teams), _advice(ticket, alike))
        if is_open
        else _done_rows(ticket),
    )


def _facts(ticket: Ticket, team: Team | None, names: str) -> tuple[Fact, ...]:
    mark = MARKS.get(ticket.priority or "", "")
    return (
        Fact(name="Priority", value=f"{mark} {words(ticket.priority).capitalize()}".strip()),
        Fact(name="Status", value=words(ticket.status).capitalize()),
        Fact(name="Team", value=escape(team.name) if team else "not clear yet"),
        Fact(name="Assigned", value=names or "nobody"),
        Fact(name="Category", value=words(ticket.category).capitalize()),
        Fact(name="Severity · effort", value=f"{words(ticket.severity)} · {words(ticket.effort)}"),
    )


async def _flags(desk: Desk, ticket: Ticket) -> str:
    """What holds it up, how often it was reopened, who wants to hear nothing of it."""
    flags = []
    if ticket.snoozed_until:
        flags.append(f"Snoozed until {_end(ticket.snoozed_until, ticket.snooze_kind)}")
    if ticket.waiting_since:
        who = f" on @{escape((await people.get(desk.tx, ticket.waiting_on)).name)}" if ticket.waiting_on else ""
        flags.append(f"Waiting{who} since {moment(ticket.waiting_since)}: {escape(ticket.waiting_for or '')}")
    if times := len(ticket.rests):
        flags.append(f"Reopened {TIMES.get(times, f'{times} times')}")
    if merged := await duplicates.how_many(desk.tx, ticket.id):
        flags.append(f"{merged} duplicate{'s' if merged > 1 else ''}")
    if muted := await mutes.of_ticket(desk.tx, ticket.id, now=desk.now):
        whom = f"{len(muted)} {PEOPLE.get(len(muted), 'people')}" if all(one.person_id for one in muted) else "all"
        flags.append(f"Muted for {whom}")
    return " · ".join(flags)


def _notes(ticket: Ticket, has_it: list[Person], team: Team | None) -> tuple[str, ...]:
    notes = []
    if ticket.resolution:
        notes.append(f"{words(ticket.status).capitalize()}: {escape(ticket.resolution)}")
    if ticket.team_source:
        notes.append(f"{'Why this team' if team else 'Which team'}: {escape(ticket.team_source)}")
    if ticket.assign_reason and (has_it or (team and ticket.status in OPEN)):
        notes.append(f"{'Why this person' if has_it else 'Unassigned'}: {escape(ticket.assign_reason)}")
    if ticket.triage_source:
        by = f"triaged by {ticket.triage_model or ticket.triage_source}"
        because = f" ({escape(ticket.triage_note)})" if ticket.triage_note else ""
        notes.append(f"{by}{because}: {escape(ticket.triage_reasoning or '')}")
    if ticket.component or ticket.tags:
        notes.append(" ".join(f"`{escape(tag)}`" for tag in [ticket.component, *ticket.tags] if tag))
    return tuple(notes)


async def _team_note(desk: Desk, teams: list[Team]) -> str:
    """Nobody can be assigned before there is a team: say who can add one, and how."""
    if teams:
        return ""
    admins = ", ".join(f"@{escape(person.name)}" for person in await people.admins(desk.tx))
    who = f"an admin ({admins})" if admins else "an admin (none yet: set CHARGEHAND_ADMINS)"
    how = "`python app.py team add NAME --keyword WORD`"
    return f"No team yet, so nobody is assigned. {who[:1].upper()}{who[1:]} can add one: {how}"


def _due_note(desk: Desk, clocks: list[SlaClock]) -> str:
    """The next deadline that is still before it or was missed."""
    running = [clock for clock in clocks if clock.is_running]
    first = min(running, key=lambda clock: clock.due_at, default=None)
    was = "was due" if first and first.due_at <= desk.now else "due"
    return f"{first.kind} {was} {moment(first.due_at)}" if first else ""


def _last_change(ticket: Ticket) -> str:
    """Who did what, and when."""
    return f"{ticket.last_change}, {moment(ticket.last_change_at)}" if ticket.last_change_at else ""


def _end(until: datetime, kind: str | None) -> str:
    return f"somebody does something, or {moment(until)}" if kind else moment(until)


async def _issue_note(desk: Desk, ticket: Ticket) -> str:
    """Which issue it tracks, and who opened that."""
    issue = await issues.of_ticket(desk.tx, ticket.id) if ticket.source == "github" else None
    if issue is None:
        return ""
    repository = await repositories.get(desk.tx, issue.repository_id)
    by = f" opened by {escape(issue.author)}" if issue.author else ""
    name = f"{repository.full_name}#{issue.number}"
    return f"GitHub: {link(issue.url, name) if issue.url else escape(name)}{by}"


async def _said_by(desk: Desk, ticket: Ticket) -> str:
    """The message that somebody else made the ticket of, and who wrote it."""
    if ticket.author_id is None:
        return ""
    author = await people.by_slack_id(desk.tx, ticket.workspace_id, ticket.author_id)
    message = link(ticket.permalink, "the message") if ticket.permalink else "a message"
    return f"Tracked from {message} of @{escape(author.name)}" if author else f"Tracked from {message}"


async def _similar(desk: Desk, ticket: Ticket) -> list[Glimpse]:
    """Earlier tickets that look like this one, best first, without those that somebody has told apart from it."""
    earlier = await similar.recent(desk.tx, ticket, since=ticket.created_at - SIMILAR_DAYS, limit=LOOKED_AT)
    others = await duplicates.not_same(desk.tx, ticket.id)
    by_id = {other.id: other for other in earlier if other.id not in others}
    return [by_id[id_] for id_ in similar_to(ticket.title, {id_: other.title for id_, other in by_id.items()})]


def _similar_note(alike: list[Glimpse]) -> str:
    return f"Similar: {'; '.join(map(_linked, alike))}" if alike else ""


def _advice(ticket: Ticket, alike: list[Glimpse]) -> tuple[Button, ...]:
    """Whether it is the same as the one most like it that is not closed: a person says so, the card only asks."""
    best = next((other for other in alike if other.status != "closed"), None)
    if best is None:
        return ()
    pair = f"{ticket.named_version} of CH-{best.number}"
    return (
        Button(label=f"Same as CH-{best.number}", action="dup", value=pair),
        Button(label=f"Not the same as CH-{best.number}", action="not-same", value=pair),
    )


def _linked(other: Glimpse) -> str:
    label = f"CH-{other.number} {other.title[:60]} ({words(other.status)})"
    return link(other.permalink, label) if other.permalink else escape(label)


def _open_rows(
    ticket: Ticket, has_it: list[Person], clocks: list[SlaClock], teams: Sequence[Team]
) -> tuple[tuple[Control, ...], ...]:
    """What most presses are for, and under it the rest.

    Args:
        teams: to choose from, while it is not clear whose it is.
    """
    version = ticket.named_version
    claim = Button(label="Claim", action="claim", value=version, style="primary")
    start = Button(label="Start", action="start", value=version)
    is_waiting = not has_it or is_unseen(ticket, clocks)
    first = (
        claim if is_waiting else Button(label="Release…", action="form:release", value=version),
        *((start,) if ticket.status == "open" else ()),
        Button(label="Resolve…", action="form:resolve", value=version),
        Button(label="Reassign…", action="form:assign", value=version),
        _menu(ticket, "Snooze", "snooze", SNOOZES),
        _menu(ticket, "Priority", "priority", [(name.capitalize(), name) for name in LOUDEST_FIRST]),
    )
    choose_team = (_menu(ticket, "Which team?", "move", [(team.name, team.name) for team in teams]),) if teams else ()
    return first, (*choose_team, _why(ticket), More(buttons=_folded(ticket)))


def _done_rows(ticket: Ticket) -> tuple[tuple[Control, ...], ...]:
    history = Button(label="History", action="history", value=ticket.named_version)
    return ((Button(label="Reopen…", action="form:reopen", value=ticket.named_version), _why(ticket), history),)


def _why(ticket: Ticket) -> Button:
    return Button(label="Why", action="why", value=ticket.name)


def _folded(ticket: Ticket) -> tuple[Button, ...]:
    return tuple(
        Button(label=label, action=action, value=ticket.named_version)
        for label, action, is_for in FOLDED
        if is_for(ticket)
    )


def _menu(ticket: Ticket, label: str, action: str, options: Iterable[tuple[str, str]]) -> Menu:
    shown = tuple(Option(label=name, value=value) for name, value in options)
    return Menu(label=label, action=action, value=ticket.named_version, options=shown)
