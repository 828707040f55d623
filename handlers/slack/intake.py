"""Stores what came in, asks for the work, and shows eyes: all in the commit that precedes Slack's acknowledgement."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.slack.parse import Event, parse
from handlers import intake
from handlers.context import Context
from handlers.envelope import arrival_of
from handlers.overheard import is_reply, overheard, said_aloud
from handlers.slack.listening import Listening
from storage.outbox import Outgoing


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
        self._listening = Listening(ctx.db)

    async def store(
        self,
        body: dict[str, Any],
        *,
        starts_work: bool = True,
        shows: Callable[[str], Awaitable[Outgoing | None]] | None = None,
        patience: float | None = None,
    ) -> Stored:
        """Keep one envelope under its dedupe key; a redelivery changes nothing.

        Args:
            shows: what people see at once, from the correlation id that the envelope gets.
            patience: seconds after which it is withdrawn, if the database is not to be had.

        Raises:
            Busy: it was withdrawn, and nothing is stored.
            StorageError: it is not stored (a full disk, for one); the caller must not acknowledge then.
        """
        incoming = parse(body, bot_user_id=self.ctx.bot_user_id)
        if incoming.event is None and await self._may_be_overheard(body):
            async with self.ctx.db.read() as tx:
                incoming = await overheard(tx, self.ctx, incoming, body)
        arrival = arrival_of(self.ctx, incoming, body, starts_work=starts_work)
        if shows:
            arrival = replace(arrival, shown=await shows(arrival.delivery.correlation_id))
        is_new = await self._door.store(arrival, patience=patience) is not None
        return Stored(incoming.event, is_new, arrival.delivery.correlation_id)

    async def _may_be_overheard(self, body: dict[str, Any]) -> bool:
        """Whether it is worth asking the database: most of what is said is for others."""
        channel_id = said_aloud(body)
        return is_reply(body) or (channel_id != "" and await self._listening.is_on(channel_id))
