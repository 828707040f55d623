"""One request to GitHub and what it answers, as those who ask say and read it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Effect:
    """What makes a write happen once. `key` names it: told to come back, it keeps its place before later ones.

    `before`: done when its turn has come, right before it goes out; what that raises keeps it back.
    """

    key: str
    before: Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Answer:
    """`is_unchanged`: as it was when GitHub gave us this ETag, so there is no body. `location`: where it is instead."""

    body: Any
    etag: str | None = None
    is_unchanged: bool = False
    link: str = ""
    location: str = ""


@dataclass(frozen=True)
class Call:
    """One request. `as_app`: as the App itself, not as one of its installations. `accept`: the media type wanted."""

    method: str
    url: str
    installation_id: int | None = None
    query: dict[str, str] | None = None
    body: dict[str, Any] | None = None
    etag: str | None = None
    as_app: bool = False
    effect: Effect | None = None
    accept: str = ""

    @property
    def is_write(self) -> bool:
        """Whether it changes something there; to have a delivery attempted again does not."""
        return self.method != "GET" and not self.url.endswith("/attempts")

    @property
    def search(self) -> str:
        """Which of the limits on searching it counts for besides; empty for everything else."""
        return {"/search/issues": "search", "/search/code": "code_search"}.get(self.url, "")
