"""What people do while the bot is killed: issues, pull requests and comments on GitHub, mentions in Slack."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.sandbox.github import GitHubSandbox
from bot.sandbox.github.records import Issue
from bot.sandbox.slack import SlackSandbox

SHARE = 0.1  # of events that come twice, and of those that come out of order
PACE = (0.2, 0.8)  # seconds between two deeds
# Each issue gets a comment, and GitHub takes 100 at once and 400 more an hour (bot/github/pace.py). Less than that is
# opened: else the rest would wait for the next hour, long after the campaign.
ISSUES, ISSUE_SECONDS = 70, 12.0
WRONG = ("redis node {} is down", "checkout {} fails for everyone", "search index {} is stale", "log {} cannot be read")
WRITERS = ("alice", "bob", "carol", "erin")


@dataclass(frozen=True)
class Report:
    """One message to the bot."""

    channel: str
    ts: str
    text: str


@dataclass
class People:
    """Who speaks in `#c1` … and works in `acme/r1` …; what they did is what the bot owes them."""

    slack: SlackSandbox
    github: GitHubSandbox
    places: int
    chance: random.Random
    reports: list[Report] = field(default_factory=list)
    issues: list[tuple[str, Issue]] = field(default_factory=list)
    pulls: list[tuple[str, Issue]] = field(default_factory=list)
    deeds: int = 0
    _began: float = field(default_factory=time.monotonic)

    async def live(self, until: asyncio.Event) -> None:
        """One deed after the other, at an uneven pace."""
        while not until.is_set():
            await self.act()
            await asyncio.sleep(self.chance.uniform(*PACE))

    async def act(self) -> None:
        """One deed of any kind."""
        self.deeds += 1
        deeds: dict[Callable[[], Awaitable[None]], int] = {
            self._mention: 25,
            self._open_issue: 25 if self._has_room else 0,
            self._edit_issue: 15,
            self._close_or_reopen: 10,
            self._comment: 15,
            self._push: 10,
        }
        deed = self.chance.choices(list(deeds), list(deeds.values()))[0]
        await deed()

    async def _mention(self) -> None:
        """Someone reports; some events come twice, some only after the next one."""
        self.slack.duplicate_events = self.chance.random() < SHARE
        if self.chance.random() < SHARE:
            self.slack.hold_events()
            await self._report()
            await self._report()
            self.slack.release_events(backwards=True)
        else:
            await self._report()

    async def _report(self) -> None:
        number = len(self.reports)
        channel, text = f"#c{self._place()}", WRONG[number % len(WRONG)].format(f"n{number}")
        ts = await self.slack.say("frank", channel, f"@chargehand {text}")
        self.reports.append(Report(channel, ts, text))

    async def _open_issue(self) -> None:
        repo, number = f"acme/r{self._place()}", len(self.issues)
        title = f"build {number}: {WRONG[number % len(WRONG)].format(f'g{number}')}"
        self.issues.append((repo, self.github.open_issue(self.chance.choice(WRITERS), repo, title=title)))

    async def _edit_issue(self) -> None:
        repo, issue = await self._any_issue()
        self.github.edit_issue("alice", repo, issue.number, title=f"{issue.title.partition(' (')[0]} ({self.deeds})")

    async def _close_or_reopen(self) -> None:
        repo, issue = await self._any_issue()
        change = self.github.close_issue if issue.state == "open" else self.github.reopen_issue
        change("alice", repo, issue.number)

    async def _comment(self) -> None:
        repo, issue = await self._any_issue()
        self.github.comment(self.chance.choice(WRITERS), repo, issue.number, f"I see it too ({self.deeds})")

    async def _push(self) -> None:
        """A new head: of a pull request that there is, or of a new one."""
        if self.pulls and self.chance.random() < 0.7:
            repo, pull = self.chance.choice(self.pulls)
            assert pull.branches
            self.github.push("bob", repo, pull.branches.head_ref)
            return
        repo, head = f"acme/r{self._place()}", f"change-{len(self.pulls)}"
        self.github.push("bob", repo, head)
        self.pulls.append((repo, self.github.open_pull("bob", repo, title=f"Mend {head}", head=head)))

    async def _any_issue(self) -> tuple[str, Issue]:
        if not self.issues:
            await self._open_issue()
        return self.chance.choice(self.issues[-40:])

    @property
    def _has_room(self) -> bool:
        return len(self.issues) < ISSUES + (time.monotonic() - self._began) / ISSUE_SECONDS

    def _place(self) -> int:
        return self.chance.randint(1, self.places)
