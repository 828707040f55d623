"""What it costs to read a message by rules: `python bench/rules.py [--quick]`, control words, intent, reminders, time.

Beside it the obvious way, in the same run: each listed phrase as a regular expression, one after the other.
"""

import json
import random
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from agent.turns.control import control_word
from agent.turns.hearing.vocabulary import LANGUAGES, load
from agent.turns.rules import judge
from agent.turns.verdict import Heard
from bench.table import Row, at_least, below, percentile, show, wants_quick

MESSAGES = 20_000
GOAL = 1.0  # ms
MOST_WORDS = 60
LINES = Path(__file__).parents[1] / "tests" / "eval" / "route.jsonl"


def messages(number: int) -> list[str]:
    """The lines that rules are measured by, alone and several in one, up to 60 words."""
    pick = random.Random(1)
    texts = [json.loads(line)["text"] for line in LINES.read_text(encoding="utf-8").splitlines()]
    made = []
    for _ in range(number):
        said = " ".join(pick.choices(texts, k=pick.choice((1, 1, 1, 2, 4))))
        made.append(" ".join(said.split(" ")[:MOST_WORDS]))
    return made


def by_rules(text: str) -> None:
    control_word(text)
    judge(Heard(text=text))
    judge(Heard(text=text, is_top_level=False, ticket="CH-4"))


def regexes() -> list[re.Pattern[str]]:
    """A pattern for each phrase of each list."""
    tables = [listed for language in LANGUAGES for lists in load(language).values() for listed in lists.values()]
    phrases = {phrase for listed in tables for phrase in listed if isinstance(phrase, str)}
    return [re.compile(rf"\b{re.escape(phrase)}\b", re.IGNORECASE) for phrase in sorted(phrases)]


def times(read: Callable[[str], object], wanted: list[str]) -> list[float]:
    """Processor time of each: others use this machine too."""
    taken = []
    for text in wanted:
        started = time.thread_time()
        read(text)
        taken.append(time.thread_time() - started)
    return taken


def main() -> None:
    """Print the table."""
    wanted = messages(MESSAGES // 20 if wants_quick(__doc__, "a twentieth of the messages; rougher") else MESSAGES)
    patterns = regexes()
    by_rules(wanted[0])  # the lists are read once
    ours = [taken / 2 for taken in times(by_rules, wanted)]  # each is judged in two places
    loop = times(lambda text: [pattern.search(text) for pattern in patterns], wanted[: len(wanted) // 20])
    show(
        [
            below("a message by rules, p99 ms", percentile(ours, 0.99), GOAL),
            Row("a message by rules, median ms", percentile(ours, 0.5)),
            Row(f"a loop over {len(patterns):,} patterns, p99 ms", percentile(loop, 0.99)),
            Row("ratio of the two", (sum(loop) / len(loop)) / (sum(ours) / len(ours))),
            at_least("messages in a second", len(ours) / sum(ours), 1000),
        ]
    )


if __name__ == "__main__":
    main()
