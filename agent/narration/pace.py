"""A thread hears of six things in an hour at most; what comes beyond is one line, which counts them."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Literal

from agent.desk import Desk
from agent.language import of_place, of_ticket
from agent.narration.happening import Happening
from agent.notices import notify
from bot.messages import Message, linked, moment
from prompts.words import fixed, say_of, speaking
from storage import channels, outbox, settings_kv, thread_links, tickets
from storage.tickets import Ticket

MOST, SPAN = 6, timedelta(hours=1)
KEPT = "narrated"  # key of settings_kv, in the scope of a thread: what it was told of late
ONE = fixed("One more thing has happened on GitHub since {time}, last in {about}: it is all there.")
MANY = fixed("{count} more things have happened on GitHub since {time}, last in {about}: it is all there.")
Do = Literal["tell", "sum up", "count"]


@dataclass(frozen=True, kw_only=True)
class Thread:
    """Where something is told; `scope` is its name in settings_kv and in jobs. `is_private`: not everybody reads it."""

    scope: str
    channel_id: str
    thread_ts: str | None
    is_private: bool
    ticket: Ticket | None = None


@dataclass(frozen=True, kw_only=True)
class Told:
    """When a thread was told something in the last hour; and the line that counts the rest, since when, under a key."""

    at: tuple[str, ...] = ()
    since: str = ""
    more: int = 0
    key: str = ""


def after(told: Told, *, now: datetime, key: str) -> tuple[Told, Do]:
    """What is done with one more thing, and what is then kept.

    Args:
        key: under which a line that counts would be posted now.
    """
    recent = tuple(one for one in told.at if now - datetime.fromisoformat(one) < SPAN)
    if len(recent) < MOST:
        return Told(at=(*recent, now.isoformat()), since=told.since, more=told.more, key=told.key), "tell"
    if told.since and now - datetime.fromisoformat(told.since) < SPAN:
        return Told(at=recent, since=told.since, more=told.more + 1, key=told.key), "count"
    return Told(at=recent, since=now.isoformat(), more=1, key=key), "sum up"


async def place_of(desk: Desk, scope: str) -> Thread:
    """The thread of a scope: `ticket:3` is that ticket's own, `thread:7` is a link's without one."""
    kind, _, row_id = scope.partition(":")
    if kind == "ticket":
        ticket = await tickets.get(desk.tx, int(row_id))
        is_private = ticket.is_private or ticket.channel_id.startswith("D")
        here, ts = ticket.channel_id, ticket.thread_ts
        return Thread(scope=scope, channel_id=here, thread_ts=ts, is_private=is_private, ticket=ticket)
    link = await thread_links.get(desk.tx, int(row_id))
    known = await channels.known(desk.tx, desk.workspace_id, link.channel_id)
    is_private = known is None or known.is_private
    return Thread(scope=scope, channel_id=link.channel_id, thread_ts=link.thread_ts, is_private=is_private)


async def language_of(desk: Desk, thread: Thread) -> str:
    """In which a thread is spoken to."""
    return await (of_ticket(desk, thread.ticket) if thread.ticket else of_place(desk, thread.channel_id))


async def tell(desk: Desk, thread: Thread, happening: Happening, message: Message) -> None:
    """Say it in the thread, or count it there, in the transaction that ends its job."""
    key = f"{desk.key}:narrated:{thread.scope}"
    kept = await settings_kv.get(desk.tx, thread.scope, KEPT)
    told, do = after(_read(kept), now=desk.now, key=f"{key}:more")
    await settings_kv.put(desk.tx, thread.scope, KEPT, json.dumps(asdict(told)), workspace_id=desk.workspace_id)
    if do == "tell":
        await _post(desk, thread, message, key=key)
        return
    with speaking(await language_of(desk, thread)):
        about = linked(happening.about, happening.url)
        since = moment(datetime.fromisoformat(told.since))
        counted = Message(text=say_of(told.more, ONE, MANY, time=since, about=about))
    if do == "sum up":
        await _post(desk, thread, counted, key=told.key)
    else:
        payload = counted.model_dump_json()
        await notify.edit(desk, thread.ticket, told.key, channel_id=thread.channel_id, payload=payload)


def _read(kept: str | None) -> Told:
    found = json.loads(kept) if kept else {}
    return Told(**found | {"at": tuple(found.get("at", ()))})


async def _post(desk: Desk, thread: Thread, message: Message, *, key: str) -> None:
    ticket, payload = thread.ticket, message.model_dump_json()
    lane = notify.lane(ticket) if ticket else f"thread:{thread.channel_id}:{thread.thread_ts}"
    row = notify.outgoing(desk, key=key, kind="post", lane=lane, channel_id=thread.channel_id, payload=payload)
    row.thread_ts, row.ticket_id = thread.thread_ts, ticket.id if ticket else None
    row.anchor = notify.card_key(ticket) if ticket and not ticket.thread_ts else None
    await outbox.add(desk.tx, row)
