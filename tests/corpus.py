"""Every webhook payload that GitHub's users published: 329 from github.com, 125 from an Enterprise Server."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "data" / "github"
CORPORA = ("github.com", "ghes-3.5")


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
        return json.dumps(self.payload, ensure_ascii=False).encode()


@cache
def examples(*corpora: str, event: str | None = None) -> tuple[Example, ...]:
    """All of these corpora (both when none is named), or those of one event."""
    return tuple(one for corpus in corpora or CORPORA for one in _read(corpus) if event in (None, one.event))


def _read(corpus: str) -> Iterator[Example]:
    packed = (HERE / f"webhooks-{corpus}.json.gz").read_bytes()
    for event, payloads in json.loads(gzip.decompress(packed)).items():
        for number, payload in enumerate(payloads):
            yield Example(corpus, event, number, payload)
