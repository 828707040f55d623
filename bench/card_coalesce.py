"""What many changes of a card cost in calls: `python bench/card_coalesce.py`, with the real sender and a sandbox Slack.

Fifty changes of one ticket, spread over two seconds; then ten changes of each of many tickets in one second. What one
call for each change would be is written beside it. The time is that of a clock of the bench's own, so that it does not
depend on the machine; while the sender works off what waits, at Slack's pace, it runs fast.
"""

import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from pydantic import SecretStr

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from agent.desk import Desk
from agent.notices import notify
from bench.table import Row, at_most, show, wants_quick
from bot.elected import Role
from bot.sandbox.slack import SlackSandbox
from bot.settings import Settings
from bot.slack.client import open_client
from bot.slack.outbox import Outbox
from bot.slack.pace import EDITS
from storage import migrate, outbox, tickets
from storage.database import Database, Tx, open_database
from storage.outbox import Outgoing
from storage.tickets import Ticket
from tests.waiting import until

CHANGES, SECONDS = 50, 2.0
CARDS, QUICK_CARDS = 200, 8
EACH = 10  # changes of a card
FAST = 60.0  # times the real time, while the sender works off what waits
PATIENCE = 600.0  # seconds
LEASE_SECONDS = 86_400.0  # of the fast clock


@dataclass
class Clock:
    """Time that stands, unless it runs fast."""

    base: datetime = datetime(2026, 3, 2, 12, tzinfo=UTC)
    since: float = field(default_factory=time.monotonic)
    speed: float = 0.0

    def __call__(self) -> datetime:
        return self.base + timedelta(seconds=self.speed * (time.monotonic() - self.since))

    def run_at(self, speed: float) -> None:
        self.base, self.since, self.speed = self(), time.monotonic(), speed

    def pass_time(self, seconds: float) -> None:
        self.base += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Office:
    """A database with a sender at work, and the Slack it sends to."""

    db: Database
    slack: SlackSandbox
    settings: Settings
    clock: Clock

    async def open_tickets(self, count: int) -> list[int]:
        """So many tickets with their cards; their ids."""
        async with self.db.write() as tx:
            first = await tickets.next_number(tx, self.slack.workspace_id)
            made = [self._ticket(number) for number in range(first, first + count)]
            tx.add_all(made)
            await tx.flush()
        for ticket in made:
            await self.change(ticket.id, "opened")
        await self.emptied()
        return [ticket.id for ticket in made]

    def _ticket(self, number: int) -> Ticket:
        return Ticket(
            workspace_id=self.slack.workspace_id,
            number=number,
            title=f"Redis {number} is down",
            description="redis is down",
            priority="high",
            source="slack",
            channel_id=self.slack.channel("#ops").id,
            created_at=self.clock(),
        )

    async def change(self, ticket_id: int, what: str) -> None:
        """One change of a ticket, in a transaction of its own."""
        async with self.db.write() as tx:
            desk = Desk(
                tx=tx,
                now=self.clock(),
                settings=self.settings,
                workspace_id=self.slack.workspace_id,
                surface="system",
                correlation_id="bench",
                key=f"bench:{ticket_id}:{what}",
            )
            await notify.show_card(desk, await tickets.get(tx, ticket_id), change=what)

    async def emptied(self) -> None:
        """Let time run until everything is sent."""
        self.clock.run_at(FAST)
        await until(self._is_empty, timeout=PATIENCE)
        self.clock.run_at(0)

    async def _is_empty(self) -> bool:
        self.db.signal(outbox.SIGNAL).set()  # for the sender time runs as it does for everybody
        async with self.db.read() as tx:
            backlog = await outbox.backlog(tx)
        return not any(backlog.get(state) for state in outbox.UNFINISHED)

    @property
    def updates(self) -> int:
        return len(self.slack.calls("chat.update"))

    def outdated(self, count: int, last: str) -> int:
        """How many of the newest cards do not show their last change."""
        return sum(last not in message.plain for message in self.slack.messages("#ops")[-count:])


async def _lost(_tx: Tx, row: Outgoing, error: str) -> None:
    raise RuntimeError(f"{row.key} was not sent: {error}")


@asynccontextmanager
async def office(folder: Path) -> AsyncIterator[Office]:
    """The sender with the settings that everybody has, but for new posts, which are no part of this."""
    async with SlackSandbox.start() as slack:
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]  # pydantic-settings takes it
            slack_bot_token=SecretStr(slack.bot_token),
            slack_api_url=slack.api_url,
            post_interval_seconds=0,
        )
        await asyncio.to_thread(migrate.upgrade, folder / "bench.db")
        clock = Clock()
        async with open_database(folder / "bench.db") as db, open_client(settings) as client:
            role = Role(db, "outbox", holder="bench", seconds=LEASE_SECONDS, clock=clock)
            sender = Outbox(db, client, settings, role=role, on_undeliverable=_lost)
            task = asyncio.create_task(sender.run())
            try:
                yield Office(db, slack, settings, clock)
            finally:
                sender.stop()
                await task


async def one_card(at: Office) -> list[Row]:
    """Fifty changes in two seconds."""
    [ticket_id] = await at.open_tickets(1)
    known = at.updates
    for number in range(CHANGES):
        await at.change(ticket_id, f"change {number}.")
        at.clock.pass_time(SECONDS / CHANGES)
    await at.emptied()
    return [
        at_most(f"one card, {CHANGES} changes in {SECONDS:g} s: updates", at.updates - known, 2),
        at_most("one card: cards without their last state", at.outdated(1, f"change {CHANGES - 1}."), 0),
    ]


async def many_cards(at: Office, cards: int) -> list[Row]:
    """Ten changes of each within a second, in turn."""
    ids = await at.open_tickets(cards)
    known, made = at.updates, cards * EACH
    for number in range(EACH):
        for ticket_id in ids:
            await at.change(ticket_id, f"change {number}.")
        at.clock.pass_time(1 / EACH)
    await at.emptied()
    calls = at.updates - known
    about = f"{cards} cards x {EACH} changes"
    return [
        Row(f"{about}: calls sent", calls),
        Row("one call for each change", made),
        Row("calls sent / changes made", calls / made),
        Row(f"minutes at {EDITS.calls} calls a minute", calls / EDITS.calls),
        Row("one call for each change: minutes", made / EDITS.calls),
        at_most("cards without their last state", at.outdated(cards, f"change {EACH - 1}."), 0),
    ]


async def all_rows(*, cards: int) -> Sequence[Row]:
    """Both."""
    with tempfile.TemporaryDirectory(prefix="chargehand-bench-") as folder:
        async with office(Path(folder)) as at:
            return [*await one_card(at), *await many_cards(at, cards)]


def main() -> None:
    """The command line."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    is_quick = wants_quick(__doc__, "fewer cards; the figures are rougher")
    show(asyncio.run(all_rows(cards=QUICK_CARDS if is_quick else CARDS)))


if __name__ == "__main__":
    main()
