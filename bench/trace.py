"""What the words of a trace cost a request: `python bench/trace.py [--quick]`, each kept against none kept.

The same request with three reads and a model of no time, at two bots in turn: one keeps the words of a trace as it does
unless it is set otherwise (CHARGEHAND_TRACE_TEXT=redacted, in which each text is looked through for secrets and
addresses), the other none of them. The rows of a turn, of its calls and its tools cannot be left out: a request goes on
from them after a crash. What those cost besides is in the last row, beside the SDK in a loop that stores nothing.
"""

import asyncio
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from bench.table import Row, at_most, percentile, show, wants_quick
from bench.turn import FREELY, bare, ours, places, script
from bot.observe import set_up_logs
from bot.sandbox.llm import LlmSandbox
from bot.sandbox.slack import SlackSandbox
from tests.team import Bot, running, seed_teams, settings_for

PAIRS, QUICK_PAIRS = 60, 1
MOST = 1.1
KEPT, NONE = "redacted", "none"


async def bot_that_keeps(words: str, folder: Path, llm: LlmSandbox, stack: AsyncExitStack) -> Bot:
    """A bot at a Slack of its own."""
    path = folder / words
    path.mkdir()
    slack = await stack.enter_async_context(SlackSandbox.start(seed=places(), ack_within=30.0))
    model = {"anthropic_api_key": "sk-test", "anthropic_base_url": llm.url, "trace_text": words}
    settings = settings_for(slack, path, **model, **FREELY, log_level="error")
    await seed_teams(settings, slack)
    return await stack.enter_async_context(running(slack, settings))


async def measure(pairs: int) -> list[Row]:
    """The medians of both, their ratio, and how far a loop without any of it is away."""
    set_up_logs("error")
    took: dict[str, list[float]] = {KEPT: [], NONE: []}
    with tempfile.TemporaryDirectory(prefix="chargehand-bench-") as folder:
        async with LlmSandbox.start() as llm, AsyncExitStack() as stack:
            script(llm)
            bots = {words: await bot_that_keeps(words, Path(folder), llm, stack) for words in took}
            for bot in bots.values():
                await ours(bot, 1)  # what is imported at the first one is no part of it
            for number in range(pairs):
                for words in (KEPT, NONE) if number % 2 else (NONE, KEPT):  # each goes first as often as the other
                    took[words] += await ours(bots[words], 1, first=number + 1)
            alone = await bare(llm, pairs)
    kept, none, least = (percentile(one, 0.5) for one in (took[KEPT], took[NONE], alone))
    return [
        Row("a request whose trace keeps its words, median ms", kept),
        Row("one whose trace keeps none, median ms", none),
        at_most("ratio of the two", round(kept / none, 3), MOST),
        Row("the SDK in a loop that stores nothing, median ms", least),
        Row("ratio to that", f"{kept / least:.1f} ({kept:g}/{least:g} ms)"),
    ]


if __name__ == "__main__":
    is_quick = wants_quick(__doc__, "a few requests")
    show(asyncio.run(measure(QUICK_PAIRS if is_quick else PAIRS)))
