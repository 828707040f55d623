"""The ways in from Slack, one line each."""

import structlog
from slack_bolt.async_app import AsyncApp

from handlers.context import Context
from handlers.slack import commands, events, forms, presses, shortcuts
from handlers.slack.intake import Intake

log = structlog.get_logger()


def register(app: AsyncApp, ctx: Context) -> None:
    """Attach every listener; nothing is worked on before it is stored."""
    intake = Intake(ctx)

    @app.error
    async def report(error: Exception) -> None:
        # Without an acknowledgement Slack sends it again, or tells the person that it did not work.
        log.error("not acknowledged", exc_info=error)

    events.register(app, ctx, intake)
    commands.register(app, intake)
    presses.register(app, ctx, intake)
    forms.register(app, ctx, intake)
    shortcuts.register(app, ctx, intake)
