"""An event of Slack's as it is stored, with the work and the eyes it asks for: from a socket, or read back later."""

import hashlib
import json
import secrets
from typing import Any

from agent.cards.reaction import SEEN
from agent.turns.control import control_word
from bot.events import SlackMessage
from bot.slack.parse import Incoming
from handlers.context import Context
from handlers.intake import Arrival, Work
from storage import inbox
from storage.inbox import Delivery
from storage.outbox import Outgoing
from storage.queue import Job


def arrival_of(
    ctx: Context, incoming: Incoming, body: dict[str, Any], *, found_by: Job | None = None, starts_work: bool = True
) -> Arrival:
    """What is stored of it; `found_by` is the job that has read it back."""
    delivery = _delivery(ctx, incoming, body, found_by)
    event = incoming.event
    asks = event is not None and starts_work
    parent_id = found_by.id if found_by else None
    return Arrival(
        delivery=delivery,
        work=Work(kind=f"slack.{incoming.kind}", key=incoming.order, parent_id=parent_id) if asks else None,
        shown=_eyes(delivery, event) if asks and isinstance(event, SlackMessage) and not _is_aside(event) else None,
        is_for_us=incoming.event is not None,
    )


def _is_aside(message: SlackMessage) -> bool:
    return control_word(message.text) == "aside"


def _eyes(delivery: Delivery, message: SlackMessage) -> Outgoing:
    """Eyes on a message, before anything else is known of it."""
    return Outgoing(
        workspace_id=delivery.workspace_id,
        key=f"eyes:{message.channel_id}:{message.ts}",
        kind="react",
        lane=f"react:{message.channel_id}:{message.ts}",
        channel_id=message.channel_id,
        target_ts=message.ts,
        payload=SEEN,
        due_at=delivery.received_at,
        created_at=delivery.received_at,
        correlation_id=delivery.correlation_id,
    )


def _delivery(ctx: Context, incoming: Incoming, body: dict[str, Any], found_by: Job | None) -> Delivery:
    # Slack tells of every message in the bot's channels: of those that are not for it, no word is kept.
    kept = {key: value for key, value in body.items() if key != "token"} if incoming.event else {}
    raw = json.dumps(kept).encode()
    packed, encoding = inbox.packed(raw)
    return Delivery(
        workspace_id=ctx.workspace_id,
        enterprise_id=incoming.enterprise_id,
        source="slack",
        dedupe_key=incoming.dedupe_key,
        claim=incoming.claim,
        kind=incoming.kind,
        body=packed,
        encoding=encoding,
        sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
        correlation_id=f"{found_by.correlation_id}.{secrets.token_hex(4)}" if found_by else secrets.token_hex(6),
        received_at=ctx.clock(),
    )
