"""The line under a thread that says what is being done there: Slack shows it for two minutes, or until a message."""

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.client import CallFailed, answer

log = structlog.get_logger(__name__)


async def show_status(client: AsyncWebClient, words: str, *, channel_id: str, thread_ts: str | None) -> None:
    """Show it, or take it away with empty words. It is no answer: where Slack does not take it, nothing is lost."""
    if thread_ts is None:
        return
    try:
        await answer(client.assistant_threads_setStatus(channel_id=channel_id, thread_ts=thread_ts, status=words))
    except CallFailed as failure:
        log.info("status not shown", why=str(failure))
