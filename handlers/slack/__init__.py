"""The ways in from Slack, one line each."""

from slack_bolt.async_app import AsyncApp

from handlers.context import Context
from handlers.slack import commands, events, forms, presses


def register(app: AsyncApp, ctx: Context) -> None:
    """Attach every listener; nothing is worked on before it is stored."""
    events.register(app, ctx)
    commands.register(app, ctx)
    presses.register(app, ctx)
    forms.register(app, ctx)
