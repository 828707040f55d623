"""What a manager should know of each team: how much everybody has, what nobody has, what is late."""

from collections.abc import Iterator, Sequence

from agent.assigning.duty import CAPACITY, OFF
from agent.home.view import View, ticket_line
from bot.home import Line, Part
from bot.messages import Button, Control, Menu, More, Option, escape, moment
from prompts.words import fixed, say
from storage import calendars
from storage.oversight import Member, Neglected
from storage.people import Team

TEAMS, MEMBERS = 4, 20


def team_parts(view: View, members: Sequence[Member]) -> Iterator[Part]:
    """A part for each team that they manage."""
    managed = view.about.managed
    for team in managed[:TEAMS]:
        load = [member for member in members if member.team_id == team.id]
        yield Part(
            title=say("Team {name}", name=team.name),
            lines=(Line(text=_load(view, team, load)),),
            controls=_forms(team, load),
        )
    if len(managed) > TEAMS:
        yield Part(title=say("Team {name}", name="…"), note=f"… + {len(managed) - TEAMS}: `team list`")


def _forms(team: Team, load: Sequence[Member]) -> tuple[Control, ...]:
    """What its manager changes about it and its people."""
    people = tuple(Option(label=f"@{one.name}", value=one.slack_id) for one in load)
    each = (Menu(label=say("Load of…"), action="form:person", value=team.name, options=people),) if people else ()
    return (
        Button(label=say("Settings…"), action="form:team-set", value=team.name),
        Button(label=say("Members…"), action="form:team-member", value=team.name),
        *each,
        More(
            buttons=(
                Button(label=say("Rename…"), action="form:team-rename", value=team.name),
                Button(label=say("Deadlines…"), action="form:sla", value=team.name),
                Button(label=say("Days off…"), action="form:holiday", value=f"team {team.name}"),
                Button(label=say("What it owns…"), action="form:ownership", value=team.name),
            )
        ),
    )


def neglected_parts(view: View, neglected: Sequence[Neglected]) -> Iterator[Part]:
    """The tickets of their teams that need somebody."""
    for heading, these, which in (
        (fixed("Nobody has these ({count})"), [one for one in neglected if one.is_unassigned], "unassigned"),
        (
            fixed("Past a deadline ({count})"),
            [one for one in neglected if one.is_breached and not one.is_unassigned],
            "overdue",
        ),
    ):
        if these:
            yield _tickets(view, say(heading, count=these[0].number), these, which)


def _load(view: View, team: Team, load: Sequence[Member]) -> str:
    """Each member with their open tickets, the busiest first."""
    usual = view.said.get((calendars.of_team(team.id), CAPACITY))
    lines = [f"• @{escape(one.name)}: {_stands(view, one, usual)}" for one in load[:MEMBERS]]
    more = [f"… + {len(load) - MEMBERS}"] if len(load) > MEMBERS else []
    return "\n".join([*lines, *more]) or say("Nobody takes its tickets yet.")


def _stands(view: View, one: Member, usual: str | None) -> str:
    most = one.capacity or usual
    facts = [f"{one.open_tickets}/{most}" if most else str(one.open_tickets)]
    if one.away_until:
        facts.append(say("away until {when}", when=moment(one.away_until)))
    elif one.rotation == OFF:
        facts.append(say("off the rotation"))
    return ", ".join(facts)


def _tickets(view: View, title: str, these: Sequence[Neglected], which: str) -> Part:
    lines = tuple(Line(text=ticket_line(view, one.ticket, one.due_at), controls=_controls(view, one)) for one in these)
    left = these[0].number - len(these)
    more = Button(label=say("Show all {count}", count=these[0].number), action="list", value=which)
    return Part(title=title, lines=lines, controls=(more,) if left > 0 else ())


def _controls(view: View, one: Neglected) -> tuple[Button, ...]:
    version = one.ticket.named_version
    claim = Button(label=say("Claim"), action="claim", value=version)
    assign = Button(label=say("Assign…"), action="form:assign", value=version)
    why = Button(label=say("Why"), action="why", value=one.ticket.name)
    return (claim, assign) if one.is_unassigned else (assign, why)
