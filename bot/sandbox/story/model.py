"""A stand-in for a model leaves the bot waiting, so that something can happen meanwhile."""

import asyncio

from bot.sandbox.story.stage import SEEN_WITHIN, Stage, StoryFailed, Verb
from bot.sandbox.story.steps import Step


async def _silent(stage: Stage, _: Step) -> None:
    if stage.llm is None:
        raise StoryFailed("only a stand-in can be silent: play it with --llm sandbox")
    try:
        await asyncio.wait_for(stage.llm.stalled.wait(), SEEN_WITHIN)
    except TimeoutError:
        raise StoryFailed("the model was asked nothing that it leaves unanswered") from None
    stage.llm.stalled.clear()


VERBS: dict[str, Verb] = {"silent": _silent}
