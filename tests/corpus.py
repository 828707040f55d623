"""Every webhook payload that GitHub's users published, 329 from github.com and 125 from an Enterprise Server."""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

HERE = Path(__file__).parent / "data" / "github"
CORPORA = ("github.com", "ghes-3.5")
SCRAP: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just([]), st.just({}), st.just("\ud800\0")
)


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


@st.composite
def broken(draw: st.DrawFn, sound: Sequence[Example]) -> Example:
    """One of these with something odd in one to three places, or with what was there taken away."""
    one = draw(st.sampled_from(sound))
    payload = json.loads(one.body)
    for _ in range(draw(st.integers(1, 3))):
        _break(payload, draw)
    return replace(one, payload=payload)


def _break(payload: Any, draw: st.DrawFn) -> None:
    while True:
        places = sorted(payload) if isinstance(payload, dict) else list(range(len(payload)))
        if not places:
            return
        place = draw(st.sampled_from(places))
        inner = payload[place]
        if isinstance(inner, dict | list) and inner and draw(st.booleans()):
            payload = inner
            continue
        if draw(st.booleans()):
            del payload[place]
        else:
            payload[place] = draw(SCRAP)
        return
