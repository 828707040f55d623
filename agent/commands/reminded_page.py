"""Why on a page that came by itself: a person's or a channel's day, a team's week, what was held back for somebody."""

from agent.calendar.opening import Calendar
from agent.calendar.week import show_week
from agent.calendar.whose import calendar_of_person, calendar_of_team
from agent.channels.settings import home_team
from agent.desk import Desk
from agent.digest.channel import CHANNEL_DIGEST
from agent.digest.plan import AT_START, DIGEST
from agent.notices.holding import HELD
from agent.notices.standing import digest_time
from agent.summary.plan import SUMMARY
from bot.messages import escape
from prompts.words import fixed, say
from storage import people
from storage.people import Team
from storage.reminders import Reminder

WEEK = fixed("it is the week of {team}, once a week. `team set {team} summary off` ends it.")
DAY = fixed("it is the day of {team}, once each working day. `channel digest off` ends it.")


async def why_page(desk: Desk, reminder: Reminder) -> list[str]:
    """By which rule it came and in which hours; nothing if it is no such page. It is the asker's, or a channel's."""
    if reminder.kind == DIGEST:
        at = await digest_time(desk.tx, desk.settings, desk.asker.person_id)
        return [_your_day(at), await _own_hours(desk)]
    if reminder.kind == HELD:
        why = say("it was held back until then, since {reason}.", reason=say(reminder.reason))
        return [why, await _own_hours(desk)]
    if reminder.kind == SUMMARY:
        return await _of_team(desk, await people.team_of_id(desk.tx, reminder.team_id or 0), WEEK)
    if reminder.kind == CHANNEL_DIGEST:
        return await _of_team(desk, await home_team(desk, reminder.channel_id or ""), DAY)
    return []


def _your_day(at: str) -> str:
    if at == AT_START:
        return say("it is your daily digest, once each working day when your hours begin. `digest off` ends it.")
    return say("it is your daily digest, once each working day at {time}. `digest off` ends it.", time=at)


async def _of_team(desk: Desk, team: Team | None, text: str) -> list[str]:
    if team is None:
        return []
    hours = hours_that_count(await calendar_of_team(desk.tx, desk.settings, team.id))
    return [say(text, team=escape(team.name)), hours]


async def _own_hours(desk: Desk) -> str:
    return hours_that_count(await calendar_of_person(desk.tx, desk.settings, desk.asker.person_id))


def hours_that_count(calendar: Calendar) -> str:
    """The hours that count, as they are set today."""
    return say("Hours that count: `{week}`, {zone}.", week=show_week(calendar.week), zone=calendar.zone.key)
