"""The world of a trial: Slack, GitHub and a model's server of its own, and a running bot; what changes is seen."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.github import GitHubSandbox
from bot.sandbox.llm import LlmSandbox
from bot.sandbox.quiet import quiet
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.message import Message
from bot.settings import Settings
from storage import moment
from storage.database import Database
from storage.moment import Moment

PATIENT = 120.0  # seconds until a world has come to rest
LINK = re.compile(r"(?:https?|ftp)://([^/\s<>|\"`\\?#]+)", re.IGNORECASE)
# Whoever speaks for the first time is kept, and what GitHub may have told meanwhile is asked for each hour.
OF_ITSELF = re.compile(r"(?:people|channels) \d+ is new|repositories \d+: cursors")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """How the world stands: rows, the messages of the bot, requests to GitHub and to the model so far."""

    rows: Moment
    messages: frozenset[tuple[str, str]]
    writes: int
    answers: int


@dataclass(frozen=True, kw_only=True)
class Town:
    """`llm` is None where a real model answers."""

    slack: SlackSandbox
    github: GitHubSandbox
    llm: LlmSandbox | None
    db: Database
    settings: Settings
    names: dict[str, str] = field(default_factory=dict)  # what a case calls its tickets -> CH-4

    async def settle(self) -> None:
        """Wait until nothing goes on any more."""
        await quiet(self.slack, self.db, timeout=PATIENT)

    async def look(self) -> Seen:
        """How it stands."""
        async with self.db.read() as tx:
            rows = await moment.now(tx)
        return Seen(
            rows=rows,
            messages=frozenset((one.channel, one.ts) for one in self.of_bot()),
            writes=len(self.writes()),
            answers=len(self.llm.heard) if self.llm else 0,
        )

    def writes(self) -> list[str]:
        """What was asked of GitHub that changes something there."""
        return [
            str(one) for one in self.github.calls() if one.method not in {"GET", "HEAD"} and "token" not in one.path
        ]

    def of_bot(self) -> Iterator[Message]:
        """All that the bot has said, to all or to one person."""
        for channel in self.slack.world.channels.values():
            yield from (one for one in channel.messages.values() if one.bot_id)
        for whispers in self.slack.world.ephemerals.values():
            yield from whispers

    def since(self, before: Seen) -> list[Message]:
        """What the bot has said since then."""
        return [one for one in self.of_bot() if (one.channel, one.ts) not in before.messages]

    async def changes(self, before: Seen) -> list[str]:
        """What was done since then: rows that are others now, requests to GitHub."""
        async with self.db.read() as tx:
            after = await moment.now(tx)
        rows = [one for one in moment.changes(before.rows, after) if not OF_ITSELF.fullmatch(one)]
        return rows + self.writes()[before.writes :]

    def called(self, before: Seen) -> list[tuple[str, Mapping[str, Any]]]:
        """The tools that the sandbox's model has asked for since then, as calls or in words."""
        assert self.llm is not None
        found: list[tuple[str, Mapping[str, Any]]] = []
        for heard in self.llm.heard[before.answers :]:
            said = heard.said or {}
            found += [(call["name"], call["arguments"]) for call in said.get("calls", ())]
            found += list(_in_words(said.get("text") or ""))
        return found

    def filled(self, value: Any) -> Any:
        """A case's words with the names of its tickets in them."""
        if isinstance(value, Mapping):
            return {key: self.filled(part) for key, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.filled(part) for part in value]
        if not isinstance(value, str):
            return value
        return re.sub(r"\{(\w+)\}", lambda found: self.names.get(found[1], found[0]), value)


def hosts(message: Message) -> set[str]:
    """Where a message's links lead, wherever in it they stand."""
    text = json.dumps([message.text, message.blocks, message.attachments], ensure_ascii=False)
    return {host.rpartition("@")[2].partition(":")[0].casefold() for host in LINK.findall(text)}


def _in_words(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """A call as it is written where tools are offered in words."""
    try:
        step = json.loads(text).get("step", {})
        yield step["action"], step["arguments"]
    except (ValueError, AttributeError, KeyError, TypeError):
        return
