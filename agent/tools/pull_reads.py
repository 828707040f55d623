"""What the agent can look at of a pull request: its state, files, diff and checks, where it runs, who may review it."""

from agent.github import ci, pull_reading
from agent.github.repositories import as_told
from agent.kit.kinds import Line, Query, RepositoryName
from agent.kit.tool import tool
from agent.kit.world import Scope
from agent.review_requests import suggest
from agent.tools.on_github import ANY, LOG_SECONDS, found
from bot.github.client import GitHubClient
from bot.github.pulls import pull_files as files_of
from bot.github.pulls import read_pull
from storage import tickets
from storage.repositories import Repository


@tool(risk="read", reach="github", permission="see")
async def get_pull(scope: Scope, repository: RepositoryName, number: int, from_line: int) -> str:
    """One pull request: state, branch, size, reviewers, checks, the first files, whether it can be merged, its text.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: the pull request's.
        from_line: of its text; 1 for the beginning.
    """
    return await found(
        scope, repository, lambda github, row: pull_reading.read_pull_summary(github, row, number, start=from_line)
    )


@tool(risk="read", reach="github", permission="see")
async def pull_files(scope: Scope, repository: RepositoryName, number: int, from_file: int) -> str:
    """The files that a pull request changes, with how many lines come and go in each.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: the pull request's.
        from_file: 1 for the beginning.
    """
    return await found(
        scope, repository, lambda github, row: pull_reading.read_pull_files(github, row, number, start=from_file)
    )


@tool(risk="read", reach="github", permission="see")
async def pull_diff(scope: Scope, repository: RepositoryName, number: int, path: Line, from_line: int) -> str:
    """What a pull request changes, file by file, each line with its number and its sign.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: the pull request's.
        path: of the one file to show; any for all of them.
        from_line: of the diff; 1 for the beginning.
    """
    only = "" if path == ANY else path
    return await found(
        scope, repository, lambda github, row: pull_reading.read_diff(github, row, number, path=only, start=from_line)
    )


@tool(risk="read", reach="github", permission="see")
async def search_diff(scope: Scope, repository: RepositoryName, number: int, words: Query) -> str:
    """The lines of a pull request's diff in which a text stands, whatever its case.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: the pull request's.
        words: the text to look for.
    """
    return await found(scope, repository, lambda github, row: pull_reading.search_diff(github, row, number, words))


@tool(risk="read", reach="github", permission="see")
async def suggest_reviewers(scope: Scope, repository: RepositoryName, number: int) -> str:
    """Who could review a pull request, the best first: who owns its files, is at work and has least to do.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: the pull request's.
    """

    async def ask(github: GitHubClient, row: Repository) -> str:
        where = as_told(row)
        pull, files = await read_pull(github, where, number), await files_of(github, where, number)
        async with scope.world.reading() as desk:
            ticket = await tickets.get(desk.tx, scope.thread_ticket) if scope.thread_ticket else None
            return await suggest.in_words(
                desk,
                [file.path for file in files],
                repository=row.full_name,
                without=[*pull.reviewers, *([pull.pull.author] if pull.pull.author else [])],
                team_id=ticket.team_id if ticket else None,
            )

    return await found(scope, repository, ask)


@tool(risk="read", reach="github", permission="see")
async def checks(scope: Scope, repository: RepositoryName, number: int, from_line: int) -> str:
    """The checks of a pull request's newest commit: which pass, fail or run.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: the pull request's.
        from_line: of the list; 1 for the beginning.
    """
    return await found(scope, repository, lambda github, row: ci.read_checks(github, row, number, start=from_line))


@tool(risk="read", reach="github", permission="see", timeout=LOG_SECONDS)
async def why_ci_fails(scope: Scope, repository: RepositoryName, number: int, from_line: int) -> str:
    """Why the checks of a pull request fail: the log of its newest failed run around the errors.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: the pull request's.
        from_line: of what stands there; 1 for the beginning.
    """
    return await found(scope, repository, lambda github, row: ci.why_ci_fails(github, row, number, start=from_line))


@tool(risk="read", reach="github", permission="see")
async def preview_status(scope: Scope, repository: RepositoryName, number: int) -> str:
    """Where a pull request's newest commit is deployed: each environment, how far it is, its address.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: the pull request's.
    """
    return await found(scope, repository, lambda github, row: pull_reading.read_previews(github, row, number))


TOOLS = (
    get_pull,
    pull_files,
    pull_diff,
    search_diff,
    suggest_reviewers,
    checks,
    why_ci_fails,
    preview_status,
)
