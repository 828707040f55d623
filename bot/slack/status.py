"""The line under a thread that says what is being done there: Slack shows it for two minutes, or until a message."""

from datetime import timedelta

import structlog

from bot.limiter import Limiter
from bot.slack.client import CallFailed, Client, answer
from bot.slack.pace import STATUS, STATUSES
from storage.database import StorageError

log = structlog.get_logger(__name__)
AT_ONCE = timedelta(0)


async def show_status(client: Client, limiter: Limiter, words: str, *, channel_id: str, thread_ts: str | None) -> None:
    """Show it, or take it away with empty words, which is always done. It is no answer: where Slack does not take it,
    nothing is lost.

    Raises:
        TryLater: very many are shown in this workspace at the moment.
    """
    if thread_ts is None:
        return
    if words:
        try:
            async with limiter.call(STATUS, STATUSES, patience=AT_ONCE):
                pass
        except StorageError:
            return
    try:
        await answer(client.assistant_threads_setStatus(channel_id=channel_id, thread_ts=thread_ts, status=words))
    except CallFailed as failure:
        log.info("status not shown", why=str(failure))
