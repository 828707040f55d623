"""`undo [CH-1]`: the last change is taken back, unless somebody changed the same since; what told of it says so."""

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.kit.taken_back import keep_undone
from agent.language import as_kept
from agent.notices import quiet
from agent.proposals.fields import changes
from agent.tickets import stays, taken_back
from agent.tickets.change import BUTTON_LASTS, changing, present, put_back
from agent.tickets.transition import by
from agent.tickets.undone import what_then
from bot.errors import UserError
from bot.messages import Message, moment
from prompts.words import fixed, phrase, say
from storage import tickets, undo_steps
from storage.tickets import Ticket
from storage.undo_steps import LASTS, UndoStep


async def undo(desk: Desk, said: Said) -> Reply:
    """Of a ticket its last change, whoever made it; without one the last change that the asker made."""
    step = await _step(desk, said)
    if step.ticket_id is None:
        return text_reply(await quiet.take_back(desk, step), is_private=True)
    ticket = said.ticket or await tickets.get(desk.tx, step.ticket_id)
    doing = say("undo what was done with {ticket} (it was {change})", ticket=ticket.name, change=step.said)
    await desk.check(step.needs, ticket, doing=doing)
    await _require_untouched(desk, ticket, step)
    what, back = what_then(step.said)
    how = await as_kept(desk, ticket, phrase(back, who=by(desk)))
    needs = "close" if step.after.get("status") == "closed" else step.needs
    async with changing(desk, ticket, "undo", said=f"{what}: {how}", needs=needs):
        left_out = await put_back(desk, ticket, step.before)
    await taken_back.correct(desk, ticket, step, how=how)
    is_ephemeral = desk.place is not None and not desk.place.message_ts
    undone = say("{ticket} was {change}: {how}.", ticket=ticket.name, change=what, how=say(back, who=by(desk)))
    text = " ".join([undone, *left_out])
    await keep_undone(desk, step, said=text)
    shown_by = None if left_out else ticket
    return Reply(message=Message(text=text), is_private=ticket.is_private, shown_by=shown_by, settles=is_ephemeral)


async def _step(desk: Desk, said: Said) -> UndoStep:
    """The change that is meant.

    Raises:
        UserError: there is none, or it is too late, or what was done last stays as it is.
    """
    if said.ticket is None:
        since = desk.now - LASTS
        step = await undo_steps.last_of_person(desk.tx, desk.asker.person_id, since=since)
        if step and stays.is_one(step):
            older = await undo_steps.last_of_person(desk.tx, desk.asker.person_id, since=since, is_of_ticket=True)
            raise await stays.refusal(desk, step, older)
        if step and (step.ticket_id is None or await desk.sees(await tickets.get(desk.tx, step.ticket_id))):
            return step
        raise UserError(say("You have changed no ticket within the last 24 h. `undo CH-1` names another's change."))
    ticket, is_button = said.ticket, desk.surface == "button"
    step = await (
        undo_steps.last_of_ticket(desk.tx, ticket.id)
        if said.version is None
        else undo_steps.of_version(desk.tx, ticket.id, said.version)
    )
    if said.version is None and (other := await stays.last_of_ticket(desk, ticket)):
        if stays.is_one(other):
            raise await stays.refusal(desk, other, step)
        return other
    if step is None or step.at < desk.now - LASTS:
        none = fixed("{ticket} was not changed within the last 24 h: there is nothing to undo.")
        raise UserError(say(none, ticket=ticket.name))
    if step.person_id is None:
        nobody = fixed("{ticket} was last changed by no person here ({change}): that cannot be undone.")
        raise UserError(say(nobody, ticket=ticket.name, change=step.said))
    if is_button and step.at < desk.now - BUTTON_LASTS:
        late = fixed("This button works for 10 minutes. `undo {ticket}` works until {until}.")
        raise UserError(say(late, ticket=ticket.name, until=moment(step.at + LASTS)))
    return step


async def _require_untouched(desk: Desk, ticket: Ticket, step: UndoStep) -> None:
    later = await undo_steps.after(desk.tx, ticket.id, step.version)
    if since := [other for other in later if other.before.keys() & step.before.keys()]:
        gone = fixed("{ticket} was {change}, and that cannot be undone any more: {since}.")
        raise UserError(say(gone, ticket=ticket.name, change=step.said, since=listed(since)))
    now = await present(desk, ticket, step.after)
    if now != step.after:
        news = "; ".join(await changes(desk, step.after, now))
        moved = fixed("{ticket} was {change}, and has changed by itself since ({news}): change it by hand.")
        raise UserError(say(moved, ticket=ticket.name, change=step.said, news=news))


def listed(steps: list[UndoStep]) -> str:
    """Changes in a line: "claimed by @x at …"."""
    return "; ".join(f"{step.said} {moment(step.at)}" for step in steps)


VERB = Verb(
    name="undo",
    takes=(Slot.LAST,),
    summary=fixed("take back the last change of a ticket, or your own"),
    example="undo",
    another="undo CH-1",
    action="undo",
    act=undo,
    also=("revert",),
    german=("rückgängig",),
    inverse="undo",
)
