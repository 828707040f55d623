"""Stores what came in, asks for the work, and shows eyes: all in the commit that precedes Slack's acknowledgement."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

from agent.notify import eyes
from bot.events import SlackMessage
from bot.slack.parse import Event, Incoming, parse
from handlers import intake
from handlers.context import Context
from storage.inbox import Delivery


@dataclass(frozen=True)
class Stored:
    """What was stored, whether it is new, and the correlation id that goes with it from here on."""

    event: Event | None
    is_new: bool
    correlation_id: str


class Intake:
    """The one door for Slack's envelopes."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self._door = intake.Intake(ctx.db)

    async def store(self, body: dict[str, Any], *, starts_work: bool = True) -> Stored:
        """Keep one envelope under its dedupe key; a redelivery changes nothing.

        Raises:
            StorageError: it is not stored (a full disk, for one); the caller must not acknowledge then.
        """
        incoming = parse(body, bot_user_id=self.ctx.bot_user_id)
        delivery = self._delivery(incoming, body)
        asks = incoming.event is not None and starts_work
        arrival = intake.Arrival(
            delivery=delivery,
            work=intake.Work(kind=f"slack.{incoming.kind}", key=incoming.order) if asks else None,
            shown=eyes(delivery, incoming.event) if asks and isinstance(incoming.event, SlackMessage) else None,
            is_for_us=incoming.event is not None,
        )
        is_new = await self._door.store(arrival) is not None
        return Stored(incoming.event, is_new, delivery.correlation_id)

    def _delivery(self, incoming: Incoming, body: dict[str, Any]) -> Delivery:
        # Slack tells of every message in the bot's channels: of those that are not for it, no word is kept.
        kept = {key: value for key, value in body.items() if key != "token"} if incoming.event else {}
        raw = json.dumps(kept).encode()
        return Delivery(
            workspace_id=self.ctx.workspace_id,
            enterprise_id=incoming.enterprise_id,
            source="slack",
            dedupe_key=incoming.dedupe_key,
            claim=incoming.claim,
            kind=incoming.kind,
            body=raw,
            sha256=hashlib.sha256(raw).hexdigest(),
            size=len(raw),
            correlation_id=secrets.token_hex(6),
            received_at=self.ctx.clock(),
        )
