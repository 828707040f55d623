"""What the kill campaign found: figures, and in words whatever was lost, doubled, out of order or stuck."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from sqlmodel import col, select

from bench.people import People
from bot.clock import utc_now
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.github.hooks import outcome_of
from bot.sandbox.slack import Message, SlackSandbox
from storage import gaps, inbox, outbox, pulls, repositories, tickets
from storage.database import Tx
from storage.queue import UNFINISHED, Job, JobEvent
from storage.tickets import Ticket

OPEN_EMOJI = "large_blue_circle"
TRACKED = "<!-- chargehand:tracked:"
STATUS = {"open": "open", "closed": "resolved"}  # of an issue -> of its ticket
NEW = ("accepted", "ignored")  # what the answer to a delivery says unless it was a duplicate
IN_THE_AIR = ("waiting", "sending")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Each list names its cases; all four have to be empty."""

    lost: list[str]
    doubled: list[str]
    out_of_order: list[str]
    stuck: list[str]

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.out_of_order or self.stuck)

    def __str__(self) -> str:
        named = {"lost": self.lost, "doubled": self.doubled, "out_of_order": self.out_of_order, "stuck": self.stuck}
        cases = [f"{name}: {case}" for name, found in named.items() for case in found]
        return "\n".join([*cases, " ".join(f"{name} {len(found)}" for name, found in named.items())])


async def judge(tx: Tx, people: People, *, unstored: Sequence[str] = ()) -> Verdict:
    """Compare what people did with what both sandboxes show and with what is stored."""
    slack = people.slack
    stored = list(await tx.exec(select(Ticket).order_by(col(Ticket.number))))
    posted = list(posts(slack))
    cards = [message for message in posted if key_of(message).startswith("card:")]
    told = [(message.channel, message.text) for message in posted if slack.channel(message.channel).kind == "im"]
    shown = {message.text.partition(" ")[0]: message for message in cards}
    lost_pulls, old_heads = await _heads(tx, people)
    lost_issues, twice_tracked, old_cards = _issues(people, shown)
    return Verdict(
        lost=[
            *unstored,
            *_unanswered(people, stored),
            *lost_issues,
            *lost_pulls,
            *await _never_came(tx, people.github),
            *_gaps(stored),
            *await _untold(tx, slack, stored),
        ],
        doubled=[
            *_twice("ticket for", ((ticket.channel_id, ticket.message_ts) for ticket in stored if ticket.message_ts)),
            *_twice("message with key", map(key_of, posted)),
            *_twice("direct message", told),
            *_twice("card of", (message.text.partition(" ")[0] for message in cards)),
            *twice_tracked,
            *_twice("new delivery", (one.guid for one in people.github.deliveries() if outcome_of(one) in NEW)),
            *await _done_twice(tx),
        ],
        out_of_order=[*old_cards, *old_heads, *await _overtaken(tx)],
        stuck=await _stuck(tx),
    )


async def unstored(tx: Tx, slack: SlackSandbox, github: GitHubSandbox) -> list[str]:
    """What was acknowledged and is not there."""
    guids = {one.guid for one in github.deliveries() if one.is_ok}
    mentions = [one.payload for one in slack.envelopes if one.acked_at and one.kind == "events_api"]
    events = {one["event_id"] for one in mentions if one["event"]["type"] == "app_mention"}
    held = await inbox.held(tx, "github", [f"github:{guid}" for guid in guids])
    known = await inbox.held(tx, "slack", events)
    return [f"delivery {guid} was acknowledged" for guid in guids if f"github:{guid}" not in held] + [
        f"event {event} was acknowledged" for event in events - known
    ]


async def _never_came(tx: Tx, github: GitHubSandbox) -> Iterator[str]:
    """What failed on GitHub's side and was not fetched."""
    guids = {one.guid for one in github.deliveries()}
    held = await inbox.held(tx, "github", [f"github:{guid}" for guid in guids])
    return (f"delivery {guid} did not come back" for guid in guids if f"github:{guid}" not in held)


def posts(slack: SlackSandbox) -> Iterator[Message]:
    """Every message of the bot's."""
    for channel in slack.world.channels.values():
        yield from (message for message in channel.messages.values() if message.bot_id)


def key_of(message: Message) -> str:
    """The effect that a message is."""
    return str((message.metadata or {}).get("event_payload", {}).get("key"))


