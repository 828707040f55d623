"""How a person takes tickets and what they set, with the buttons that change it."""

from agent.assigning.duty import CAPACITY as AT_ONCE
from agent.assigning.duty import OFF as IS_OFF
from agent.assigning.duty import ROTATION as TURNS
from agent.calendar.week import USUAL, read_week, show_week
from agent.calendar.whose import FROM_SLACK
from agent.home.view import View
from agent.language import LANGUAGE
from agent.notices.standing import QUIET
from bot.home import Line, Part
from bot.messages import Button, escape, moment
from bot.zones import zone_if_known
from prompts.words import fixed, say
from storage import calendars
from storage.calendars import WORKSPACE
from storage.overview import WEEK, ZONE

DIGEST_TIME = "digest.time"


def you_part(view: View, *, open_tickets: int) -> Part:
    """Capacity, rotation, absence, hours, quiet, digest, language and GitHub."""
    facts = (
        (fixed("Tickets"), _capacity(view, open_tickets)),
        (fixed("Rotation"), say("off") if _is_off(view) else say("new tickets may come")),
        (fixed("Absence"), _absence(view)),
        (fixed("Hours"), _hours(view)),
        (fixed("Quiet"), _quiet(view)),
        (fixed("Daily digest"), _digest(view)),
        (fixed("Language"), say("English")),
        (fixed("GitHub"), _github(view)),
    )
    text = "\n".join(f"*{say(name)}*: {value}" for name, value in facts)
    return Part(title=say("You"), lines=(Line(text=text, controls=_controls(view)),))


def _controls(view: View) -> tuple[Button, ...]:
    leave = Button(label=say("Leave the rotation"), action="rotation", value="off")
    join = Button(label=say("Join the rotation"), action="rotation", value="on")
    go, back = Button(label=say("Away…"), action="form:away"), Button(label=say("I am back"), action="back")
    link = Button(label=say("Link GitHub…"), action="form:link")
    unlink = Button(label=say("Unlink GitHub"), action="unlink", value="github")
    return (
        Button(label=say("Capacity…"), action="form:capacity"),
        join if _is_off(view) else leave,
        back if view.about.absence else go,
        Button(label=say("Hours…"), action="form:hours"),
        Button(label=say("Settings…"), action="form:me"),
        unlink if view.about.identity else link,
    )


def _own(view: View, key: str) -> str | None:
    """What they said, under either name that a person's settings have."""
    return view.said.get((view.person.slack_id, key)) or view.said.get((calendars.of_person(view.person.id), key))


def _capacity(view: View, open_tickets: int) -> str:
    teams = [view.said.get((calendars.of_team(team.id), AT_ONCE)) for team, _ in view.about.roles]
    most = _own(view, AT_ONCE) or next((value for value in teams if value), None)
    if most is None:
        return say("{count} open", count=open_tickets)
    return say("{count} open, at most {most}", count=open_tickets, most=most)


def _is_off(view: View) -> bool:
    return _own(view, TURNS) == IS_OFF


def _absence(view: View) -> str:
    absence = view.about.absence or view.about.planned
    if absence is None:
        return say("here")
    note = f" – {escape(absence.note)}" if absence.note else ""
    if view.about.absence is None:
        return say("away from {since} until {when}", since=moment(absence.starts), when=moment(absence.ends)) + note
    return say("away until {when}", when=moment(absence.ends)) + note


def scopes(view_person_id: int, team_ids: list[int]) -> list[str]:
    """Whose hours count for a person, the nearest first."""
    return [calendars.of_person(view_person_id), *map(calendars.of_team, sorted(team_ids)[:1]), WORKSPACE]


def _hours(view: View) -> str:
    asked = scopes(view.person.id, [team.id for team, _ in view.about.roles])
    week = next((view.said[scope, WEEK] for scope in asked if (scope, WEEK) in view.said), None)
    own, *others = [view.said.get((scope, ZONE)) for scope in asked]
    of_slack = zone_if_known(view.person.zone)
    shared = next(filter(None, others), view.desk.settings.timezone)
    zone = own or (of_slack.key + say(FROM_SLACK) if of_slack else shared)
    quiet = say("outside of them messages wait") if week else say("nobody has set them, so nothing waits")
    # As code, since “:00-18:” would be taken for an emoji.
    return f"`{show_week(read_week(week or USUAL))}` {zone}; {quiet}"


def _quiet(view: View) -> str:
    """When they want to hear of nothing, within their hours or not."""
    said = _own(view, QUIET)
    return say("off") if said is None or said == IS_OFF else f"`{show_week(read_week(said))}`"


def _digest(view: View) -> str:
    settings = view.desk.settings
    at = (_own(view, DIGEST_TIME) or settings.digest_time) if settings.reminders else IS_OFF
    return say("off") if at == IS_OFF else at or say("at the start of the working day")


def _github(view: View) -> str:
    identity = view.about.identity
    if identity is None:
        return say("not linked")
    login = escape(identity.shown)
    return login if identity.is_verified else say("{login}, not proven", login=login)


KEYS = (AT_ONCE, TURNS, LANGUAGE, DIGEST_TIME, QUIET)
