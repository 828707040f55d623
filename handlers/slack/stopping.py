"""A `stop`, a press of Stop and ✗ count when they come in: all workers may be busy with what is to end."""

from agent.channels.settings import MENTION, follows
from agent.commands.shapes import TURN
from agent.people.admit import actor_of
from agent.turns.halt import halt, meant, named
from agent.turns.shown import turn_at
from bot.events import SlackMessage, SlackPress
from bot.reactions import SlackReaction
from bot.replies import SlackReply
from handlers.context import Context
from storage import people
from storage.turns import LIVE


async def stop_here(ctx: Context, said: SlackMessage | SlackReply) -> None:
    """All workers may be busy with turns, so these know it now; the message's own job says what came of it. Without a
    mention it counts only where replies are heard."""
    async with ctx.db.write() as tx:
        if isinstance(said, SlackReply) and await follows(tx, said.channel_id) == MENTION:
            return
        person = await people.by_slack_id(tx, ctx.workspace_id, said.user_id)
        if person:
            actor = await actor_of(tx, person)
            found = await meant(tx, channel_id=said.channel_id, thread_ts=said.thread_ts, actor=actor)
            await halt(tx, found, actor, at=ctx.clock())


async def stop_this(ctx: Context, on: SlackReaction) -> None:
    """The same for ✗ on a request, or on what the agent says of it."""
    async with ctx.db.read() as tx:
        person = await people.by_slack_id(tx, ctx.workspace_id, on.user_id)
        shown = await turn_at(tx, on.channel_id, on.ts)
    if person and shown and shown.turn.state in LIVE:
        async with ctx.db.write() as tx:
            await halt(tx, [shown.turn], await actor_of(tx, person), at=ctx.clock())


async def stop_pressed(ctx: Context, press: SlackPress) -> None:
    """The same for the button, which names one."""
    if not (found := TURN.match(press.value)):
        return
    async with ctx.db.write() as tx:
        if person := await people.by_slack_id(tx, ctx.workspace_id, press.user_id):
            actor = await actor_of(tx, person)
            turns = await named(tx, actor, int(found["number"]), channel_id=press.channel_id)
            await halt(tx, turns, actor, at=ctx.clock())
