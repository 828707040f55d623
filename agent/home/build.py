"""Somebody's Home tab as of now, in eight reads, nine for who reviews: what needs them, is theirs, is in their care."""

from collections.abc import Iterable, Sequence

from agent.desk import Desk
from agent.home.mine import REMINDERS, TICKETS, decisions_part, reminders_part, reviews_part, tickets_part
from agent.home.team import neglected_parts, team_parts
from agent.home.view import View, ticket_line
from agent.home.workspace import UNLINKED, off_part, workspace_parts
from agent.home.you import KEYS, you_part
from agent.language import LANGUAGE, of_slack
from agent.proposals.pending import to_decide
from bot.home import Home, Line, Part
from bot.messages import Button, Message, by_name, escape
from prompts.words import fixed, say, speaking
from storage import calendars, listing, oversight, overview, review_requests
from storage.calendars import WORKSPACE
from storage.listing import Filter, Viewer
from storage.oversight import Member, Neglected
from storage.overview import Asked, Mine
from storage.people import Person
from storage.tickets import OPEN

REPORTED = 5


async def build(desk: Desk, person: Person, *, said: Sequence[Message] = ()) -> Home:
    """The page.

    Args:
        said: answers to what they pressed on it, the newest first.
    """
    view = await _view(desk, person)
    with speaking(_language(view)):
        return await _page(view, said)


async def _page(view: View, said: Sequence[Message]) -> Home:
    desk, person = view.desk, view.person
    if person.is_outsider:
        return Home(greeting=_greeting(view), said=tuple(said), parts=(await _reported(view),))
    mine = await overview.mine(desk.tx, person.id, channels=view.channels, now=desk.now, most=TICKETS)
    asked = await to_decide(desk, person)
    is_linked = view.about.identity is not None and view.about.identity.is_verified
    to_review = await review_requests.awaited(desk.tx, person.id) if is_linked else []
    coming = await overview.coming(desk.tx, person.id, most=REMINDERS + 1)
    is_anybody = bool(mine.number or view.about.roles)
    own = tickets_part(view, mine) if is_anybody else await _reported(view)
    members, neglected = await _teams(view)
    parts = [
        decisions_part(view, asked),
        own,
        reviews_part(view, to_review),
        *neglected_parts(view, neglected),
        *team_parts(view, members),
        reminders_part(view, coming),
        you_part(view, open_tickets=mine.to_do),
        *await _workspace(view),
    ]
    shown = tuple(part for part in parts if part)
    greeting = _greeting(view, mine, asked, neglected, reviews=len(to_review))
    cut = say("… and more: `list` shows all of it.")
    return Home(greeting=greeting, said=tuple(said), controls=_controls(), parts=shown, cut=cut)


async def _view(desk: Desk, person: Person) -> View:
    about = await overview.about(desk.tx, person.id, now=desk.now)
    teams = [calendars.of_team(team.id) for team, _ in about.roles]
    own = calendars.of_person(person.id)
    said = await overview.said(desk.tx, [person.slack_id, own, *teams, WORKSPACE], keys=KEYS)
    return View(desk=desk, person=person, about=about, said=said)


def _language(view: View) -> str:
    own = calendars.of_person(view.person.id)
    return view.said.get((own, LANGUAGE)) or of_slack(view.desk, view.person)


async def _teams(view: View) -> tuple[list[Member], list[Neglected]]:
    """The people of the teams that they manage, and the tickets there that need somebody."""
    teams = [team.id for team in view.about.managed]
    if not teams:
        return [], []
    members = await oversight.members(view.desk.tx, teams, channels=view.channels, now=view.now)
    return members, await oversight.neglected(view.desk.tx, teams, channels=view.channels, now=view.now)


async def _workspace(view: View) -> Iterable[Part]:
    if not view.person.is_admin:
        part = off_part(view) if view.about.roles else None
        return (part,) if part else ()
    found = await oversight.running(view.desk.tx, most=UNLINKED, channels=view.channels, now=view.now)
    return workspace_parts(view, found)


async def _reported(view: View) -> Part:
    """For who has no ticket and no team: what they reported and what became of it."""
    viewer = Viewer(
        workspace_id=view.desk.workspace_id,
        person_id=view.person.id,
        channels=frozenset(view.channels),
        is_outsider=view.person.is_outsider,
    )
    filters = (Filter("status", OPEN, "open"), Filter("reporter", view.person.id, "reporter:me"))
    rows = await listing.page(view.desk.tx, viewer, filters, order="due", first=0, most=REPORTED + 1)
    lines = tuple(
        Line(text=ticket_line(view, row.ticket, row.due_at, flags=(by_name(row.names),))) for row in rows[:REPORTED]
    )
    more = "… `list reporter:me`" if len(rows) > REPORTED else ""
    none = "" if rows else say("Nothing that you reported is open.")
    guest = say("You are a guest here: you see what you reported.") if view.person.is_outsider else ""
    return Part(title=say("What you reported"), lines=lines, note=" ".join(filter(None, (none, more, guest))))


def _greeting(
    view: View,
    mine: Mine | None = None,
    asked: Sequence[Asked] = (),
    neglected: Sequence[Neglected] = (),
    *,
    reviews: int = 0,
) -> str:
    """What needs them now, in a line."""
    needs: list[tuple[str, int]] = [
        (fixed("{count} overdue"), mine.overdue if mine else 0),
        (fixed("{count} to acknowledge"), mine.unseen if mine else 0),
        (fixed("{count} waiting for you"), mine.awaits if mine else 0),
        (fixed("{count} to decide"), len(asked)),
        (fixed("{count} to review"), reviews),
        (fixed("{count} that nobody has"), _most(one for one in neglected if one.is_unassigned)),
        (fixed("{count} of your team past a deadline"), _most(one for one in neglected if not one.is_unassigned)),
    ]
    what = ", ".join(say(text, count=number) for text, number in needs if number)
    needed = say("What needs you now: {what}.", what=f"*{what}*") if what else say("Nothing needs you right now.")
    return f"{say('Hello @{name}.', name=escape(view.person.name))} {needed}"


def _most(neglected: Iterable[Neglected]) -> int:
    """How many there are in all, which each that is shown says."""
    return max((one.number for one in neglected), default=0)


def _controls() -> tuple[Button, ...]:
    return (
        Button(label=say("New ticket…"), action="form:new", style="primary"),
        Button(label=say("All open tickets"), action="list"),
        Button(label=say("My digest now"), action="digest", value="now"),
        Button(label=say("Help"), action="help"),
    )
