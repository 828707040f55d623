"""A ticket goes to another team, which chooses anew who has it."""

from agent.assigning import assign
from agent.desk import Desk
from agent.language import as_kept
from agent.notices import notify
from agent.tickets.change import changing
from prompts.words import Phrase, phrase
from storage.people import Team
from storage.tickets import Ticket


async def hand_to(desk: Desk, ticket: Ticket, team: Team, *, said: Phrase | str) -> assign.Choice:
    """Give a ticket to a team, choose anew among its responders, and tell those who must know.

    Args:
        said: the change in words, for the card.
    """
    async with changing(desk, ticket, "move", said=said, needs="route"):
        await assign.take_from_all(desk, ticket)
        source = phrase("moved by @{who}", who=desk.asker.name)
        ticket.team_id, ticket.team_source = team.id, await as_kept(desk, ticket, source)
        choice = await assign.assign_automatically(desk, ticket)
    if choice.person:
        await notify.tell_assignee(desk, ticket, choice.person)
    await notify.tell_managers(desk, ticket, assigned=[choice.person] if choice.person else [])
    return choice
