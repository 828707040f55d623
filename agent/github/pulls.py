"""Pull requests are mirrored: their newest commit, state and checks are known here without asking GitHub."""

from dataclasses import asdict

from agent.desk import Desk
from agent.github.activity import worked_on
from agent.github.pull_threads import follow_in_threads
from agent.github.repositories import seen
from agent.narration import threads
from agent.people.logins import guess
from agent.review_requests.follow import follow, keep_verdict
from agent.review_requests.plan import plan_reviews
from bot.events import CheckRunEvent, PullEvent, PushEvent
from storage import pulls
from storage.pulls import Pull

BRANCH = "refs/heads/"


async def hear_pull(desk: Desk, event: PullEvent) -> str:
    """Keep the newest state of a pull request."""
    repository = await seen(desk, event.repository)
    told = event.pull
    known = await pulls.by_number(desk.tx, repository.id, told.number)
    if known and _is_late(event, known):
        await keep_verdict(desk, known, event)
        await threads.hear_review(desk, repository, known, event)
        return "older than what is known"
    fields = asdict(told) | {"closes": list(told.closes)}
    if known is None:
        known = Pull(workspace_id=desk.workspace_id, repository_id=repository.id, **fields)
        desk.tx.add(known)
        await desk.tx.flush()
        await follow(desk, known, event)
        await follow_in_threads(desk, known, event, before=None)
        await worked_on(desk, known, event.sender)
        await threads.hear_review(desk, repository, known, event)
        return ""
    was_draft, before = known.is_draft, known.state
    if known.head_sha != told.head_sha:
        known.checks = {}
    for name, value in fields.items():
        setattr(known, name, value)
    await follow(desk, known, event, was_draft=was_draft)
    await follow_in_threads(desk, known, event, before=before)
    await worked_on(desk, known, event.sender)
    await threads.hear_review(desk, repository, known, event)
    return ""


def _is_late(event: PullEvent, known: Pull) -> bool:
    """GitHub's times have no more than seconds: of two heads of one second the newer is the one that follows ours."""
    told = event.pull.updated_at
    if not told or not known.updated_at or told > known.updated_at:
        return False
    is_another = event.pull.head_sha != known.head_sha
    return told < known.updated_at or (is_another and event.before != known.head_sha)


async def hear_push(desk: Desk, event: PushEvent) -> str:
    """Note that the repository is worked on; open pull requests of the branch move to its new commit."""
    repository = await seen(desk, event.repository)
    repository.pushed_at = desk.now
    if event.author and event.email:
        await guess(desk, event.author, event.email)
    branch = event.ref.removeprefix(BRANCH)
    for pull in await pulls.at_head(desk.tx, repository.id, event.before):
        if pull.head_ref == branch and pull.state == "open" and set(event.after) != {"0"}:  # zeros: it was deleted
            pull.head_sha, pull.checks = event.after, {}
            await plan_reviews(desk, pull)
    return ""


async def hear_check(desk: Desk, event: CheckRunEvent) -> str:
    """Keep what a check says of the newest commit of a pull request."""
    repository = await seen(desk, event.repository)
    found = await pulls.at_head(desk.tx, repository.id, event.head_sha)
    for pull in found:
        before, pull.checks = pull.checks, pull.checks | {event.name: event.conclusion or event.status}
        await threads.hear_check(desk, repository, pull, event.name, before=before)
    return "" if found else "no pull request has this commit"
