"""Every webhook payload that GitHub's users published, 329 from github.com and 125 from an Enterprise Server."""

import gzip
import json
import random
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "data" / "github"
CORPORA = ("github.com", "ghes-3.5")
NUMBERS = (0, -1, 2**31, 2**63, -(2**64), 10**400, 0.5, -1e308, float("nan"), float("inf"))
TEXTS = ("", " ", "x", "0", "é", "😀", "\n", "\u202e", "\0", "\ud800\0", "x" * 5_000)
SCRAP: tuple[Any, ...] = (None, False, True, *NUMBERS, *TEXTS, [], {}, [None], {"": {}})


@dataclass(frozen=True)
class Example:
    """One published payload; its text as a test's id is such as `github.com-issues-3`."""

    corpus: str
    event: str
    number: int
    payload: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.corpus}-{self.event}-{self.number}"

    @property
    def body(self) -> bytes:
        """The payload as bytes to sign and send."""
        return json.dumps(self.payload, ensure_ascii=False).encode(errors="surrogatepass")


@cache
def examples(*corpora: str, event: str | None = None) -> tuple[Example, ...]:
    """All of these corpora (both when none is named), or those of one event."""
    return tuple(one for corpus in corpora or CORPORA for one in _read(corpus) if event in (None, one.event))


def _read(corpus: str) -> Iterator[Example]:
    packed = (HERE / f"webhooks-{corpus}.json.gz").read_bytes()
    for event, payloads in json.loads(gzip.decompress(packed)).items():
        for number, payload in enumerate(payloads):
            yield Example(corpus, event, number, payload)


def broken(sound: Sequence[Example], *, count: int) -> Iterator[Example]:
    """So many of these with something odd in one to three places, or with what was there taken away.

    Seeded, so they are the same in each run, and made here rather than by hypothesis: that would draw each of the 454
    payloads' thousands of keys to choose one, and the door takes two thousand in a burst, not one by one.
    """
    chance = random.Random(count)
    for _ in range(count):
        one = chance.choice(sound)
        payload = json.loads(one.body)
        for _ in range(chance.randint(1, 3)):
            _break(payload, chance)
        yield replace(one, payload=payload)


def _break(payload: Any, chance: random.Random) -> None:
    while True:
        places = sorted(payload) if isinstance(payload, dict) else list(range(len(payload)))
        if not places:
            return
        place = chance.choice(places)
        inner = payload[place]
        if isinstance(inner, dict | list) and inner and chance.random() < 0.5:
            payload = inner
            continue
        if chance.random() < 0.5:
            del payload[place]
        else:
            payload[place] = deepcopy(chance.choice(SCRAP))
        return
