"""A channel that asked for it reads each working day how its team's tickets stand: those that anybody may see."""

from datetime import date, datetime
from functools import partial

from agent.calendar.opening import Calendar
from agent.calendar.whose import calendar_of_team
from agent.channels import settings as channels
from agent.desk import Desk
from agent.digest.parts import LINES, NUDGED, Part, View, counted, line, notes_of, sort_into
from agent.digest.plan import AT_START, OFF, moment_on, next_left, settle_key
from agent.language import of_channel
from agent.notices.origin import with_why
from agent.notices.post import post
from bot.messages import Button, Message, by_name, escape
from bot.settings import Settings
from prompts.words import Phrase, fixed, say, speaking
from storage import digests, reminders, settings_kv
from storage.digests import Matter
from storage.people import Team
from storage.reminders import Reminder

CHANNEL_DIGEST, DAILY = "channel digest", "channel digest"
ON = "on"  # at the usual time; else it is a time of day
CLAIMS = 5
UNASSIGNED = fixed("Unassigned")
PARTS: tuple[Part, ...] = (
    (fixed("Overdue"), View.is_overdue),
    (fixed("Due today"), View.is_due_today),
    (UNASSIGNED, View.is_nobodys),
    (fixed("Waiting"), View.waits),
    (fixed("Going stale"), View.is_stale),
    (fixed("New"), View.is_reported_lately),
)


def plan_key(channel_id: str, day: date) -> str:
    """There is one digest under it, ever."""
    return f"{CHANNEL_DIGEST}:{channel_id}:{day.isoformat()}"


def time_of(settings: Settings, chosen: str) -> str:
    """At what time of day a channel wants it."""
    usual = AT_START if settings.digest_time == OFF else settings.digest_time
    return usual if chosen == ON else chosen


async def next_of(desk: Desk, channel_id: str) -> tuple[date, datetime] | None:
    """Its next date, and when that is due; None where there is none to come."""
    chosen = await settings_kv.get(desk.tx, channel_id, channels.DIGEST)
    team = await channels.home_team(desk, channel_id)
    if chosen is None or team is None:
        return None
    calendar = await calendar_of_team(desk.tx, desk.settings, team.id)
    at, key = time_of(desk.settings, chosen), partial(plan_key, channel_id)
    return await next_left(desk.tx, calendar, at, key=key, now=desk.now)


async def plan_next(desk: Desk, channel_id: str) -> None:
    """Plan a channel's next digest by the time and the hours that count now."""
    if found := await next_of(desk, channel_id):
        day, due = found
        wanted = Reminder(
            workspace_id=desk.workspace_id,
            kind=CHANNEL_DIGEST,
            step=DAILY,
            channel_id=channel_id,
            due_at=due,
            reason=f"the digest of this channel of {day:%a %Y-%m-%d}",
            plan_key=plan_key(channel_id, day),
            created_at=desk.now,
        )
        await reminders.plan(desk.tx, [wanted])


async def send(desk: Desk, reminder: Reminder, *, late: Phrase | str) -> str:
    """Today's, whenever it was planned for; why there is none, if so. The next one is planned in any case."""
    channel_id = reminder.channel_id or ""
    chosen = await settings_kv.get(desk.tx, channel_id, channels.DIGEST)
    team = await channels.home_team(desk, channel_id)
    if chosen is None or team is None:
        return "the channel wants none" if team else "the channel is no team's any more"
    calendar = await calendar_of_team(desk.tx, desk.settings, team.id)
    today = desk.now.astimezone(calendar.zone).date()
    key = plan_key(channel_id, today)
    why_not = await settle_key(desk, reminder, due=moment_on(calendar, today, time_of(desk.settings, chosen)), key=key)
    await plan_next(desk, channel_id)
    if why_not:
        return why_not
    if why_not := await channels.why_not_listed(desk, channel_id):
        return why_not
    with speaking(await of_channel(desk, channel_id)):
        message = await build(desk, team, calendar, late=late)
        if message is None:
            return "there was nothing to say"
        await post(desk, channel_id, with_why(message, reminder), key=key)
    return ""


async def build(desk: Desk, team: Team, calendar: Calendar, *, late: Phrase | str = "") -> Message | None:
    """The page as of now; each ticket stands in the first part that it belongs to. None: there is nothing to say."""
    found = await digests.of_team(desk.tx, team.id, keys=NUDGED, now=desk.now)
    view = View(person_id=0, calendar=calendar, now=desk.now)
    parts = [(name, matters) for name, matters in sort_into(PARTS, found, view) if matters]
    if not parts:
        return None
    sections = [(f"{say(name)} ({len(matters)})", [_line(one) for one in matters]) for name, matters in parts]
    free = [one for _, matters in parts for one in matters[:LINES] if not one.names]
    name, counts = escape(team.name), ", ".join(counted(heading) for heading, _ in sections)
    return Message(
        text=f"{late}{say('The day of {team}: {counts}.', team=name, counts=counts)}",
        title=f"{late}*{say('The day of {team}', team=name)}*",
        notes=tuple(note for heading, lines in sections for note in notes_of(heading, lines)),
        buttons=tuple(_claim(one) for one in free[:CLAIMS]),
    )


def _line(one: Matter) -> str:
    """Who has it is named, not called."""
    who = by_name(one.names)
    return f"{line(one)}: {who or say('nobody has it')}"


def _claim(one: Matter) -> Button:
    return Button(label=say("Claim {ticket}", ticket=one.ticket.name), action="claim", value=one.ticket.named_version)
