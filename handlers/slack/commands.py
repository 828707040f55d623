"""`/chargehand …` is stored and acknowledged at once; the answer follows as an ephemeral.

What could not be stored in time is answered at once: nothing was done.
"""

from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.events import SlackCommand
from bot.slack.parse import parse
from handlers.slack.intake import Intake
from handlers.slack.not_yet import NOT_STORED, PATIENCE, say_not_yet

log = structlog.get_logger()


def register(app: AsyncApp, intake: Intake) -> None:
    @app.command("/chargehand")
    async def keep(body: dict[str, Any], ack: AsyncAck) -> None:
        try:
            await intake.store(body, patience=PATIENCE)
        except NOT_STORED as error:
            command = parse(body, bot_user_id=intake.ctx.bot_user_id).event
            assert isinstance(command, SlackCommand)  # what a typed command is parsed to
            log.warning("command not stored", error=str(error) or "busy")
            await ack()
            await say_not_yet(intake.ctx, command)
            return
        await ack()
