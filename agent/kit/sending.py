"""A write on GitHub on its way: sent once under its key, waited for as long as its tool may take, and never guessed."""

import asyncio

from agent.github.failing import words_of
from agent.github.writing import Written
from agent.kit.effect import Effect
from agent.kit.tool import Tool
from agent.kit.world import World
from bot.errors import Permanent, TryLater, UserError
from bot.github.failures import CallFailed
from bot.messages import linked
from prompts.words import fixed, say
from storage import receipts
from storage.receipts import CONFIRMED, Receipt
from storage.turns import Turn

TRIES = 3  # of a request that got no answer; before each but the first it is looked for
LOST = fixed("It may have happened: GitHub gave no answer, and it cannot be looked up now. Look at {object} first.")
LATE = fixed("GitHub did not answer in time, and nothing was done: try again in a minute.")
SLOW = (TimeoutError, TryLater, Permanent, CallFailed)


class Uncertain(UserError):  # noqa: N818
    """It may have happened: nobody can tell now; the text says where to look."""


async def send(world: World, turn: Turn, tool: Tool, effect: Effect, *, key: str) -> Written:
    """Do it, once under this key: called again it looks before it repeats.

    Raises:
        Uncertain: it may have happened. UserError: it was not done.
    """
    try:
        async with asyncio.timeout(tool.timeout):
            return await _sent(world, _intent(world, turn, tool, effect, key), effect)
    except SLOW as failed:
        if doubt := await in_doubt(world, key):
            raise doubt from failed
        where = linked(effect.object_id, effect.url)
        raise UserError(words_of(failed, where) if isinstance(failed, CallFailed) else say(LATE)) from failed


async def _sent(world: World, intent: Receipt, effect: Effect) -> Written:
    wait, attempt = world.settings.effect_settle_s, 1
    while True:
        try:
            return await effect.send(world.writer, intent)
        except TryLater as early:
            if attempt == TRIES:
                raise
            wait = early.after or wait
        except CallFailed as failed:
            if not failed.is_uncertain or attempt == TRIES:
                raise
        attempt += 1
        await asyncio.sleep(wait)


async def in_doubt(world: World, key: str) -> Uncertain | None:
    """What to say of an effect whose request went out, if that is all that is known; None: it had none."""
    async with world.db.read() as tx:
        known = await receipts.by_key(tx, key)
    if known is None or (known.sent_at is None and known.state != CONFIRMED):
        return None
    return Uncertain(say(LOST, object=linked(known.object_id or "GitHub", known.url)))


def _intent(world: World, turn: Turn, tool: Tool, effect: Effect, key: str) -> Receipt:
    """`object_id` and `url` are where to look until it is known what it became."""
    return Receipt(
        workspace_id=turn.workspace_id,
        key=key,
        kind=f"github.{tool.name}",
        channel_id=turn.channel_id,
        at=world.clock(),
        correlation_id=turn.correlation_id,
        fence=world.fence,
        object_kind="github",
        object_id=effect.object_id,
        url=effect.url,
    )