def _unanswered(people: People, stored: Sequence[Ticket]) -> Iterator[str]:
    """Reports without their ticket, their card in the thread, or the reaction that shows the ticket's status."""
    known = {ticket.message_ts: ticket for ticket in stored}
    for report in people.reports:
        ticket = known.get(report.ts)
        if ticket is None or ticket.description != report.text:
            yield f"no ticket for {report.text!r}"
        elif not any(ticket.name in message.text for message in people.slack.thread(report.channel, report.ts)[1:]):
            yield f"no card for {ticket.name}"
        elif list(people.slack.reactions(report.channel, report.ts)) != [OPEN_EMOJI]:
            yield f"reactions on {ticket.name}: {list(people.slack.reactions(report.channel, report.ts))}"


def _issues(people: People, cards: dict[str, Message]) -> tuple[list[str], list[str], list[str]]:
    """Issues without comment or card; those with two comments; those whose card shows what they were before."""
    lost, doubled, old = [], [], []
    for repo, issue in people.issues:
        name = f"{repo}#{issue.number}"
        tracked = [one.body for one in issue.comments.values() if TRACKED in one.body]
        if len(tracked) > 1:
            doubled.append(f"{len(tracked)} comments on {name}")
        card = cards.get(tracked[0].split()[2]) if tracked else None
        if not tracked:
            lost.append(f"no comment on {name}")
        elif card is None:
            lost.append(f"no card for {name}")
        elif f" {issue.title} – " not in card.text or not card.text.endswith(f", {STATUS[issue.state]}"):
            old.append(f"{name} is {issue.state} and called {issue.title!r}; its card: {card.text!r}")
    return lost, doubled, old


async def _heads(tx: Tx, people: People) -> tuple[list[str], list[str]]:
    """Pull requests without a mirror, and those whose mirror shows an older head."""
    lost, old = [], []
    known = {one.full_name: one for one in await repositories.connected(tx)}
    for repo, pull in people.pulls:
        mirror = await pulls.by_number(tx, known[repo].id, pull.number) if repo in known else None
        if mirror is None:
            lost.append(f"no mirror of {repo}#{pull.number}")
        elif pull.branches and mirror.head_sha != pull.branches.head_sha:
            old.append(f"{repo}#{pull.number} is at {pull.branches.head_sha}, its mirror at {mirror.head_sha}")
    return lost, old


def _gaps(stored: Sequence[Ticket]) -> Iterator[str]:
    numbers = {ticket.number for ticket in stored}
    yield from (f"no CH-{number}" for number in range(1, max(numbers, default=0) + 1) if number not in numbers)


async def _untold(tx: Tx, slack: SlackSandbox, stored: Sequence[Ticket]) -> list[str]:
    """Tickets whose assignee has no direct message."""
    return [
        f"{person.name} was not told of {ticket.name}"
        for ticket in stored
        for person in await tickets.assignees(tx, ticket.id)
        if not any(f"*{ticket.name}*" in message.text for message in slack.dms(person.slack_id))
    ]


async def _done_twice(tx: Tx) -> list[str]:
    steps = await tx.exec(select(JobEvent.job_id).where(JobEvent.stage == "done"))
    return list(_twice("end of job", steps))


async def _overtaken(tx: Tx) -> list[str]:
    """Jobs that were reserved before the one ahead of them in their key had ended, by the order of the record."""
    done = select(Job).where(col(Job.key).is_not(None), Job.state == "done").order_by(col(Job.key), col(Job.seq))
    by_key = groupby(await tx.exec(done), key=lambda job: job.key)
    steps = list(await tx.exec(select(JobEvent).order_by(col(JobEvent.id))))
    began = {step.job_id: step.id for step in reversed(steps) if step.stage == "reserved"}
    ended = {step.job_id: step.id for step in steps if step.stage in {"done", "ignored"}}
    return [
        f"job {second.id} of {key} overtook job {first.id}"
        for key, jobs in by_key
        for first, second in pairwise(jobs)
        if began[second.id] < ended[first.id]
    ]


async def _stuck(tx: Tx) -> list[str]:
    waits_for_its_time = (col(Job.state) == "scheduled") & (col(Job.attempts) == 0) & (col(Job.not_before) > utc_now())
    left = await tx.exec(select(Job).where(col(Job.state).in_(UNFINISHED), ~waits_for_its_time))
    calls = await outbox.backlog(tx)
    return [
        *(f"job {job.id} {job.kind} is {job.state}: {job.error_text}" for job in left),
        *(f"{calls[state]} calls to Slack are {state}" for state in IN_THE_AIR if calls.get(state)),
        *[f"gap of {source}" for source in ("slack", "github") if await gaps.unclosed(tx, source)],
    ]


def _twice(what: str, things: Iterable[object]) -> Iterator[str]:
    yield from (f"{count} x {what} {thing}" for thing, count in Counter(things).items() if count > 1)
