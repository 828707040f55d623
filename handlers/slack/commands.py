"""`/chargehand …` is stored and acknowledged at once; the answer follows as an ephemeral."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from handlers.slack.intake import Intake


def register(app: AsyncApp, intake: Intake) -> None:
    @app.command("/chargehand")
    async def keep(body: dict[str, Any], ack: AsyncAck) -> None:
        await intake.store(body)
        await ack()
