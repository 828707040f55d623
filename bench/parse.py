"""What it costs to read a line: `python bench/parse.py [--quick]`, commands, reports and half-written ones.

Beside it the same lines when only their first word is looked at.
"""

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from agent.commands.grammar import command_lines, find_verb, leading_word, parse
from agent.commands.registry import VERBS
from agent.courtesy import is_courtesy
from bench.table import Row, at_least, below, percentile, show, wants_quick

LINES = 20_000
GOAL = 1.0  # ms
WORDS = (
    "redis", "is", "down", "since", "the", "deploy", "CH-12", "ch3,", "this", "<@U01ABCDEF>", "12", "payments",
    "“time out”", "please", ":fire:", "ok", "team:Payments", "older:7d",
    "https://acme.slack.com/archives/C1/p1700000000000001",
)  # fmt: skip


def lines(number: int) -> list[str]:
    """Examples of every verb, and sentences that begin with a verb's word or with none; up to 60 words."""
    pick = random.Random(1)
    firsts = [word for verb in VERBS for word in verb.words] + ["redis", "kubernetes", "thanks"]
    examples = [example for verb in VERBS for example in (verb.example, verb.another)]
    made = [" ".join([pick.choice(firsts), *pick.choices(WORDS, k=pick.randrange(60))]) for _ in range(number // 2)]
    return [*made, *pick.choices(examples, k=number - len(made))]


def whole(line: str) -> None:
    command_lines(line, VERBS, is_message=True)
    parse(line, VERBS, is_message=True)
    parse(line, VERBS, has_thread_ticket=True, is_message=True)
    is_courtesy(line)


def first_word(line: str) -> None:
    find_verb(leading_word(line), VERBS)


def times(read: Callable[[str], None], wanted: list[str]) -> list[float]:
    """Processor time of each: others use this machine too."""
    taken = []
    for line in wanted:
        started = time.thread_time()
        read(line)
        taken.append(time.thread_time() - started)
    return taken


def main() -> None:
    """Print the table."""
    wanted = lines(LINES // 10 if wants_quick(__doc__, "a tenth of the lines; the figures are rougher") else LINES)
    read, looked = times(whole, wanted), times(first_word, wanted)
    show(
        [
            below("a line read, p99 ms", percentile(read, 0.99), GOAL),
            Row("a line read, median ms", percentile(read, 0.5)),
            Row("its first word alone, p99 ms", percentile(looked, 0.99)),
            Row("ratio of the two", sum(read) / sum(looked)),
            at_least("lines in a second", len(read) / sum(read), 1000),
        ]
    )


if __name__ == "__main__":
    main()
