"""What the kill campaign found: figures, and in words whatever was lost or doubled."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from bot.sandbox.slack import Message, SlackSandbox
from storage import outbox, queue, tickets
from storage.database import Tx
from storage.tickets import Ticket

OPEN_EMOJI = "large_blue_circle"


@dataclass(frozen=True)
class Report:
    """One message to the bot."""

    channel: str
    ts: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`lost` and `doubled` name each case; both have to be empty."""

    kills: int
    reports: int
    tickets: int
    cards: int
    direct_messages: int
    events_redelivered: int
    calls_looked_up: int
    seconds: float
    lost: list[str]
    doubled: list[str]

    @property
    def is_clean(self) -> bool:
        return not self.lost and not self.doubled

    def __str__(self) -> str:
        figures = (
            f"{self.kills} kills, {self.reports} reports, {self.tickets} tickets, {self.cards} cards,"
            f" {self.direct_messages} direct messages, {self.events_redelivered} events redelivered,"
            f" {self.calls_looked_up} calls looked up, {self.seconds:.0f} s"
        )
        return "\n".join([figures, *self.lost, *self.doubled, f"lost {len(self.lost)} doubled {len(self.doubled)}"])


async def judge(tx: Tx, slack: SlackSandbox, reports: Sequence[Report], *, kills: int, seconds: float) -> Verdict:
    """Compare what people said with what is stored and with what people see."""
    stored = list(await tx.exec(select(Ticket).order_by(col(Ticket.number))))
    posted = list(_posted(slack))
    told = [(message.channel, message.text) for message in posted if slack.channel(message.channel).kind == "im"]
    return Verdict(
        kills=kills,
        reports=len(reports),
        tickets=len(stored),
        cards=sum(_key(message).startswith("card:") for message in posted),
        direct_messages=len(told),
        events_redelivered=sum(envelope.attempt for envelope in slack.envelopes),
        calls_looked_up=sum("include_all_metadata" in call.args for call in slack.calls()),
        seconds=seconds,
        lost=[
            *_unanswered(slack, reports, stored),
            *_gaps(stored),
            *await _buried(tx),
            *await _untold(tx, slack, stored),
        ],
        doubled=[
            *_twice("ticket for", ((ticket.channel_id, ticket.message_ts) for ticket in stored)),
            *_twice("message with key", map(_key, posted)),
            *_twice("direct message", told),
            *_twice("card in", ((m.channel, m.thread_ts) for m in posted if _key(m).startswith("card:"))),
        ],
    )


def _posted(slack: SlackSandbox) -> Iterator[Message]:
    for channel in slack.world.channels.values():
        yield from (message for message in channel.messages.values() if message.bot_id)


def _key(message: Message) -> str:
    return str((message.metadata or {}).get("event_payload", {}).get("key"))


def _unanswered(slack: SlackSandbox, reports: Sequence[Report], stored: Sequence[Ticket]) -> Iterator[str]:
    """Reports without their ticket, their card in the thread, or the reaction that shows the ticket's status."""
    known = {ticket.message_ts: ticket for ticket in stored}
    for report in reports:
        ticket = known.get(report.ts)
        if ticket is None or ticket.description != report.text:
            yield f"no ticket for {report.text!r}"
        elif not any(ticket.name in message.text for message in slack.thread(report.channel, report.ts)[1:]):
            yield f"no card for {ticket.name}"
        elif list(slack.reactions(report.channel, report.ts)) != [OPEN_EMOJI]:
            yield f"reactions on {ticket.name}: {list(slack.reactions(report.channel, report.ts))}"


def _gaps(stored: Sequence[Ticket]) -> Iterator[str]:
    numbers = {ticket.number for ticket in stored}
    yield from (f"no CH-{number}" for number in range(1, max(numbers, default=0) + 1) if number not in numbers)


async def _buried(tx: Tx) -> list[str]:
    jobs = [f"job {job.id} {job.name} is dead: {job.last_error}" for job in await queue.listing(tx, state="dead")]
    calls = (await outbox.backlog(tx)).get("dead", 0)
    return jobs + ([f"{calls} calls to Slack are dead"] if calls else [])


async def _untold(tx: Tx, slack: SlackSandbox, stored: Sequence[Ticket]) -> list[str]:
    """Tickets whose assignee has no direct message."""
    return [
        f"{person.name} was not told of {ticket.name}"
        for ticket in stored
        for person in await tickets.assignees(tx, ticket.id)
        if not any(f"*{ticket.name}*" in message.text for message in slack.dms(person.slack_id))
    ]


def _twice(what: str, things: Iterable[object]) -> list[str]:
    return [f"{count} x {what} {thing}" for thing, count in Counter(things).items() if count > 1]
