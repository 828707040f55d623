"""What the agent can look at: tickets, people and reminders, as far as all may know of them who read the answer."""

from typing import Literal

from agent.assigning.duty import duty_of
from agent.commands.conversations import in_days
from agent.commands.grounds import DENIED, SILENT
from agent.commands.named import ticket_named
from agent.commands.run import run_line
from agent.desk import Desk
from agent.excerpt import from_on, lines_of
from agent.kit.arguments import ME
from agent.kit.kinds import PersonName, Query, TicketName
from agent.kit.tool import tool
from agent.kit.world import Scope
from agent.people.seen_load import seen_load
from agent.people.whom import person_named
from agent.reports.similar import significant
from bot.messages import Message, mention, plain
from prompts.words import fixed, say
from storage import comments, listing, loads, people, tickets
from storage.listing import Filter
from storage.people import Person
from storage.tickets import OPEN

HITS = 10
SHORT = 200  # characters of a title or name
NOBODY = "nobody"  # where a model has to name somebody
NEXT_PAGE = fixed("[cut here: it goes on with {page} in the filters]")


@tool(risk="read", reach="own", permission="see")
async def get_ticket(scope: Scope, ticket: TicketName, from_line: int) -> str:
    """One ticket: title, status, priority, team, assignees, why they have it, description, comments, the newest first.

    Args:
        ticket: which, as CH-4, or this for the ticket of the thread.
        from_line: of its description and comments; 1 for the beginning.
    """
    async with scope.world.reading() as desk:
        own = await tickets.get(desk.tx, scope.thread_ticket) if scope.thread_ticket else None
        found = await ticket_named(desk, ticket, own)
        card = (await run_line(desk, f"show {found.name}")).message.model_copy(update={"body": ""})
        lines = lines_of(await desk.read_out(found.description))
        for one in reversed(await comments.of_ticket(desk.tx, found.id)):
            if not one.deleted_at:
                first, *rest = lines_of(await desk.read_out(one.text)) or [""]
                lines += [f"• {first}", *(f"    {line}" for line in rest)]
        return from_on((await _said(desk, card)).splitlines(), lines, from_line)


@tool(risk="read", reach="own", permission="see")
async def explain(
    scope: Scope, ticket: TicketName, about: Literal["assigned", "waiting", "denied"], not_whom: PersonName
) -> str:
    """Why something is as it is: a ticket's priority, team and person, that it waits or is silent, or a refusal.

    Args:
        ticket: which, as CH-4, or this; it does not matter for denied.
        about: assigned: why it has its priority, team and person. waiting: why nobody hears of it now. denied: why the
            asker was refused what they tried last.
        not_whom: with assigned, of whom it is asked why it is not them; else nobody.
    """
    async with scope.world.reading() as desk:
        if about == "denied":
            if desk.is_read_along:
                return "what somebody was refused is told to them alone: they ask it in a direct message"
            return await _said(desk, (await run_line(desk, f"why {DENIED}")).message)
        own = await tickets.get(desk.tx, scope.thread_ticket) if scope.thread_ticket else None
        name = (await ticket_named(desk, ticket, own)).name
        if about == "waiting":
            return await _said(desk, (await run_line(desk, f"why {SILENT} {name}")).message)
        whom = "" if not_whom == NOBODY else f" not {mention((await _person(desk, not_whom)).slack_id)}"
        return await _said(desk, (await run_line(desk, f"why {name}{whom}")).message)


@tool(risk="read", reach="own", permission="see")
async def conversations(scope: Scope, days: int, from_line: int) -> str:
    """What was asked of Chargehand lately, by whom and where, and what came of it; the newest first.

    Args:
        days: how many back; 14 where nothing else was said.
        from_line: of the list; 1 for the beginning.
    """
    async with scope.world.reading() as desk:
        return await in_days(desk, days, start=from_line)


@tool(risk="read", reach="own", permission="see")
async def list_tickets(scope: Scope, filters: Query) -> str:
    """Up to ten tickets, the most urgent first.

    Args:
        filters: any of: open, in progress, resolved, closed, mine, unassigned, overdue, stale, critical, high, medium,
            low, team:NAME, assignee:NAME, tag:NAME, "words in the title"; open for all that are open. page:2 besides
            for the next ten.
    """
    async with scope.world.reading() as desk:
        message = (await run_line(desk, f"list {filters}")).message
        further = [button.value.split()[-1] for button in message.buttons if button.action == "list"]
        return "\n".join([await _said(desk, message), *(say(NEXT_PAGE, page=page) for page in further)])


@tool(risk="read", reach="own", permission="see")
async def similar_tickets(scope: Scope, words_of_it: Query) -> str:
    """Open tickets that look like what is described.

    Args:
        words_of_it: the words that say what is wrong.
    """
    async with scope.world.reading() as desk:
        return await similar(desk, words_of_it)


async def similar(desk: Desk, text: str) -> str:
    """Open tickets with the most words in common with a text, a line each."""
    wanted = significant(text)
    seen: dict[int, tuple[int, str]] = {}
    for word in sorted(wanted, key=len, reverse=True)[:HITS]:
        filters = (Filter(kind="words", value=word, said=word), Filter(kind="status", value=OPEN, said=""))
        for row in await listing.page(desk.tx, desk.viewer, filters, order="age", first=0, most=HITS):
            line = f"{row.ticket.name} ({row.ticket.status}, {row.ticket.priority}): {row.ticket.title[:SHORT]}"
            seen[row.ticket.id] = (len(wanted & significant(row.ticket.title)), line)
    best = sorted(seen.values(), key=lambda one: -one[0])[:HITS]
    return "\n".join(line for _, line in best) or "no open ticket looks like it"


@tool(risk="read", reach="own", permission="see")
async def find_people(scope: Scope, name: PersonName) -> str:
    """Who somebody is, their teams and roles, how much they have to do and whether they are away.

    Args:
        name: as it was said.
    """
    async with scope.world.reading() as desk:
        person = await _person(desk, name)
        teams = {team.id: team.name for team in await people.teams(desk.tx)}
        roles = await people.roles_of(desk.tx, person.id)
        of_teams = ", ".join(f"{role} of {teams[team_id]}" for team_id, role in roles.items() if team_id in teams)
        (load,) = await loads.of_people(desk.tx, [person])
        duty = await duty_of(desk, person)
        full = "takes no more at the moment" if duty.is_full(load.open_tickets) else ""
        obstacle = " and ".join(filter(None, [duty.off(), full])) or "at work"
        has = f"{await seen_load(desk, person)} open tickets"
        return f"@{person.name} (<@{person.slack_id}>): {of_teams or 'in no team'}; {has}; {obstacle}"


@tool(risk="read", reach="own", permission="profile")
async def list_reminders(scope: Scope) -> str:
    """What is planned for whoever asks, each with its number and time."""
    async with scope.world.reading() as desk:
        return await _said(desk, (await run_line(desk, "reminders")).message)


async def _person(desk: Desk, name: str) -> Person:
    return await person_named(desk, desk.asker.slack_id if name == ME else name)


async def _said(desk: Desk, message: Message) -> str:
    """A message of ours as plain lines."""
    facts = [f"{fact.name}: {fact.value}" for fact in message.facts]
    lines = [message.title or message.text, *facts, message.body, *message.notes]
    return plain("\n".join(filter(None, lines)), await people.names(desk.tx, desk.workspace_id))
