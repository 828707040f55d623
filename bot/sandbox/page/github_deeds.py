"""What a person can do on GitHub on the page, by name, under the login that is their name in the workspace."""

from collections.abc import Callable

from bot.sandbox.github import GitHubSandbox, PersonError
from bot.sandbox.github.records import Account, Issue, Repository
from bot.sandbox.page.asked import DONE, Answer, Asked

GitHubDeed = Callable[[GitHubSandbox, Account, Asked], Answer]


def find_account(github: GitHubSandbox, name: str) -> Account:
    """Somebody's account.

    Raises:
        PersonError: they have none.
    """
    if name not in github.world.accounts:
        raise PersonError(f"{name} has no account on GitHub.")
    return github.world.accounts[name]


def may_see(where: Repository, who: Account | None) -> bool:
    """Whether somebody is let into a repository."""
    return not where.is_private or (who is not None and who.login in where.roles)


def may_close(where: Repository, issue: Issue, who: Account | None) -> bool:
    """Whether somebody may close an issue and open it again: its author, and who may more than read."""
    return who is not None and (issue.author is who or where.roles.get(who.login, "read") != "read")


def open_issue(github: GitHubSandbox, who: Account, asked: Asked) -> Answer:
    """Open an issue."""
    where = _repository(github, who, asked)
    new = github.open_issue(
        who.login, where.full_name, title=asked.text("title"), body=asked.maybe("body"), labels=asked.names("labels")
    )
    return {"number": new.number}


def comment(github: GitHubSandbox, who: Account, asked: Asked) -> Answer:
    """Write under an issue or a pull."""
    where = _repository(github, who, asked)
    github.comment(who.login, where.full_name, asked.number("number"), asked.text("text"))
    return DONE


def close(github: GitHubSandbox, who: Account, asked: Asked) -> Answer:
    """Close an issue; `reason` is `completed` or `not_planned`."""
    where, number = _changeable(github, who, asked)
    github.close_issue(who.login, where.full_name, number, reason=asked.maybe("reason") or "completed")
    return DONE


def reopen(github: GitHubSandbox, who: Account, asked: Asked) -> Answer:
    """Open it again."""
    where, number = _changeable(github, who, asked)
    github.reopen_issue(who.login, where.full_name, number)
    return DONE


def redeliver(github: GitHubSandbox, _: Account, asked: Asked) -> Answer:
    """Send a delivery once more, under the same id."""
    guid = asked.text("guid")
    if guid not in {one.guid for one in github.deliveries()}:
        raise PersonError("That delivery is not there any more.")
    github.redeliver(guid)
    return DONE


def _repository(github: GitHubSandbox, who: Account, asked: Asked) -> Repository:
    where = github.repository(asked.text("repo"))
    if not may_see(where, who):
        raise PersonError(f"there is no repository {where.full_name}")
    return where


def _changeable(github: GitHubSandbox, who: Account, asked: Asked) -> tuple[Repository, int]:
    where = _repository(github, who, asked)
    issue = github.issue(where.full_name, asked.number("number"))
    if not may_close(where, issue, who):
        raise PersonError(f"{who.login} may close and reopen only their own issues in {where.full_name}.")
    return where, issue.number


GITHUB_DEEDS: dict[str, GitHubDeed] = {
    "open": open_issue,
    "comment": comment,
    "close": close,
    "reopen": reopen,
    "redeliver": redeliver,
}
