"""Every event is stored, then acknowledged; also those that nobody listens to. A `stop` counts before its job runs."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from agent.channels.settings import MENTION, follows
from agent.people.admit import actor_of
from agent.turns.control import control_word
from agent.turns.halt import halt, meant
from agent.turns.shown import turn_at
from bot.channel_events import CONVERSIONS, FOLLOWED, channel_of
from bot.events import SlackMessage
from bot.reactions import SlackReaction
from bot.replies import SlackReply
from handlers.context import Context
from handlers.slack.intake import Intake
from storage import people
from storage.turns import LIVE


def register(app: AsyncApp, ctx: Context, intake: Intake) -> None:
    @app.middleware
    async def keep(body: dict[str, Any], next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
        if body.get("type") != "event_callback":
            return await next()
        stored = await intake.store(body)
        said = stored.event
        if stored.is_new and isinstance(said, SlackMessage | SlackReply) and control_word(said.text) == "stop":
            await _stop_at_once(ctx, said)
        if stored.is_new and isinstance(said, SlackReaction) and said.means == "stop":
            await _stop_this_at_once(ctx, said)
        event = body.get("event") or {}
        if event.get("type") in FOLLOWED or event.get("subtype") in CONVERSIONS:
            ctx.directory.forget_channel(channel_of(event))  # what is remembered of it may be wrong by now
        return BoltResponse(status=200, body="")


async def _stop_at_once(ctx: Context, said: SlackMessage | SlackReply) -> None:
    """All workers may be busy with turns, so these know it now; the message's own job says what came of it. Without a
    mention it counts only where replies are heard."""
    thread_ts = said.thread_ts or (None if isinstance(said, SlackMessage) and said.is_dm else said.ts)
    async with ctx.db.write() as tx:
        if isinstance(said, SlackReply) and await follows(tx, said.channel_id) == MENTION:
            return
        person = await people.by_slack_id(tx, ctx.workspace_id, said.user_id)
        if person:
            actor = await actor_of(tx, person)
            found = await meant(tx, channel_id=said.channel_id, thread_ts=thread_ts, actor=actor)
            await halt(tx, found, actor, at=ctx.clock())


async def _stop_this_at_once(ctx: Context, on: SlackReaction) -> None:
    """The same for ✗ on a request, or on what the agent says of it."""
    async with ctx.db.read() as tx:
        person = await people.by_slack_id(tx, ctx.workspace_id, on.user_id)
        shown = await turn_at(tx, on.channel_id, on.ts)
    if person and shown and shown.turn.state in LIVE:
        async with ctx.db.write() as tx:
            await halt(tx, [shown.turn], await actor_of(tx, person), at=ctx.clock())
