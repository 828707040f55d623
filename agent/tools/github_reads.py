"""What the agent can look at on GitHub: issues, pull requests, files, checks and logs, where all may see them."""

from collections.abc import Awaitable, Callable
from typing import Literal

from agent.github import ci, reading
from agent.github.failing import words_of
from agent.github.repositories import as_told
from agent.github.which import repository_for
from agent.kit.kinds import Line, Query, RepositoryName
from agent.kit.tool import tool
from agent.kit.world import Scope
from agent.review_requests import suggest
from bot.errors import UserError
from bot.github.client import GitHubClient
from bot.github.failures import CallFailed
from bot.github.pulls import pull_files as files_of
from bot.github.pulls import read_pull
from storage import tickets
from storage.repositories import Repository

ANY = "any"  # of what a model has to give a value for
LOG_SECONDS = 30.0

Ask = Callable[[GitHubClient, Repository], Awaitable[str]]


@tool(risk="read", reach="github", permission="see")
async def get_issue(scope: Scope, repository: RepositoryName, number: int, from_line: int) -> str:
    """One issue on GitHub: state, author, labels, assignees and its text.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: the issue's.
        from_line: of its text; 1 for the beginning.
    """
    return await _found(scope, repository, lambda github, row: reading.read_issue(github, row, number, start=from_line))


@tool(risk="read", reach="github", permission="see")
async def get_pull(scope: Scope, repository: RepositoryName, number: int, from_line: int) -> str:
    """One pull request: state, branch, size, reviewers, checks, the first files, whether it can be merged, its text.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: the pull request's.
        from_line: of its text; 1 for the beginning.
    """
    return await _found(
        scope, repository, lambda github, row: reading.read_pull_summary(github, row, number, start=from_line)
    )


@tool(risk="read", reach="github", permission="see")
async def pull_files(scope: Scope, repository: RepositoryName, number: int, from_file: int) -> str:
    """The files that a pull request changes, with how many lines come and go in each.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: the pull request's.
        from_file: 1 for the beginning.
    """
    return await _found(
        scope, repository, lambda github, row: reading.read_pull_files(github, row, number, start=from_file)
    )


@tool(risk="read", reach="github", permission="see")
async def suggest_reviewers(scope: Scope, repository: RepositoryName, number: int) -> str:
    """Who could review a pull request, the best first: who owns its files, is at work and has least to do.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: the pull request's.
    """

    async def ask(github: GitHubClient, row: Repository) -> str:
        where = as_told(row)
        found, files = await read_pull(github, where, number), await files_of(github, where, number)
        async with scope.world.reading() as desk:
            ticket = await tickets.get(desk.tx, scope.thread_ticket) if scope.thread_ticket else None
            return await suggest.in_words(
                desk,
                [file.path for file in files],
                repository=row.full_name,
                without=[*found.reviewers, *([found.pull.author] if found.pull.author else [])],
                team_id=ticket.team_id if ticket else None,
            )

    return await _found(scope, repository, ask)


@tool(risk="read", reach="github", permission="see")
async def search_diff(scope: Scope, repository: RepositoryName, number: int, words: Query) -> str:
    """The lines of a pull request's diff in which a text stands, whatever its case.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: the pull request's.
        words: the text to look for.
    """
    return await _found(scope, repository, lambda github, row: reading.search_diff(github, row, number, words))


@tool(risk="read", reach="github", permission="see")
async def search_code(scope: Scope, repository: RepositoryName, words: Query) -> str:
    """Files of the default branch in which words occur, with the lines around them.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        words: to look for.
    """
    return await _found(scope, repository, lambda github, row: reading.search_code(github, row, words))


@tool(risk="read", reach="github", permission="see")
async def read_file(scope: Scope, repository: RepositoryName, path: Line, branch: Line, from_line: int) -> str:
    """A file with numbered lines, up to 500 at a time; of a folder, what is in it.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        path: of the file or folder.
        branch: a branch, tag or commit; any for the default branch.
        from_line: 1 for the beginning.
    """
    ref = "" if branch == ANY else branch
    return await _found(
        scope, repository, lambda github, row: reading.read_file(github, row, path, ref=ref, start=from_line)
    )


@tool(risk="read", reach="github", permission="see")
async def search_issues(
    scope: Scope,
    repository: RepositoryName,
    words: Query,
    kind: Literal["issue", "pr"],
    state: Literal["open", "closed", "any"],
) -> str:
    """Issues or pull requests whose title or text has the words.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        words: to look for.
        kind: issue, or pr for pull requests.
        state: open, closed, or any.
    """
    only = "" if state == ANY else state
    return await _found(
        scope, repository, lambda github, row: reading.search_issues(github, row, words, kind=kind, state=only)
    )


@tool(risk="read", reach="github", permission="see")
async def checks(scope: Scope, repository: RepositoryName, number: int) -> str:
    """The checks of a pull request's newest commit: which pass, fail or run.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: the pull request's.
    """
    return await _found(scope, repository, lambda github, row: ci.read_checks(github, row, number))


@tool(risk="read", reach="github", permission="see")
async def runs(scope: Scope, repository: RepositoryName, branch: Line, state: Line) -> str:
    """The newest ten runs of GitHub Actions, with their numbers.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        branch: of which branch; any for all.
        state: a status or conclusion, as failure, success, in_progress; any for all.
    """
    wanted = {"branch": "" if branch == ANY else branch, "state": "" if state == ANY else state}
    return await _found(scope, repository, lambda github, row: ci.read_runs(github, row, **wanted))


@tool(risk="read", reach="github", permission="see")
async def jobs(scope: Scope, repository: RepositoryName, run: int) -> str:
    """The jobs of a run with their steps; what failed is marked.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        run: the run's number, as runs says it.
    """
    return await _found(scope, repository, lambda github, row: ci.read_jobs(github, row, run))


@tool(risk="read", reach="github", permission="see", timeout=LOG_SECONDS)
async def failure_log(scope: Scope, repository: RepositoryName, run: int) -> str:
    """What the log of a run's first failed job says around its errors.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        run: the run's number, as runs says it.
    """
    return await _found(scope, repository, lambda github, row: ci.read_failure(github, row, run))


@tool(risk="read", reach="github", permission="see", timeout=LOG_SECONDS)
async def why_ci_fails(scope: Scope, repository: RepositoryName, number: int) -> str:
    """Why the checks of a pull request fail: the log of its newest failed run around the errors.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: the pull request's.
    """
    return await _found(scope, repository, lambda github, row: ci.why_ci_fails(github, row, number))


async def _found(scope: Scope, repository: str, ask: Ask) -> str:
    """Choose the repository first, then ask GitHub outside of any transaction."""
    async with scope.world.reading() as desk:
        which = await repository_for(desk, repository, ticket_id=scope.thread_ticket)
    try:
        return await ask(scope.world.github.for_a_person(), which.row)
    except CallFailed as failed:
        raise UserError(words_of(failed, which.row.full_name)) from failed


TOOLS = (
    get_issue,
    get_pull,
    pull_files,
    suggest_reviewers,
    search_issues,
    search_diff,
    search_code,
    read_file,
    checks,
    runs,
    jobs,
    failure_log,
    why_ci_fails,
)
