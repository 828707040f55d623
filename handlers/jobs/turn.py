"""A request to the agent, as a job: what Slack has to be asked for first, then the turn."""

import re
from dataclasses import replace
from functools import partial
from typing import get_args

from agent.conversation import plainly
from agent.desk import Desk
from agent.kit.world import World
from agent.reply import Reply
from agent.turns.begin import place_of
from agent.turns.fail import fail
from agent.turns.signs import Signs
from agent.turns.turn import run_turn
from bot.errors import Permanent, UserError
from bot.events import Surface
from bot.messages import Message
from bot.slack.client import CallFailed
from bot.slack.status import show_status
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import Asked, ask, deliver, desk_of, system_desk
from handlers.jobs.messages import mentioned
from storage import repositories, turns
from storage.database import Tx
from storage.parts import part
from storage.turns import Turn

_ROOM = re.compile(r"<#([CG][A-Z0-9]+)")
READ_BY_ASKER_ALONE = {"dm", "slash"}


async def turn(ctx: Context, run: Run) -> None:
    """Work on it, or go on with it."""
    async with ctx.db.read() as tx:
        row = await turns.get(tx, int(run.job.args["turn_id"]))
        homes = {one.channel_id or ctx.settings.github_channel for one in await repositories.connected(tx)} - {""}
    if run.job.args.get("gives_up"):
        async with run.finishing() as tx:
            await fail(system_desk(ctx, run, tx), await turns.get(tx, row.id), name="given up")
        return
    named, rooms = mentioned(row.text), tuple(dict.fromkeys(_ROOM.findall(row.text)))
    asked = await ask(ctx, row.slack_id, place_of(row), surface=_surface(row), named=named, rooms=rooms)
    asked = replace(asked, insiders={**await _insiders(ctx, homes - {*asked.insiders}), **asked.insiders})
    world = World(
        db=ctx.db,
        model=ctx.model,
        github=ctx.github,
        fresh=ctx.fresh,
        settings=ctx.settings,
        clock=ctx.clock,
        desk=partial(_desk, ctx, run, asked),
        finishing=run.finishing,
        signs=Signs(
            partial(show_status, ctx.client, ctx.limiter, channel_id=row.channel_id, thread_ts=_under(row)),
            offered_after=ctx.settings.stop_button_seconds,
        ),
        plainly=partial(_plainly, asked),
        got_on=run.got_on,
        fence=run.job.fence,
    )
    await run_turn(world, row.id)


def _under(row: Turn) -> str | None:
    """The message that shows what is being done: in a direct message outside of a thread the request itself."""
    return row.thread_ts or row.message_ts


async def _insiders(ctx: Context, homes: set[str]) -> dict[str, frozenset[str]]:
    """Who is in those channels of repositories that are private; of which Slack says nothing, nobody is."""
    found: dict[str, frozenset[str]] = {}
    for channel_id in sorted(homes):
        try:
            found |= await ctx.directory.insiders({channel_id})
        except CallFailed:
            found[channel_id] = frozenset()
    return found


def _surface(row: Turn) -> Surface:
    """Where it was said.

    Raises:
        Permanent: a version that we do not know has begun it.
    """
    found = next((one for one in get_args(Surface) if one == row.surface), None)
    if found is None:
        raise Permanent(f"{row.name} was said on an unknown surface: {row.surface}")
    surface: Surface = found
    return surface


async def _desk(ctx: Context, run: Run, asked: Asked, tx: Tx) -> Desk:
    """What is done is the agent's, in the name of who asked; who reads the answer along may know of it all."""
    desk = await desk_of(ctx, run, asked, tx)
    return replace(desk, surface="agent", is_read_along=asked.surface not in READ_BY_ASKER_ALONE)


async def _plainly(asked: Asked, desk: Desk, text: str, below: Message) -> None:
    """What is done with the words where no model answers; the answer says why none did."""
    at = replace(desk, surface=asked.surface, is_read_along=False)
    try:
        async with part(at.tx):
            reply = await plainly(at, text)
    except UserError as refusal:
        at.record_refusal(refusal)
        reply = Reply(message=Message(text=str(refusal), buttons=refusal.buttons), is_private=True)
    said = reply.message
    more = {"notes": (*said.notes, *below.notes), "rows": (*said.rows, *below.rows)}
    await deliver(at, replace(reply, message=said.model_copy(update=more), seen_in=None))
