"""Where German is spoken no English is left: every verb is tried, and every page and form opened."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from agent.commands.registry import VERBS
from bot.sandbox.slack import SlackSandbox
from tests.team import Bot, quiet, report

# Words of English sentences that are none in German.
ENGLISH = re.compile(r"\b(?:the|is|are|has|been|you|your|of|by|and|with|this|nobody|until|from|it|to|for|not|at)\b")
NO_SENTENCE = re.compile(r"```.*?```|`[^`]*`|<[^>]*>|:[a-z_]+:|“[^”]*”|„[^“]*“", re.DOTALL)
pytestmark = pytest.mark.settings(language="de", digest_time="off")
SHOWS = ("chat.postMessage", "chat.update", "chat.postEphemeral", "views.open", "views.publish", "views.update")


@pytest.fixture
async def slack(slack: SlackSandbox) -> SlackSandbox:
    """Everybody's speaks German."""
    slack.world.users.update({slack_id: replace(user, locale="de-DE") for slack_id, user in slack.world.users.items()})
    return slack


def texts(value: Any) -> Iterator[str]:
    """Every text in what was given to Slack, whatever it stands in."""
    if isinstance(value, str) and value[:1] in "[{":
        value = json.loads(value)
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "text" and isinstance(inner, str):
                yield inner
            elif isinstance(inner, dict | list) or key in {"blocks", "view", "attachments"}:
                yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


@dataclass
class Onlooker:
    """Who reads what Slack is given to show, each text once."""

    slack: SlackSandbox
    calls: int = 0  # that were read
    seen: set[str] = field(default_factory=set)

    def news(self) -> set[str]:
        """What was not shown before."""
        made, whispers = self.slack.world.calls[self.calls :], self.slack.world.ephemerals.values()
        self.calls += len(made)
        given = {text for call in made if call.method in SHOWS for text in texts(call.args)}
        new = {*given, *(message.plain for messages in whispers for message in messages)} - self.seen
        self.seen |= new
        return new


def english(text: str, typed: list[str]) -> list[str]:
    """The lines of a text that sound English, without what people typed."""
    for words in typed:
        text = re.sub(re.escape(words), "", text, flags=re.IGNORECASE)
    return [line for line in NO_SENTENCE.sub("", text).splitlines() if ENGLISH.search(line)]


async def test_no_english_is_left(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "Kasse kaputt, niemand kann zahlen")
    await report(bot, "frank", "Redis stürzt ab")
    lines = [line for verb in VERBS for line in (verb.example, verb.another) if line]
    words = [line.split() for line in lines]
    typed = [" ".join(line[start:]) for line in words for start in range(1, len(line) - 1)]
    typed += ["every monday", "not same", "take-and-resolve"]  # within a line, and names of verbs
    typed.sort(key=len, reverse=True)
    left: dict[str, list[str]] = {}
    onlooker = Onlooker(slack)
    onlooker.news()
    for line in lines:
        await asyncio.gather(*(slack.command(who, "#ops", "/chargehand", line) for who in ("dave", "alice")))
        await quiet(bot)
        for text in onlooker.news():
            if found := english(text, typed):
                left.setdefault(line, []).extend(found)
    assert left == {}, json.dumps(left, indent=1, ensure_ascii=False)
