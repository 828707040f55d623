"""A slash command, a button or a form, as a job: each is a command line."""

from agent.commands.grammar import reason_of
from agent.commands.run import run_line
from agent.commands.verb import Reply
from agent.conversation import hear, refuse_outsiders
from agent.desk import Desk
from agent.late import STILL, settled
from bot.events import Place, SlackCommand, SlackForm, SlackPress
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import ask, event_of, serve
from handlers.jobs.messages import mentioned


async def command(ctx: Context, run: Run) -> None:
    """`/chargehand …`: unlike a mention it must be a command; the answer is for the asker alone."""
    event, enterprise_id = await event_of(ctx, run, SlackCommand)
    place = Place(channel_id=event.channel_id, reply_url=event.reply_url, is_dm=event.channel_id.startswith("D"))
    asked = await ask(
        ctx, event.user_id, place, surface="slash", enterprise_id=enterprise_id, named=mentioned(event.text)
    )

    async def act(desk: Desk) -> Reply:
        refuse_outsiders(desk)
        return await run_line(desk, event.text) if event.text else await hear(desk, "")

    await serve(ctx, run, asked, act)


async def press(ctx: Context, run: Run) -> None:
    """A button or a menu: its action is the verb, its value the rest of the line."""
    event, enterprise_id = await event_of(ctx, run, SlackPress)
    place = Place(
        channel_id=event.channel_id,
        thread_ts=event.thread_ts,
        message_ts=event.message_ts,
        reply_url=event.reply_url,
        is_dm=event.channel_id.startswith("D"),
    )
    asked = await ask(ctx, event.user_id, place, surface="button", enterprise_id=enterprise_id)

    async def act(desk: Desk) -> Reply:
        refuse_outsiders(desk)
        if event.action == STILL:
            return settled(await run_line(desk, event.value))
        return await run_line(desk, f"{event.action} {event.choice or event.value}")

    await serve(ctx, run, asked, act)


async def form(ctx: Context, run: Run) -> None:
    """A submitted form: its verb, its target and the words that were filled in."""
    event, enterprise_id = await event_of(ctx, run, SlackForm)
    place = Place(channel_id=event.channel_id, thread_ts=event.thread_ts, is_dm=event.channel_id.startswith("D"))
    asked = await ask(ctx, event.user_id, place, surface="form", enterprise_id=enterprise_id)

    async def act(desk: Desk) -> Reply:
        refuse_outsiders(desk)
        return await run_line(desk, f"{event.action} {event.value} {reason_of(event.fields)}")

    await serve(ctx, run, asked, act)
