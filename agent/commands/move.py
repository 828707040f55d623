"""`move CH-1 Payments`: another team takes it; also what the menu "Which team?" runs."""

from agent import assign, notify
from agent.change import changing
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.transition import by, require_open
from bot.errors import UserError
from bot.messages import escape
from storage.people import Team
from storage.tickets import Ticket


async def move(desk: Desk, said: Said) -> Reply:
    """Change the team and choose anew among its responders."""
    ticket, team = require_open(said.the_ticket), said.team
    if team is None:
        raise UserError("Which team? `move CH-1 TEAM`.")
    if ticket.team_id == team.id:
        return text_reply(f"{ticket.name} is with {escape(team.name)} already.", is_private=True)
    choice = await hand_to(desk, ticket, team, said=f"moved to {escape(team.name)} by {by(desk)}")
    who = f"@{escape(choice.person.name)} has it" if choice.person else f"unassigned: {escape(choice.reason)}"
    return text_reply(f"{notify.headline(ticket)} is with {escape(team.name)} now; {who}.", shown_by=ticket)


async def hand_to(desk: Desk, ticket: Ticket, team: Team, *, said: str) -> assign.Choice:
    """Give a ticket to a team, choose anew among its responders, and tell those who must know.

    Args:
        said: the change in words, for the card.
    """
    async with changing(desk, ticket, "move", said=said, needs="route"):
        await assign.take_from_all(desk, ticket)
        ticket.team_id, ticket.team_source = team.id, f"moved by @{desk.asker.name}"
        choice = await assign.assign_automatically(desk, ticket)
    if choice.person:
        await notify.tell_assignee(desk, ticket, choice.person)
    await notify.tell_managers(desk, ticket, assigned=[choice.person] if choice.person else [])
    return choice


VERB = Verb(
    name="move",
    takes=(Slot.TICKET, Slot.TEAM),
    summary="hand a ticket to another team",
    example="move CH-1 Payments",
    action="route",
    act=move,
    another="transfer CH-1 Platform",
    also=("transfer",),
    german=("verschieben",),
    inverse="undo",
    changes=("team_id", "assignees"),
)
