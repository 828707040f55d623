"""REST: pulls."""

from bot.sandbox.github.ask import Answer, Ask
from bot.sandbox.github.changes import issue as changes
from bot.sandbox.github.changes import review
from bot.sandbox.github.records import Branches, Issue
from bot.sandbox.github.refusals import ApiError, invalid, not_found
from bot.sandbox.github.rest.issues import arranged, check_text, may_triage
from bot.sandbox.github.shapes.account import account
from bot.sandbox.github.shapes.pull import changed, changed_file, full_pull, pull

NO_COLLABORATOR = (
    "Reviews may only be requested from collaborators."
    " One or more of the users or teams you specified is not a collaborator of the repository."
)
OWN = "Review cannot be requested from pull request author."


def list_all(ask: Ask) -> Answer:
    """Those in the state asked for, by branch if asked."""
    head, base = ask.query.get("head"), ask.query.get("base")
    pulls = [one for one in arranged(ask, ask.where.present) if one.branches]
    wanted = [
        one
        for one in pulls
        if one.branches
        and head in (None, f"{ask.where.owner.login}:{one.branches.head_ref}")
        and base in (None, one.branches.base_ref)
    ]
    return ask.page(wanted, lambda one: pull(ask.url, ask.where, one))


def get(ask: Ask) -> Answer:
    """One pull."""
    return Answer(body=full_pull(ask.url, ask.where, _pull(ask)))


def update(ask: Ask) -> Answer:
    """Other words for it, or closed, or open again."""
    one, given = _pull(ask), ask.body
    if not may_triage(ask) and one.author is not ask.caller.account:
        raise ApiError(403, "Must have push access to repository")
    if given.get("state") not in (None, "open", "closed"):
        raise invalid("PullRequest", "state", "invalid")
    check_text(given.get("body"), resource="PullRequest")
    changes.edit(ask.herald, ask.where, one, by=ask.by, title=given.get("title"), body=given.get("body"))
    if given.get("state"):
        changes.set_state(ask.herald, ask.where, one, given["state"], by=ask.by)
    return get(ask)


def files(ask: Ask) -> Answer:
    """What it changes, file by file."""
    one = _pull(ask)
    return ask.page(changed(ask.where, one), lambda change: changed_file(ask.url, ask.where, one, change))


def requested_reviewers(ask: Ask) -> Answer:
    """Who is asked and has not answered."""
    people = [account(ask.url, who) for who in _branches(ask).reviewers]
    return Answer(body={"users": people, "teams": []})


def request_reviewers(ask: Ask) -> Answer:
    """Ask people; if one of them may not be asked, nobody is."""
    one, logins = _pull(ask), [str(login) for login in ask.body.get("reviewers") or ()]
    if one.author and one.author.login in logins:
        raise ApiError(422, OWN)
    if not set(logins) <= set(ask.where.roles):
        raise ApiError(422, NO_COLLABORATOR)
    review.ask(ask.herald, ask.where, one, logins, by=ask.by)
    return Answer(201, pull(ask.url, ask.where, one))


def _pull(ask: Ask) -> Issue:
    if not ask.issue.is_pull:
        raise not_found()
    return ask.issue


def _branches(ask: Ask) -> Branches:
    branches = _pull(ask).branches
    assert branches
    return branches
