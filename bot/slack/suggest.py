"""The prompts that the Messages tab of the app suggests to who has it open."""

from collections.abc import Sequence

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.client import CallFailed, answer

log = structlog.get_logger()


async def suggest(client: AsyncWebClient, prompts: Sequence[tuple[str, str]], *, channel_id: str, title: str) -> None:
    """Show them: title and words of each. Where Slack does not take it, nothing is lost."""
    shown = [{"title": name, "message": words} for name, words in prompts]
    try:
        await answer(client.assistant_threads_setSuggestedPrompts(channel_id=channel_id, title=title, prompts=shown))
    except CallFailed as failure:
        log.info("prompts not shown", why=str(failure))
