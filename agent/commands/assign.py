"""`assign CH-1 @someone`: give a ticket to people, or to whom the choice falls; each new one gets a direct message."""

from collections.abc import Sequence
from dataclasses import replace

from agent.assigning import assign as assignment
from agent.assigning.duty import warning
from agent.commands.slots import ADD, AUTO
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.language import of_ticket
from agent.notices import notify
from agent.people.organise import give_role
from agent.tickets.change import changing
from agent.tickets.transition import by, require_open
from bot.access import Target, can, who_may
from bot.errors import Denial, Refused, UserError
from bot.messages import Button, Message, by_name, escape, mention
from prompts.words import fixed, phrase, say, say_of, speaking
from storage import people, tickets
from storage.people import Person
from storage.tickets import Ticket

MOST = 10
NAMED = 3  # of those who could help


async def assign(desk: Desk, said: Said) -> Reply:
    """Replace the assignees or add to them, the first one being the main one; the answer says who had it before."""
    ticket = require_open(said.the_ticket)
    if said.how == AUTO:
        return await _choose(desk, ticket)
    for person in said.people:
        check_assignable(desk, ticket, person)
    if offers := await offer_to_enlist(desk, ticket, said):
        return offers
    had = await tickets.assignees(desk.tx, ticket.id)
    new = [person for person in said.people if person not in had]
    now = [*had, *new] if said.how == ADD else list(said.people)
    if len(now) > MOST:
        raise UserError(say("A ticket has at most {most} assignees; that would be {count}.", most=MOST, count=len(now)))
    if now == had:
        return text_reply(say("{ticket} is with {who} already.", ticket=ticket.name, who=_names(had)), is_private=True)
    what = phrase("assigned to {whom} by {who}", whom=_names(now), who=by(desk))
    async with changing(desk, ticket, "assign", said=what, needs="reassign"):
        if said.how != ADD:
            await assignment.take_from_all(desk, ticket)
        warned = await warning(desk, said.people)
        for person in new if said.how == ADD else now:
            await assignment.give(desk, ticket, person)
        with speaking(await of_ticket(desk, ticket)):
            ticket.assign_reason = say("assigned by @{who}", who=desk.asker.name)
    for person in new:
        await notify.tell_assignee(desk, ticket, person)
    return replace(text_reply(f"{notify.headline(ticket)}: {was_and_now(had, now)}.{warned}"), caution=warned.strip())


async def _choose(desk: Desk, ticket: Ticket) -> Reply:
    """The automatic choice, by a manager's wish; where it finds nobody all stays as it was."""
    what = phrase("assigned anew for {who}", who=by(desk))
    async with changing(desk, ticket, "assign", said=what, needs="reassign"):
        had = await assignment.take_from_all(desk, ticket)
        choice = await assignment.assign_automatically(desk, ticket)
        if choice.person is None:
            raise UserError(
                say(
                    "Nobody was chosen for {ticket}: {reason}. It stays as it was.",
                    ticket=ticket.name,
                    reason=escape(choice.reason),
                )
            )
    if choice.person not in had:
        await notify.tell_assignee(desk, ticket, choice.person)
    change, why = was_and_now(had, [choice.person]), f"{escape(choice.reason[:1].upper() + choice.reason[1:])}."
    return replace(text_reply(f"{notify.headline(ticket)}: {change}. {why}"), caution=why)


async def offer_to_enlist(desk: Desk, ticket: Ticket, said: Said) -> Reply | None:
    """What to offer before viewers get a ticket; None when all of these people take tickets, or it has no team yet.

    Raises:
        UserError: who asks may not make them responders either; says who could.
    """
    viewers = [person for person in said.people if await _is_viewer(desk, person)]
    if not viewers or ticket.team_id is None:
        return None
    team = await people.get_team(desk.tx, ticket.team_id)
    text = say_of(
        len(viewers),
        "{who} is no responder of any team, so nothing was done.",
        "{who} are no responder of any team, so nothing was done.",
        who=_names(viewers),
    )
    if not can(desk.asker, "organise", Target(team_id=team.id)):
        could = await people.in_charge(desk.tx, team.id)
        if could:
            text += say(" {who} can add them to {team}.", who=_names(could[:NAMED]), team=escape(team.name))
        raise Refused(text, denial=Denial(action="organise", kind="team", object_id=team.id, who=who_may("organise")))
    text += say(" Add to {team} as responder and assign?", team=escape(team.name))
    named = " ".join(mention(person.slack_id) for person in said.people)
    line = f"{ticket.named_version} {said.how}{named}"
    button = Button(label=say("Add to team and assign"), action=ENLIST.name, value=line)
    return Reply(message=Message(text=text, buttons=(button,)), is_private=True)


async def _is_viewer(desk: Desk, person: Person) -> bool:
    roles = await people.roles_of(desk.tx, person.id)
    return not person.is_admin and not {"responder", "manager"} & set(roles.values())


async def enlist(desk: Desk, said: Said) -> Reply:
    """Make viewers responders of the ticket's team, then assign."""
    ticket = require_open(said.the_ticket)
    if ticket.team_id is None:
        raise UserError(say("{ticket} has no team yet: `move {ticket} TEAM` gives it one.", ticket=ticket.name))
    team = await people.get_team(desk.tx, ticket.team_id)
    await desk.check_team(team, doing=say("add people to {team}", team=escape(team.name)))
    for person in said.people:
        check_assignable(desk, ticket, person)
        if await _is_viewer(desk, person):
            await give_role(desk, person, team, role="responder")
    await desk.tx.flush()
    return await assign(desk, said)


def check_assignable(desk: Desk, ticket: Ticket, person: Person) -> None:
    """Let pass who can be given the ticket.

    Raises:
        UserError: they cannot, and why.
    """
    if why := assignment.why_not(desk, ticket, person):
        raise UserError(why)


def was_and_now(had: Sequence[Person], now: Sequence[Person]) -> str:
    """Who had it and who has it."""
    return f"{_names(had) or say('nobody')} → {_names(now) or say('nobody')}"


def _names(persons: Sequence[Person]) -> str:
    return by_name(person.name for person in persons)


VERB = Verb(
    name="assign",
    takes=(Slot.TICKET, Slot.ASSIGNEES),
    summary=fixed("give a ticket to people, add some, or have one chosen; the first one is the main one"),
    example="assign CH-1 @bob",
    action="reassign",
    act=assign,
    another="assign CH-1 auto",
    also=("give", "reassign"),
    german=("zuweisen", "gib"),
    inverse="unassign",
    changes=("assignees",),
)
ENLIST = Verb(
    name="enlist",
    takes=(Slot.TICKET, Slot.ASSIGNEES),
    summary=fixed("make people responders of a ticket's team, and assign it to them"),
    example="enlist CH-1 @bob",
    action="reassign",
    act=enlist,
    another="enlist CH-1 @bob @carol",
    inverse="undo",
    changes=("assignees",),
    is_for_buttons=True,
)
