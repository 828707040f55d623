"""A reply in a ticket's thread that mentions nobody of ours, as a job: a comment, and no answer."""

from agent.desk import Desk
from agent.reports.replies import hear_reply
from agent.reports.report import was_deleted
from bot.events import Place
from bot.replies import SlackReply
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import ask, event_of, serve


async def reply(ctx: Context, run: Run) -> None:
    """Somebody wrote to the others in a thread."""
    said, enterprise_id = await event_of(ctx, run, SlackReply)
    place = Place(channel_id=said.channel_id, thread_ts=said.thread_ts, message_ts=said.ts)
    asked = await ask(ctx, said.user_id, place, surface="mention", enterprise_id=enterprise_id)

    async def act(desk: Desk) -> None:
        if not await was_deleted(desk, said.channel_id, said.ts):
            await hear_reply(desk, said.text)

    await serve(ctx, run, asked, act)
