"""What told of a change says in place that it was undone, or loses its button in time; nobody gets a message again."""

from agent.desk import Desk
from agent.language import of_person, of_ticket
from agent.notices import notify
from agent.tickets import merging
from bot.messages import Message
from prompts.words import Phrase, speaking
from storage import notices, outbox, undo_steps
from storage.people import Person
from storage.reminders import Reminder
from storage.tickets import Ticket
from storage.undo_steps import UndoStep

OF_TURNS = ("turn:", "proposal:")  # how the keys of the agent's work begin (agent/kit/use.py, agent/turns/approved.py)
NO_BUTTON = "there is no message with the button"


async def correct(desk: Desk, ticket: Ticket, step: UndoStep, *, how: Phrase | str) -> None:
    """Edit the message in the thread, the answer, and what was told to whoever heard of it: who got it, is waited for,
    watches or manages it.

    Args:
        how: "undone by @x".
    """
    for key, person in await notices.at_moment(desk.tx, ticket.id, step.at):
        if _is_of(step, ticket, key, person):
            await notices.drop(desk.tx, key, reason=str(how))
            with speaking(await of_person(desk, person.id)):
                await _say_instead(desk, ticket, key, _corrected(ticket, step, how))
    alone, shared = await _answers(desk, step)
    with speaking(await of_ticket(desk, ticket)):
        await _say_instead(desk, ticket, alone, _corrected(ticket, step, how))
        in_thread = notify.thread_key(step.work_key, ticket, notify.CHANGE)
        await _say_instead(desk, ticket, in_thread, f"{step.told}\n_{how}_")
        if shared:
            await _without_undo(desk, ticket, shared, step, note=f"{ticket.name}: {how}")
        for key in await _of_turn(desk, step):
            await _without_undo(desk, ticket, key, step, note=f"{ticket.name}: {how}")
    await merging.correct(desk, ticket, step, how=how)


def _is_of(step: UndoStep, ticket: Ticket, key: str, person: Person) -> bool:
    """Whether a notice of that moment told of this change: by its work, or as one of those that managers get once.

    Who was called on to claim it reads by itself what came of it (agent/cards/calls.py).
    """
    if key == notify.call_key(ticket, person.id):
        return False
    return key.endswith(f":{step.work_key}") or key.startswith(f"{notify.MANAGER}:{ticket.id}:")


def _corrected(ticket: Ticket, step: UndoStep, how: Phrase | str) -> str:
    return f"{notify.headline(ticket)}: {step.said}, {how}."


async def _say_instead(desk: Desk, ticket: Ticket, key: str, text: str) -> None:
    if await outbox.is_post(desk.tx, key):
        payload = Message(text=text).model_dump_json()
        await notify.edit(desk, ticket, key, channel_id=ticket.channel_id, payload=payload)


async def _answers(desk: Desk, step: UndoStep) -> tuple[str, str]:
    """The keys of the answer that told of a change alone, and of the one that told of several, if that stands where
    everyone sees it."""
    alone, shared = (f"{key}:{notify.ANSWER}" for key in (step.work_key, step.work_key.rpartition(":")[0]))
    is_one_of_several = not await outbox.is_post(desk.tx, alone) and await outbox.is_post(desk.tx, shared)
    return alone, shared if is_one_of_several else ""


async def _of_turn(desk: Desk, step: UndoStep) -> list[str]:
    """The keys of the messages in which the agent told of it: the answer, or that what was approved is done."""
    if not step.work_key.startswith(OF_TURNS):
        return []
    kind, number, *_ = step.work_key.split(":")
    return await outbox.posts_of(desk.tx, step.correlation_id, f"{kind}:{number}:")


async def fade(desk: Desk, reminder: Reminder, ticket: Ticket, *, late: object) -> str:
    """The button Undo goes from the messages that told of one version's change; why not, if there is none to go."""
    step = await undo_steps.of_version(desk.tx, ticket.id, reminder.generation)
    if step is None:
        return NO_BUTTON
    keys = [notify.thread_key(step.work_key, ticket, notify.CHANGE), *filter(None, await _answers(desk, step))]
    keys += await _of_turn(desk, step)
    faded = [await _without_undo(desk, ticket, key, step) for key in keys]
    return "" if any(faded) else NO_BUTTON


async def _without_undo(desk: Desk, ticket: Ticket, key: str, step: UndoStep, *, note: str = "") -> bool:
    """Take the button of one change from a message, which others may keep theirs in; False when it has none.

    Args:
        note: a line that is added.
    """
    payload = await outbox.last_words(desk.tx, key)
    message = Message.model_validate_json(payload) if payload else Message(text="")
    gone = ("undo", f"{ticket.name}@{step.version}")
    left = tuple(button for button in message.buttons if (button.action, button.value) != gone)
    if left == message.buttons:
        return False
    text = f"{message.text}\n_{note}_" if note else message.text
    without = message.model_copy(update={"buttons": left, "text": text}).model_dump_json()
    return await notify.edit(desk, ticket, key, channel_id=ticket.channel_id, payload=without)
