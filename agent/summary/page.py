"""A team's week as one message: a table, bars by day, the oldest tickets and, for managers, who has how many."""

from agent.calendar.opening import SECOND, Calendar
from agent.calendar.week import dated, weekday
from agent.calendar.whose import calendar_of_team
from agent.desk import Desk
from agent.duration import in_words
from agent.more import more_lines
from agent.status_words import words
from agent.summary.figures import Figures, Spread, Week, reckon
from bot.messages import Chart, Message, Series, Table, cut, escape, linked, moment
from prompts.words import Phrase, fixed, say
from storage import summaries
from storage.people import Team
from storage.tickets import Ticket

OLDEST, TITLE, PEOPLE = 5, 60, 20
NONE = fixed("none")


async def figures_of(desk: Desk, team: Team, week: Week) -> Figures:
    """What the tickets of a team say of a week; those of private channels are left out."""
    return reckon(
        week,
        await calendar_of_team(desk.tx, desk.settings, team.id),
        moved=await summaries.moved(desk.tx, team.id, since=week.since),
        ended=await summaries.ended(desk.tx, team.id, since=week.since),
        backlog=await summaries.backlog(desk.tx, team.id),
    )


async def page(
    desk: Desk, team: Team, week: Week, figures: Figures, *, is_for_managers: bool = False, late: Phrase | str = ""
) -> Message:
    """The message.

    Args:
        is_for_managers: it says who has how many, which is for nobody else.
        late: what to begin with when it was due while nobody was there to say it.
    """
    calendar = await calendar_of_team(desk.tx, desk.settings, team.id)
    notes = [await _oldest(desk, team), await _loads(desk, team) if is_for_managers else ""]
    counts = say(
        "The week of {team}: {opened} opened, {resolved} resolved or closed, {backlog} open now.",
        team=escape(team.name),
        opened=figures.opened,
        resolved=figures.resolved,
        backlog=figures.backlog,
    )
    return Message(
        text=f"{late}{counts}",
        title=f"{late}*{say('The week of {team}', team=escape(team.name))}*, {_dates(week, calendar)}",
        table=_table(figures),
        chart=_chart(figures),
        notes=tuple(note for note in notes if note),
    )


def _dates(week: Week, calendar: Calendar) -> str:
    """Its first date and its last."""
    first, last = (at.astimezone(calendar.zone) for at in (week.since, max(week.since, week.until - SECOND)))
    return say("{first} to {last}", first=dated(first), last=dated(last))


def _table(figures: Figures) -> Table:
    ended = figures.met + figures.breached
    share = say(NONE)
    if ended:
        percent = round(100 * figures.met / ended)
        share = say("{percent} % ({met} of {ended})", percent=percent, met=figures.met, ended=ended)
    return Table(
        head=(say("Figure"), say("In the week")),
        rows=(
            (say("Opened"), str(figures.opened)),
            (say("Resolved or closed"), str(figures.resolved)),
            (say("Reopened"), str(figures.reopened)),
            (say("Open now"), str(figures.backlog)),
            (say("Open when it began"), str(figures.backlog_before)),
            (say("Acknowledged within, median"), _median(figures.acknowledging)),
            (say("Acknowledged within, 9 of 10"), _p90(figures.acknowledging)),
            (say("Resolved within, median"), _median(figures.resolving)),
            (say("Resolved within, 9 of 10"), _p90(figures.resolving)),
            (say("Deadlines met"), share),
            (say("Deadlines missed"), str(figures.breached)),
        ),
    )


def _median(spread: Spread | None) -> str:
    return in_words(spread.median) if spread else say(NONE)


def _p90(spread: Spread | None) -> str:
    return in_words(spread.p90) if spread else say(NONE)


def _chart(figures: Figures) -> Chart:
    return Chart(
        title=say("Opened, and resolved or closed, by day"),
        labels=tuple(f"{weekday(day)} {day.day}" for day, _, _ in figures.days),
        series=(
            Series(name=say("Opened"), values=tuple(came for _, came, _ in figures.days)),
            Series(name=say("Resolved"), values=tuple(done for _, _, done in figures.days)),
        ),
    )


async def _oldest(desk: Desk, team: Team) -> str:
    found = await summaries.oldest(desk.tx, team.id, most=OLDEST)
    return "\n".join([f"*{say('Open for longest')}*", *map(_line, found)]) if found else ""


def _line(ticket: Ticket) -> str:
    name, title = linked(ticket.name, ticket.permalink), cut(ticket.title, TITLE)
    priority = words(ticket.priority) if ticket.priority else say("no priority yet")
    facts = say("{priority}, since {at}", priority=priority, at=moment(ticket.created_at))
    return f"• *{name}* {escape(title)} ({facts})"


async def _loads(desk: Desk, team: Team) -> str:
    found = await summaries.loads(desk.tx, team.id)
    lines = [f"• @{escape(name)}: {many}" for name, many in found[:PEOPLE]]
    people = [f"*{say('Open tickets by person')}*", *lines, *more_lines(len(found), PEOPLE)]
    return "\n".join(people) if found else ""
