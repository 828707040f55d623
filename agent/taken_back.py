"""What told of a change says in place that it was undone, or loses its button in time; nobody gets a message again."""

from agent import notify
from agent.change import ASSIGNEES
from agent.desk import Desk
from agent.watching import WATCHED
from bot.messages import Message
from storage import outbox, undo_steps, watches
from storage.reminders import Reminder
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


async def fade(desk: Desk, reminder: Reminder, ticket: Ticket, *, late: str) -> str:
    """The button Undo goes from the messages that told of one version's change; why not, if there is none to go."""
    step = await undo_steps.of_version(desk.tx, ticket.id, reminder.generation)
    keys = [notify.thread_key(step.work_key, ticket, notify.CHANGE), f"{step.work_key}:{notify.ANSWER}"] if step else []
    faded = [await _without_undo(desk, ticket, key) for key in keys]
    return "" if any(faded) else "there is no message with the button"


async def _without_undo(desk: Desk, ticket: Ticket, key: str) -> bool:
    """Take the button from one message; False when it has none."""
    payload = await outbox.last_words(desk.tx, key)
    message = Message.model_validate_json(payload) if payload else Message(text="")
    left = tuple(button for button in message.buttons if button.action != "undo")
    if left == message.buttons:
        return False
    without = message.model_copy(update={"buttons": left}).model_dump_json()
    return await notify.edit(desk, ticket, key, channel_id=ticket.channel_id, payload=without)
