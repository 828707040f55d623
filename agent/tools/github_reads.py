"""What the agent can look at on GitHub besides pull requests: issues, comments, files and the runs of Actions."""

from typing import Literal

from agent.github import ci, reading
from agent.kit.kinds import Line, Query, RepositoryName
from agent.kit.tool import tool
from agent.kit.world import Scope
from agent.tools.on_github import ANY, LOG_SECONDS, found


@tool(risk="read", reach="github", permission="see")
async def get_issue(scope: Scope, repository: RepositoryName, number: int, from_line: int) -> str:
    """One issue on GitHub: state, author, labels, assignees and its text.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: the issue's.
        from_line: of its text; 1 for the beginning.
    """
    return await found(scope, repository, lambda github, row: reading.read_issue(github, row, number, start=from_line))


@tool(risk="read", reach="github", permission="see")
async def comments(scope: Scope, repository: RepositoryName, number: int, from_line: int) -> str:
    """The comments of an issue or pull request with who wrote them when, the newest last.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: of the issue or pull request.
        from_line: of them; 1 for the beginning.
    """
    return await found(
        scope, repository, lambda github, row: reading.read_comments(github, row, number, start=from_line)
    )


@tool(risk="read", reach="github", permission="see")
async def search_issues(
    scope: Scope,
    repository: RepositoryName,
    words: Query,
    kind: Literal["issue", "pr"],
    state: Literal["open", "closed", "any"],
    from_hit: int,
) -> str:
    """Issues or pull requests whose title or text has the words.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        words: to look for.
        kind: issue, or pr for pull requests.
        state: open, closed, or any.
        from_hit: 1 for the best.
    """
    only = "" if state == ANY else state
    return await found(
        scope,
        repository,
        lambda github, row: reading.search_issues(github, row, words, kind=kind, state=only, start=from_hit),
    )


@tool(risk="read", reach="github", permission="see")
async def search_code(scope: Scope, repository: RepositoryName, words: Query, from_hit: int) -> str:
    """Files of the default branch in which words occur, with the lines around them.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        words: to look for.
        from_hit: 1 for the best.
    """
    return await found(scope, repository, lambda github, row: reading.search_code(github, row, words, start=from_hit))


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
    return await found(
        scope, repository, lambda github, row: reading.read_file(github, row, path, ref=ref, start=from_line)
    )


@tool(risk="read", reach="github", permission="see")
async def runs(scope: Scope, repository: RepositoryName, branch: Line, state: Line, from_run: int) -> str:
    """Runs of GitHub Actions with their numbers, ten at a time, the newest first.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        branch: of which branch; any for all.
        state: a status or conclusion, as failure, success, in_progress; any for all.
        from_run: 1 for the newest.
    """
    ref, wanted = "" if branch == ANY else branch, "" if state == ANY else state
    return await found(
        scope,
        repository,
        lambda github, row: ci.read_runs(github, row, branch=ref, state=wanted, start=from_run),
    )


@tool(risk="read", reach="github", permission="see")
async def jobs(scope: Scope, repository: RepositoryName, run: int, from_line: int) -> str:
    """The jobs of a run with their steps; what failed is marked.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        run: the run's number, as runs says it.
        from_line: of the list; 1 for the beginning.
    """
    return await found(scope, repository, lambda github, row: ci.read_jobs(github, row, run, start=from_line))


@tool(risk="read", reach="github", permission="see", timeout=LOG_SECONDS)
async def failure_log(scope: Scope, repository: RepositoryName, run: int, from_line: int) -> str:
    """What the log of a run's first failed job says around its errors.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        run: the run's number, as runs says it.
        from_line: of what stands there; 1 for the beginning.
    """
    return await found(scope, repository, lambda github, row: ci.read_failure(github, row, run, start=from_line))


TOOLS = (
    get_issue,
    comments,
    search_issues,
    search_code,
    read_file,
    runs,
    jobs,
    failure_log,
)
