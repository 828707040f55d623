"""Whoever reported a ticket reads in plain words why it is resolved, above the reason as it was written."""

from dataclasses import dataclass

from agent.desk import Desk
from agent.language import of_person
from agent.notices import notify
from bot.messages import Message, escape
from storage import outbox, people, queue, settings_kv, tickets, undo_steps
from storage.calendars import of_team
from storage.tickets import Ticket
from storage.undo_steps import UndoStep

JOB = "plain_words"
OFF = "off"  # of the team's setting, which has the job's name


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be said plainly, in which language, and the names that may not come up by themselves."""

    reason: str
    language: str
    names: tuple[str, ...]
    is_private: bool


async def ask_for(desk: Desk, ticket: Ticket) -> None:
    """Have the reason rewritten that its thread was just told, where there is a model and its team wants it."""
    if desk.is_silent or not desk.settings.servers or await _is_off(desk, ticket):
        return
    about = f"{JOB}:{ticket.id}"
    args = {"ticket_id": ticket.id, "version": ticket.version}
    await desk.put(JOB, args, key=about, dedupe_key=f"{about}:{ticket.version}", priority=queue.DERIVED)


async def wanted(desk: Desk, ticket_id: int, version: int) -> Wish | None:
    """What to rewrite; None when the ticket was opened again since, or its team does not want it any more."""
    ticket = await tickets.get(desk.tx, ticket_id)
    step = await _standing(desk, ticket, version)
    if step is None or not ticket.resolution or await _is_off(desk, ticket):
        return None
    names = {*(await people.names(desk.tx, desk.workspace_id)).values(), *(t.name for t in await people.teams(desk.tx))}
    language = await of_person(desk, ticket.reporter_id)
    return Wish(reason=ticket.resolution, language=language, names=tuple(names), is_private=ticket.was_said_in_private)


async def show(desk: Desk, ticket_id: int, version: int, words: str) -> None:
    """Put the words where the reason stands, with the reason beneath as a quote, unless it was opened again since."""
    ticket = await tickets.get(desk.tx, ticket_id)
    step = await _standing(desk, ticket, version)
    if step is None:
        return
    key = notify.thread_key(step.work_key, ticket, notify.CHANGE)
    if payload := await outbox.last_words(desk.tx, key):
        step.told = above(words, reason=ticket.resolution or "", told=step.told)
        message = Message.model_validate_json(payload).model_copy(update={"text": step.told})
        await notify.edit(desk, ticket, key, channel_id=ticket.channel_id, payload=message.model_dump_json())


def above(words: str, *, reason: str, told: str) -> str:
    """What the thread was told, with plain words in the place of the reason and the reason as a quote beneath."""
    head, _, rest = told.partition(f": {escape(reason)}")
    quote = "\n".join(f"> {line}" for line in escape(reason).splitlines())
    return f"{head}: {escape(words)}\n{quote}{rest}"


async def _is_off(desk: Desk, ticket: Ticket) -> bool:
    return bool(ticket.team_id) and await settings_kv.get(desk.tx, of_team(ticket.team_id or 0), JOB) == OFF


async def _standing(desk: Desk, ticket: Ticket, version: int) -> UndoStep | None:
    """The change that resolved it, as long as its status has not changed since."""
    later = await undo_steps.after(desk.tx, ticket.id, version)
    if ticket.status != "resolved" or any("status" in step.after for step in later):
        return None
    return await undo_steps.of_version(desk.tx, ticket.id, version)
