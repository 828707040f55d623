"""What it costs to choose what a model is told of a long thread: `python bench/context.py [--quick]`.

A thread of 2,000 messages, from stored words to the text that is sent, within 16,000 tokens. Beside it the same thread
when every message is written and counted first.
"""

import asyncio
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from agent.memory.budget import estimated
from agent.memory.context import Context, Material, assemble
from agent.memory.fit import fitted
from agent.memory.pieces import Blocks, Voices, block
from bench.table import Row, at_most, percentile, show, wants_quick
from storage.thread_messages import Said

MESSAGES, LIMIT, ROUNDS = 2_000, 16_000, 60
FENCE = "0123456789ab"
GOAL = 30.0  # ms
WORDS = ("redis", "is", "down", "since", "<https://github.com/acme/shop/pull/88|#88>", "für", "日本語", "👍", "<@U1>")
VOICES = Voices(names={f"U{number}": f"person{number}" for number in range(20)}, asker="U1")


def thread(number: int) -> list[Said]:
    """Messages of up to 80 words by 20 people."""
    pick = random.Random(1)
    return [
        Said(
            ts=f"{1_770_000_000 + index}.000100",
            author=f"U{pick.randrange(20)}",
            kind="person",
            text=" ".join(pick.choices(WORDS, k=pick.randrange(1, 80))),
        )
        for index in range(number)
    ]


def material(said: list[Said]) -> Material:
    return Material(
        rules="rules " * 300, asked="why does it fail?", thread=Blocks(said, VOICES, FENCE), summary="s " * 200
    )


def counting_all(said: list[Said]) -> Context:
    """Every message is written and counted, and then chosen from."""
    count = estimated()
    written = [block(one, VOICES, FENCE) for one in said]
    sizes = [count(one) for one in written]
    assert sum(sizes) > LIMIT
    return assemble(Material(rules="rules " * 300, asked="why?", thread=written), limit=LIMIT, count=count)


class Provider:
    """Stands in for one that counts: how often it was asked."""

    calls = 0

    async def count(self, context: Context) -> int | None:
        self.calls += 1
        return int(context.tokens * 1.1)


def times(work: Callable[[], object], rounds: int) -> list[float]:
    """Processor time of each: others use this machine too."""
    taken = []
    for _ in range(rounds):
        started = time.thread_time()
        work()
        taken.append(time.thread_time() - started)
    return taken


def main() -> None:
    """Print the table."""
    rounds = ROUNDS // 6 if wants_quick(__doc__, "a sixth of the rounds; the figures are rougher") else ROUNDS
    said, provider = thread(MESSAGES), Provider()

    def chosen() -> None:
        asyncio.run(fitted(material(said), limit=LIMIT, factor=1.1, exact=provider.count))

    choosing, all_of_it = times(chosen, rounds), times(lambda: counting_all(said), rounds)
    show(
        [
            at_most("2,000 messages to a context, p95 ms", percentile(choosing, 0.95), GOAL),
            Row("the same, median ms", percentile(choosing, 0.5)),
            at_most("calls to count, each", provider.calls / rounds, 1),
            Row("writing and counting every message, p95 ms", percentile(all_of_it, 0.95)),
            Row("ratio of the two", sum(all_of_it) / sum(choosing)),
        ]
    )


if __name__ == "__main__":
    main()
