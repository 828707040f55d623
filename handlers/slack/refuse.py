"""A refusal that cannot wait for a job: for the presser alone, through the outbox like everything else."""

from bot.events import SlackPress
from bot.messages import Message
from handlers.context import Context
from storage import outbox
from storage.outbox import Outgoing


async def whisper(ctx: Context, press: SlackPress, text: str, correlation_id: str) -> None:
    """Say it by the press's response_url."""
    now = ctx.clock()
    row = Outgoing(
        workspace_id=ctx.workspace_id,
        key=f"press:{press.trigger_id}:refusal",
        kind="respond",
        lane=f"press:{press.trigger_id}",
        channel_id=press.channel_id,
        user_id=press.user_id,
        reply_url=press.reply_url,
        payload=Message(text=text).model_dump_json(),
        due_at=now,
        created_at=now,
        correlation_id=correlation_id,
    )
    async with ctx.db.write() as tx:
        await outbox.add(tx, row)
