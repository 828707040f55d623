"""Where a story is played: the workspace, GitHub and the bot, and what was given a name on the way."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TypeVar

from bot.clock import MovedClock
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.llm import LlmSandbox
from bot.sandbox.own_process import OwnProcess
from bot.sandbox.quiet import quiet
from bot.sandbox.slack import Message, SlackSandbox
from bot.sandbox.story.steps import Step
from storage.database import Database

SEEN_WITHIN = 5.0  # seconds
Named = TypeVar("Named")
Tell = Callable[[str], None]
Sent = Callable[[], Awaitable[list[tuple[str, bool]]]]  # each line of it, and whether it came outside hours


class StoryFailed(Exception):  # noqa: N818 - it reads as what it is
    """A step could not be done or was not answered as expected; the text says which and how."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Everything there is to act on. `tell` hears what happens that nobody in the workspace sees."""

    slack: SlackSandbox
    github: GitHubSandbox
    bot: OwnProcess
    db: Database
    clock: MovedClock
    zone: tzinfo
    tell: Tell
    sent: Sent
    llm: LlmSandbox | None = None  # where the model is a stand-in
    has_model: bool = False
    messages: dict[str, tuple[str, str]] = field(default_factory=dict)  # channel and ts, by name
    issues: dict[str, tuple[str, int]] = field(default_factory=dict)  # repository and number, by name

    def message(self, name: str | None) -> tuple[str, str]:
        """The message that a step before was called."""
        return _find(self.messages, name)

    def issue(self, name: str | None) -> tuple[str, int]:
        """The issue that a step before was called."""
        return _find(self.issues, name)

    def in_sight(self, step: Step) -> list[Message]:
        """The messages that a step is about, oldest first."""
        if step.under:
            return self.slack.thread(*self.message(step.under))
        if step.where == "dm":
            return self.slack.dms(step.who)
        if step.where == "private":
            return self.slack.ephemerals(step.who)
        return list(self.slack.channel(step.where).messages.values())

    async def settle(self) -> None:
        """Wait until the bot, while there is one, has done all it had to do."""
        await self.github.settled()
        if self.bot.is_alive:
            await quiet(self.slack, self.db)
            await self.github.settled()  # what the bot did there is told to it too

    async def seen(self, condition: Callable[[], bool], wanted: str) -> None:
        """Wait until people see something.

        Raises:
            StoryFailed: they do not.
        """
        try:
            await self.slack.until(condition, timeout=SEEN_WITHIN)
        except AssertionError:
            raise StoryFailed(wanted) from None


Verb = Callable[[Stage, Step], Awaitable[None]]


def _find(named: dict[str, Named], name: str | None) -> Named:
    if name not in named:
        raise StoryFailed(f"no step before is called {name!r}")
    return named[name]
