"""The ways in from Slack, one line each."""

from slack_bolt.async_app import AsyncApp

from handlers.context import Context
from handlers.slack import commands, events, forms, presses
from handlers.slack.intake import Intake


def register(app: AsyncApp, ctx: Context) -> None:
    """Attach every listener; nothing is worked on before it is stored."""
    intake = Intake(ctx)
    events.register(app, ctx, intake)
    commands.register(app, intake)
    presses.register(app, ctx, intake)
    forms.register(app, ctx, intake)
