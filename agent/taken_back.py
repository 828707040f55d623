"""What told of a change says in place that it was undone; nobody gets a message again."""

from agent import notify
from agent.change import ASSIGNEES
from agent.desk import Desk
from agent.watching import WATCHED
from bot.messages import Message
from storage import outbox, watches
from storage.tickets import Ticket
from storage.undo_steps import UndoStep


async def correct(desk: Desk, ticket: Ticket, step: UndoStep, *, how: str) -> None:
    """Edit the message in the thread, the answer, and what was told to who got it or is waited for.

    Args:
        how: "undone by @x".
    """
    watching = [person.id for person in await watches.watchers(desk.tx, ticket.id)]
    told = {
        WATCHED: watching,
        notify.ASSIGNED: step.after.get(ASSIGNEES, ()),
        notify.WAITED: filter(None, [step.after.get("waiting_on")]),
    }
    keys = [notify.direct_key(name, step.work_key, ticket, id_) for name, ids in told.items() for id_ in ids]
    text = f"{notify.headline(ticket)}: {step.said}, {how}."
    texts = dict.fromkeys([f"{step.work_key}:{notify.ANSWER}", *keys], text)
    texts[notify.thread_key(step.work_key, ticket, notify.CHANGE)] = f"{step.told}\n_{how}_"
    for key, text in texts.items():
        if await outbox.is_post(desk.tx, key):
            payload = Message(text=text).model_dump_json()
            await notify.edit(desk, ticket, key, channel_id=ticket.channel_id, payload=payload)
