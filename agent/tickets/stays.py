"""What cannot be taken back is kept as the last deed of who did it: `undo` says so, instead of taking back another."""

from agent.desk import Desk
from bot.errors import UserError
from bot.messages import moment
from prompts.words import fixed, say
from storage import tickets, undo_steps
from storage.tickets import Ticket
from storage.undo_steps import UndoStep

ABSENT = fixed("You set an absence: `back` ends it.")
BACK = fixed("You ended an absence: `away` sets one anew.")
DUTY = fixed("You set how many tickets somebody may get: `capacity` and `rotation` set it anew.")
ESCALATED = fixed("You escalated {ticket}, and whoever was told stays told.")
REMARKED = fixed("You remarked on {ticket}, and that stays said; a message of yours you can edit or delete in Slack.")


def keep(desk: Desk, text: str, ticket: Ticket | None = None) -> None:
    """Remember the deed of the asker; at the command line nobody asks to undo.

    Args:
        text: what they did and what leads back, if anything: one of those above.
    """
    if desk.actor is None:
        return
    about = {"kind": "ticket", "id": ticket.id} if ticket else {"kind": "person", "id": desk.asker.person_id}
    step = UndoStep(
        workspace_id=desk.workspace_id,
        who=desk.who,
        person_id=desk.asker.person_id,
        at=desk.now,
        said=text,
        needs="profile",
        before=about | {"stays": True},
        after={},
        work_key=desk.key,
        correlation_id=desk.correlation_id,
    )
    desk.tx.add(step)


def is_one(step: UndoStep) -> bool:
    return step.before.get("stays") is True


async def refusal(desk: Desk, step: UndoStep, older: UndoStep | None) -> UserError:
    """That this deed stays, and which older change `undo` would have taken back, with the line that does."""
    ticket = await tickets.get(desk.tx, step.before["id"]) if step.before["kind"] == "ticket" else None
    stays = say(step.said, ticket=ticket.name if ticket else "")
    changed = await tickets.get(desk.tx, older.ticket_id) if older and older.ticket_id else None
    if older is None or changed is None or not await desk.sees(changed):
        return UserError(stays)
    before = fixed("{stays} Before that {ticket} was {change} {at}: `undo {version}` takes that back.")
    version = f"{changed.name}@{older.version}"
    return UserError(
        say(before, stays=stays, ticket=changed.name, change=older.said, at=moment(older.at), version=version)
    )


async def last_of_ticket(desk: Desk, ticket: Ticket) -> UndoStep | None:
    """What the asker did of this ticket that is no change of it, if nothing was done with the ticket since."""
    own = await undo_steps.last_of_person(desk.tx, desk.asker.person_id, since=desk.now - undo_steps.LASTS)
    if own is None or own.ticket_id is not None or (own.before["kind"], own.before["id"]) != ("ticket", ticket.id):
        return None
    last = await undo_steps.last_of_ticket(desk.tx, ticket.id)
    return own if last is None or own.id > last.id else None
