"""The line that says what is being done is shown some thirty times a minute in a workspace, and taken away always."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from bot.errors import TryLater
from bot.limiter import Limiter
from bot.sandbox.slack import SlackSandbox
from bot.slack.pace import STATUSES
from bot.slack.status import show_status
from storage.database import Database
from tests.bot.sandbox.slack_app import web_client

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def test_in_a_minute_no_more_lines_than_that_are_shown(slack: SlackSandbox, file: Database) -> None:
    now = NOON
    limiter, client = Limiter(file, holder="one", clock=lambda: now), web_client(slack)
    root = await slack.say("bob", "#ops", "hello")
    for _ in range(120):
        now += timedelta(seconds=0.5)
        with suppress(TryLater):
            await show_status(client, limiter, "is reading #12…", channel_id="C0OPS", thread_ts=root)
        await show_status(client, limiter, "", channel_id="C0OPS", thread_ts=root)
    shown = [str(call.args.get("status", "")) for call in slack.calls("assistant.threads.setStatus")]
    assert shown.count("") == 120
    assert STATUSES.burst < shown.count("is reading #12…") <= 30
