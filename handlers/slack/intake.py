"""Stores what came in, asks for the work, and shows eyes: all in the commit that precedes Slack's acknowledgement."""

from dataclasses import dataclass
from typing import Any

from bot.slack.parse import Event, parse
from handlers import intake
from handlers.context import Context
from handlers.envelope import arrival_of


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
        arrival = arrival_of(self.ctx, incoming, body, starts_work=starts_work)
        is_new = await self._door.store(arrival) is not None
        return Stored(incoming.event, is_new, arrival.delivery.correlation_id)
