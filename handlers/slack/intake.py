"""Stores what came in, asks for the work, and shows eyes: all in the commit that precedes Slack's acknowledgement.

Envelopes that arrive together are committed together: whoever gets the turn stores everything that waits by then.
"""

import asyncio
import json
import secrets
from dataclasses import dataclass
from typing import Any

from agent.notify import eyes
from bot.events import SlackMessage
from bot.slack.parse import Event, Incoming, parse
from handlers.context import Context
from storage import inbox, outbox, queue
from storage.database import StorageError, Tx
from storage.inbox import Delivery
from storage.queue import Job


@dataclass(frozen=True)
class Stored:
    """What was stored, whether it is new, and the correlation id that goes with it from here on."""

    event: Event | None
    is_new: bool
    correlation_id: str


@dataclass(frozen=True, kw_only=True)
class _Waiting:
    """One envelope that is to be stored, and the future of whoever waits to hear whether it is new."""

    incoming: Incoming
    delivery: Delivery
    starts_work: bool
    stored: asyncio.Future[bool]


class Intake:
    """The one door for Slack's envelopes."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self._turn = asyncio.Lock()
        self._waiting: list[_Waiting] = []

    async def store(self, body: dict[str, Any], *, starts_work: bool = True) -> Stored:
        """Keep one envelope under its dedupe key; a redelivery changes nothing.

        Raises:
            StorageError: it is not stored (a full disk, for one); the caller must not acknowledge then.
        """
        incoming = parse(body, bot_user_id=self.ctx.bot_user_id)
        stored = asyncio.get_running_loop().create_future()
        waiting = _Waiting(
            incoming=incoming, delivery=self._delivery(incoming, body), starts_work=starts_work, stored=stored
        )
        self._waiting.append(waiting)
        async with self._turn:
            if not stored.done():
                await asyncio.sleep(0)  # envelopes of one burst are read in one round of the loop: store them together
                await self._store_waiting()
        return Stored(incoming.event, await stored, waiting.delivery.correlation_id)

    async def _store_waiting(self) -> None:
        batch, self._waiting = self._waiting, []
        try:
            async with self.ctx.db.write() as tx:
                new = await self._store(tx, batch)
            for one in batch:
                one.stored.set_result(one.delivery.dedupe_key in new)
        except StorageError as error:
            for one in batch:
                one.stored.set_exception(error)
        finally:
            for one in batch:
                one.stored.cancel()  # does nothing to those that are done

    async def _store(self, tx: Tx, batch: list[_Waiting]) -> dict[str, int]:
        new = await inbox.store(tx, [one.delivery for one in batch])
        work = [one for one in batch if one.delivery.dedupe_key in new and one.incoming.event and one.starts_work]
        if not work:
            return new
        await queue.enqueue_all(tx, [self._job(one, new[one.delivery.dedupe_key]) for one in work])
        spoken = [(one, one.incoming.event) for one in work]
        seen = [eyes(one.delivery, event) for one, event in spoken if isinstance(event, SlackMessage)]
        if seen:
            await outbox.add_all(tx, seen)
        return new

    def _delivery(self, incoming: Incoming, body: dict[str, Any]) -> Delivery:
        # Slack tells of every message in the bot's channels: of those that are not for it, no word is kept.
        kept = {key: value for key, value in body.items() if key != "token"} if incoming.event else {}
        return Delivery(
            workspace_id=self.ctx.workspace_id,
            enterprise_id=incoming.enterprise_id,
            source="slack",
            dedupe_key=incoming.dedupe_key,
            claim=incoming.claim,
            kind=incoming.kind,
            payload=json.dumps(kept),
            correlation_id=secrets.token_hex(6),
            received_at=self.ctx.clock(),
        )

    def _job(self, one: _Waiting, delivery_id: int) -> Job:
        return Job(
            workspace_id=self.ctx.workspace_id,
            name=f"slack.{one.incoming.kind}",
            args={"delivery_id": delivery_id},
            key=one.incoming.order,
            dedupe_key=f"delivery:{delivery_id}",
            run_at=one.delivery.received_at,
            created_at=one.delivery.received_at,
            correlation_id=one.delivery.correlation_id,
        )
