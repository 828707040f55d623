"""Old news of GitHub's changes tickets and cards without a notice; each channel is told of all of it in one line."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta

from agent.desk import Desk
from agent.language import of_channel
from agent.more import and_more
from agent.notices import notify
from agent.status_words import words
from bot.github.parse import Event
from bot.messages import Message, escape
from prompts.words import fixed, say, speaking
from storage import audit, outbox, settings_kv, tickets
from storage.audit import AuditEvent
from storage.tickets import Ticket

OLD = timedelta(minutes=30)
SUMMED = "github.summed"  # settings_kv key: the last silent change that a line has told of
NAMED = 5  # tickets in one line
WORDS = {"edit": fixed("edited"), "report": fixed("new")}


def is_old(event: Event, now: datetime) -> bool:
    """Whether what an event tells of happened so long ago that nobody is to be disturbed for it."""
    told = getattr(event, "issue", None) or getattr(event, "pull", None)
    at = told.updated_at if told else getattr(event, "at", None)
    return bool(at and now - at > OLD)


async def sum_up(desk: Desk) -> None:
    """One line for each channel whose tickets have changed silently since the last time."""
    last = int(await settings_kv.get(desk.tx, "", SUMMED) or 0)
    silent = await audit.silent(desk.tx, after=last)
    if not silent:
        return
    await settings_kv.put(desk.tx, "", SUMMED, str(silent[-1].id), workspace_id=desk.workspace_id)
    by_channel: defaultdict[str, list[tuple[AuditEvent, Ticket]]] = defaultdict(list)
    for event in silent:
        ticket = await tickets.get(desk.tx, int(event.object_id))
        by_channel[ticket.channel_id].append((event, ticket))
    for channel_id, changes in by_channel.items():
        with speaking(await of_channel(desk, channel_id)):
            payload = Message(text=_line(changes)).model_dump_json()
        key = f"silent:{channel_id}:{silent[-1].id}"
        row = notify.outgoing(desk, key=key, kind="post", lane=key, channel_id=channel_id, payload=payload)
        await outbox.add(desk.tx, row)


def _line(changes: list[tuple[AuditEvent, Ticket]]) -> str:
    counts = Counter(_word(event) for event, _ in changes)
    said = ", ".join(f"{count} {word}" for word, count in counts.items())
    named = list(dict.fromkeys(f"{ticket.name} {escape(ticket.title)}" for _, ticket in changes))
    more = and_more(len(named), NAMED)
    return say("News of GitHub that came late: {said} ({tickets}).", said=said, tickets="; ".join(named[:NAMED]) + more)


def _word(event: AuditEvent) -> str:
    if event.action == "status":
        return say("reopened") if event.after["status"] == "open" else words(str(event.after["status"]))
    return say(WORDS.get(event.action, event.action))
