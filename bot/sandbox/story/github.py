"""What people do on GitHub, how the bot answers its deliveries, and which ticket and card come of it."""

from bot.sandbox.github import Delivery
from bot.sandbox.github.hooks import answer_of, outcome_of
from bot.sandbox.github.records import Issue
from bot.sandbox.github.runs import Conclusion
from bot.sandbox.slack import Message
from bot.sandbox.slack.transcript import readable
from bot.sandbox.story.stage import Stage, StoryFailed, Verb
from bot.sandbox.story.steps import Step
from storage import issues, repositories, tickets
from storage.tickets import Ticket


async def _open(stage: Stage, step: Step) -> None:
    issue = stage.github.open_issue(step.who, step.where, title=step.open or "", body=step.body)
    if step.call:
        stage.issues[step.call] = (step.where, issue.number)
    stage.tell(f"issue opened by {step.who}: {_name(step.where, issue)}")


async def _pull(stage: Stage, step: Step) -> None:
    number = len(stage.github.repository(step.where).present) + 1
    opened = stage.github.open_pull(step.who, step.where, title=step.pull or "", head=f"change-{number}")
    if step.call:
        stage.issues[step.call] = (step.where, opened.number)
    stage.tell(f"pull request opened by {step.who}: {_name(step.where, opened)}")
    if step.log:
        failed: dict[str, dict[str, Conclusion]] = {"test": {"pytest": "failure"}}
        stage.github.run_workflow(step.where, f"change-{number}", failed, logs={"test": step.log})
        stage.tell(f"its workflow failed: {step.log.strip().splitlines()[-1]}")


async def _comment(stage: Stage, step: Step) -> None:
    repo, number = stage.issue(step.to)
    stage.github.comment(step.who, repo, number, step.comment or "")
    stage.tell(f"{step.who} commented on {repo}#{number}")


async def _close(stage: Stage, step: Step) -> None:
    repo, number = stage.issue(step.close)
    stage.github.close_issue(step.who, repo, number)
    stage.tell(f"issue closed by {step.who}: {repo}#{number}")


async def _reopen(stage: Stage, step: Step) -> None:
    repo, number = stage.issue(step.reopen)
    stage.github.reopen_issue(step.who, repo, number)
    stage.tell(f"issue reopened by {step.who}: {repo}#{number}")


async def _redeliver(stage: Stage, step: Step) -> None:
    attempts = _about(stage, step.redeliver)
    if not attempts:
        raise StoryFailed(f"nothing was delivered about {step.redeliver!r} yet")
    stage.tell("the Redeliver button is pressed on GitHub")
    stage.github.redeliver(attempts[0].guid)


async def _answered(stage: Stage, step: Step) -> None:
    """How the newest delivery about an issue was answered: the status code, and what the answer says."""
    await stage.github.settled()
    attempts = _about(stage, step.to)
    if not attempts:
        raise StoryFailed(f"nothing was delivered about {step.to!r}")
    stage.tell(_told(attempts[-1]))
    wanted = step.answered if isinstance(step.answered, list) else [step.answered]
    if not {attempts[-1].status_code, outcome_of(attempts[-1])}.issuperset(wanted):
        raise StoryFailed(f"{' '.join(map(str, wanted))} was expected, it was {_told(attempts[-1])}")


def _about(stage: Stage, name: str | None) -> list[Delivery]:
    """Every attempt to tell the bot what happened to an issue."""
    repo, number = stage.issue(name)
    where = stage.github.repository(repo).id
    told = [one for one in stage.github.deliveries("issues") if one.notice.repository_id == where]
    return [one for one in told if one.notice.payload["issue"]["number"] == number]


def _told(attempt: Delivery) -> str:
    kind = "redelivery" if attempt.is_redelivery else "delivery"
    correlation_id = answer_of(attempt).get("correlation_id")
    ending = f", correlation id {correlation_id}" if correlation_id else ""
    return f"{kind}: {attempt.status_code} {outcome_of(attempt)}{ending}"


async def _tracked(stage: Stage, step: Step) -> None:
    """An issue has a ticket, and the ticket a card."""
    repo, number = stage.issue(step.tracked)
    ticket = await ticket_of(stage, repo, number)
    if ticket is None:
        raise StoryFailed(f"no ticket tracks {repo}#{number}")
    stage.tell(f"ticket {ticket.name}: {ticket.title} ({ticket.priority}, {ticket.status})")
    for card in cards_of(stage, ticket):
        channel = stage.slack.world.channels[card.channel].name
        stage.tell(f"card in #{channel}: {readable(stage.slack.world, card.text)}")


async def ticket_of(stage: Stage, repo: str, number: int) -> Ticket | None:
    """The ticket that tracks an issue."""
    async with stage.db.read() as tx:
        known = await repositories.by_github_id(tx, stage.github.repository(repo).id)
        issue = await issues.by_number(tx, known.id, number) if known else None
        return await tickets.get(tx, issue.ticket_id) if issue and issue.ticket_id else None


def cards_of(stage: Stage, ticket: Ticket) -> list[Message]:
    """The bot's messages in channels that show a ticket."""
    channels = [channel for channel in stage.slack.world.channels.values() if channel.kind != "im"]
    said = [message for channel in channels for message in channel.messages.values() if message.bot_id]
    return [message for message in said if message.text.startswith(f"{ticket.name} ")]


def _name(repo: str, issue: Issue) -> str:
    return f"{repo}#{issue.number} {issue.title}"


VERBS: dict[str, Verb] = {
    "open": _open,
    "pull": _pull,
    "comment": _comment,
    "close": _close,
    "reopen": _reopen,
    "redeliver": _redeliver,
    "answered": _answered,
    "tracked": _tracked,
}
