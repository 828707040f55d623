"""A team's channel reads how its week was, once a week; nothing is said of a week in which there was nothing."""

from agent.calendar.whose import calendar_of_team
from agent.channels import settings as channels
from agent.desk import Desk
from agent.digest.plan import settle_key
from agent.language import of_channel
from agent.notices.origin import with_why
from agent.notices.post import post
from agent.summary.page import figures_of, page
from agent.summary.plan import is_wanted, moment_in, monday_of, plan_key, plan_next, week_before
from prompts.words import Phrase, speaking
from storage import people
from storage.reminders import Reminder


async def summarise(desk: Desk, reminder: Reminder, *, late: Phrase | str) -> str:
    """This week's summary, whenever it was planned for; why there is none, if so. The next one is planned."""
    team = await people.team_of_id(desk.tx, reminder.team_id or 0)
    if team is None:
        return "the team is gone"
    calendar = await calendar_of_team(desk.tx, desk.settings, team.id)
    monday = monday_of(calendar, desk.now)
    key = plan_key(team.id, monday)
    why_not = await settle_key(desk, reminder, due=moment_in(calendar, monday), key=key)
    await plan_next(desk, team)
    if why_not:
        return why_not
    if team.channel_id is None or not await is_wanted(desk.tx, team):
        return "the team wants none"
    if why_not := await channels.why_not_listed(desk, team.channel_id):
        return why_not
    week = week_before(calendar, monday)
    figures = await figures_of(desk, team, week)
    if figures.is_empty:
        return "there was nothing to say"
    with speaking(await of_channel(desk, team.channel_id)):
        message = with_why(await page(desk, team, week, figures, late=late), reminder)
    await post(desk, team.channel_id, message, key=key)
    return ""
