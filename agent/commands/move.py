"""`move CH-1 Payments`: another team takes it; also what the menu "Which team?" runs."""

from agent.assigning.assign import Choice
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.notices import notify
from agent.tickets.moving import hand_to
from agent.tickets.transition import by, require_open
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, phrase, say
from storage.people import Team
from storage.tickets import Ticket


async def move(desk: Desk, said: Said) -> Reply:
    """Change the team and choose anew among its responders."""
    ticket, team = require_open(said.the_ticket), said.team
    if team is None:
        raise UserError(say("Which team? `move CH-1 TEAM`."))
    if ticket.team_id == team.id:
        return text_reply(
            say("{ticket} is with {team} already.", ticket=ticket.name, team=escape(team.name)), is_private=True
        )
    change = phrase("moved to {team} by {who}", team=escape(team.name), who=by(desk))
    choice = await hand_to(desk, ticket, team, said=change)
    return text_reply(_answer(ticket, team, choice), shown_by=ticket)


def _answer(ticket: Ticket, team: Team, choice: Choice) -> str:
    about = {"ticket": notify.headline(ticket), "team": escape(team.name)}
    if choice.person:
        return say("{ticket} is with {team} now; @{who} has it.", who=escape(choice.person.name), **about)
    return say("{ticket} is with {team} now; unassigned: {reason}.", reason=escape(choice.reason), **about)


VERB = Verb(
    name="move",
    takes=(Slot.TICKET, Slot.TEAM),
    summary=fixed("hand a ticket to another team"),
    example="move CH-1 Payments",
    action="route",
    act=move,
    another="transfer CH-1 Platform",
    also=("transfer",),
    german=("verschieben",),
    inverse="undo",
    changes=("team_id", "assignees"),
)
