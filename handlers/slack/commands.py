"""`/chargehand …` is stored and acknowledged at once; the answer follows as an ephemeral."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from handlers.context import Context
from handlers.slack.intake import store


def register(app: AsyncApp, ctx: Context) -> None:
    @app.command("/chargehand")
    async def keep(body: dict[str, Any], ack: AsyncAck) -> None:
        await store(ctx, body)
        await ack()
