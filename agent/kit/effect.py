"""A write on GitHub as a tool describes it: shown before it is approved, sent outside of a transaction, then kept."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from agent.desk import Desk
from agent.github.writing import Written
from bot.github.client import GitHubClient
from bot.github.effects import Writer
from storage.receipts import Receipt
from storage.repositories import Repository

Send: TypeAlias = Callable[[Writer, Receipt], Awaitable[Written]]
Look: TypeAlias = Callable[[GitHubClient], Awaitable[Mapping[str, Any]]]
Keep: TypeAlias = Callable[[Desk, Repository, Written], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class At:
    """Where it is prepared: the desk and verified login of who asked, the repository, the ticket of the thread."""

    desk: Desk
    repository: Repository
    login: str
    ticket_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What would be done.

    Attributes:
        asks: what it would do, to follow "asks to".
        preview: what would be written, whole; plain text.
        object_id: what it is about, as `acme/shop#12`; the repository alone where there is no number yet.
        url: of that.
        before, after: the fields that are shown, as they are and as far as they change; a list is added to.
        look: reads the object for `before`; it is read anew before it is written.
        send: does it, once under the receipt's key.
        done: what was done, in Slack's markup.
        keep: lets what follows from it follow here.
        settled: the arguments that code has chosen otherwise than they were named: approved later, they are these.
    """

    asks: str
    preview: str
    object_id: str
    url: str
    send: Send
    done: Callable[[Written], str]
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    look: Look | None = None
    keep: Keep | None = None
    settled: Mapping[str, Any] = field(default_factory=dict)
