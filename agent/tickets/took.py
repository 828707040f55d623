"""How long a ticket took: since it was reported, without the times for which it was over before it was reopened."""

from datetime import datetime, timedelta
from itertools import pairwise

from agent.calendar.opening import between
from agent.calendar.whose import calendar_of, calendar_of_team
from agent.desk import Desk
from agent.duration import in_words
from prompts.words import say
from storage.calendars import WORKSPACE
from storage.tickets import Ticket


def _spells(ticket: Ticket, now: datetime) -> list[tuple[datetime, datetime]]:
    """The stretches in which it was open, up to now."""
    turns = [datetime.fromisoformat(moment) for rest in ticket.rests for moment in rest]
    return [*pairwise([ticket.created_at, *turns, now])][::2]


async def took(desk: Desk, ticket: Ticket) -> str:
    """In words, and in business time of its team where that says something else."""
    open_for = _spells(ticket, desk.now)
    elapsed = in_words(sum((end - start for start, end in open_for), timedelta()))
    if ticket.team_id is None:
        calendar = await calendar_of(desk.tx, desk.settings, [WORKSPACE])
    else:
        calendar = await calendar_of_team(desk.tx, desk.settings, ticket.team_id)
    business = in_words(sum((between(calendar, start, end) for start, end in open_for), timedelta()))
    if business == elapsed:
        return elapsed
    return say("{elapsed} ({business} of business time)", elapsed=elapsed, business=business)
