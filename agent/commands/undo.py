"""`undo [CH-1]`: the last change is taken back, unless somebody changed the same since; what told of it says so."""

from datetime import timedelta

from agent import taken_back
from agent.change import BUTTON_LASTS, changing, present, put_back
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.transition import by
from bot.errors import UserError
from bot.messages import moment
from storage import tickets, undo_steps
from storage.tickets import Ticket
from storage.undo_steps import UndoStep

LASTS = timedelta(hours=24)


async def undo(desk: Desk, said: Said) -> Reply:
    """Of a ticket its last change, whoever made it; without one the last change that the asker made."""
    step = await _step(desk, said)
    ticket = said.ticket or await tickets.get(desk.tx, step.ticket_id)
    await desk.check(step.needs, ticket, doing=f"undo what was done with {ticket.name} (it was {step.said})")
    await _require_untouched(desk, ticket, step)
    how = f"undone by {by(desk)}"
    needs = "close" if step.after.get("status") == "closed" else step.needs
    async with changing(desk, ticket, "undo", said=f"{step.said}: {how}", needs=needs):
        await put_back(desk, ticket, step.before)
    await taken_back.correct(desk, ticket, step, how=how)
    is_ephemeral = desk.place is not None and not desk.place.message_ts
    text = f"{ticket.name} was {step.said}: {how}."
    return Reply(message=text_reply(text).message, is_private=ticket.is_private, shown_by=ticket, settles=is_ephemeral)


async def _step(desk: Desk, said: Said) -> UndoStep:
    """The change that is meant.

    Raises:
        UserError: there is none, or it is too late.
    """
    if said.ticket is None:
        step = await undo_steps.last_of_person(desk.tx, desk.asker.person_id, since=desk.now - LASTS)
        if step is None or not await desk.sees(await tickets.get(desk.tx, step.ticket_id)):
            raise UserError("You have changed no ticket within the last 24 h. `undo CH-1` names another's change.")
        return step
    ticket, is_button = said.ticket, said.version is not None
    step = await (
        undo_steps.last_of_ticket(desk.tx, ticket.id)
        if said.version is None
        else undo_steps.of_version(desk.tx, ticket.id, said.version)
    )
    if step is None or step.at < desk.now - LASTS:
        raise UserError(f"{ticket.name} was not changed within the last 24 h: there is nothing to undo.")
    if step.person_id is None:
        raise UserError(f"{ticket.name} was last changed by no person here ({step.said}): that cannot be undone.")
    if is_button and step.at < desk.now - BUTTON_LASTS:
        until = moment(step.at + LASTS)
        raise UserError(f"This button works for 10 minutes. `undo {ticket.name}` works until {until}.")
    return step


async def _require_untouched(desk: Desk, ticket: Ticket, step: UndoStep) -> None:
    later = await undo_steps.after(desk.tx, ticket.id, step.version)
    if since := [other for other in later if other.before.keys() & step.before.keys()]:
        raise UserError(f"{ticket.name} was {step.said}, and that cannot be undone any more: {listed(since)}.")
    if await present(desk, ticket, step.after) != step.after:
        raise UserError(f"{ticket.name} was {step.said}, and has changed by itself since: change it by hand.")


def listed(steps: list[UndoStep]) -> str:
    """Changes in a line: "claimed by @x at …"."""
    return "; ".join(f"{step.said} {moment(step.at)}" for step in steps)


VERB = Verb(
    name="undo",
    takes=(Slot.LAST,),
    summary="take back the last change of a ticket, or your own",
    example="undo",
    another="undo CH-1",
    action="undo",
    act=undo,
    also=("revert",),
    german=("rückgängig",),
    inverse="undo",
)
