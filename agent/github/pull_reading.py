"""What a person or a model reads of a pull request: its size and state, its files, its diff, and where it is deployed.

As in agent/github/reading.py: the client and the repository's row first, plain text back, CallFailed for what fails.
"""

from collections.abc import Sequence
from functools import partial

from agent.excerpt import from_on, lines_of, one_line, page
from agent.github import diffs
from agent.github.ci import standing_of
from agent.github.repositories import as_told
from bot.github.client import GitHubClient
from bot.github.deployments import Deployment, deployments
from bot.github.pulls import PullFile, pull_files, read_pull
from bot.github.runs import checks
from prompts.words import say
from storage.repositories import Repository

FILES_SHOWN = 10


async def read_pull_summary(github: GitHubClient, row: Repository, number: int, *, start: int = 1) -> str:
    """A pull request: state, size, reviewers, checks, the first files, and its text from line `start` on."""
    where = as_told(row)
    found = await read_pull(github, where, number)
    files = await pull_files(github, where, number)
    pull = found.pull
    state = f"{pull.state} (draft)" if pull.is_draft else pull.state
    mergeable = {True: say("yes"), False: say("no"), None: say("not known yet")}[found.is_mergeable]
    head = [
        f"#{number} {state} “{one_line(pull.title)}” @{pull.author or '?'} {pull.url}",
        f"{pull.head_ref} → {pull.base_ref}, +{found.additions} -{found.deletions}, {pull.head_sha[:12]}",
        say("asked for review: {who}", who=", ".join(found.reviewers) or say("nobody")),
        say("can be merged: {answer}", answer=mergeable),
        say("checks: {state}", state=standing_of(await checks(github, where, pull.head_sha))),
        *map(_file_line, files[:FILES_SHOWN]),
        *([_from_file(FILES_SHOWN, first=1, last=found.files)] if found.files > FILES_SHOWN else []),
    ]
    return from_on(head, lines_of(found.body), start)


async def read_pull_files(github: GitHubClient, row: Repository, number: int, *, start: int = 1) -> str:
    """The files of a pull request with their sizes, from file `start` on."""
    files, first = await pull_files(github, as_told(row), number), max(start, 1)
    head = say("#{number} changes {count} files, from file {first}:", number=number, count=len(files), first=first)
    left = partial(_from_file, first=first, last=len(files))
    return page([head], [_file_line(file) for file in files[first - 1 :]], rest=left)


def _file_line(file: PullFile) -> str:
    return f"{file.status} {file.path} +{file.additions} -{file.deletions}"


def _from_file(shown: int, *, first: int, last: int) -> str:
    return say("[cut here: it goes on from file {file} of {last}]", file=first + shown, last=last)


async def read_diff(github: GitHubClient, row: Repository, number: int, *, path: str = "", start: int = 1) -> str:
    """The diff of a pull request, file by file with the numbers of the lines, from line `start` of it on.

    Args:
        path: of the one file that is wanted; empty: all of them.
    """
    files = [file for file in await pull_files(github, as_told(row), number) if path in {"", file.path}]
    if not files:
        return say("#{number} does not change {path}.", number=number, path=one_line(path))
    head = say("The diff of #{number}:", number=number)
    lines = [line for file in files for line in (_file_line(file), *diffs.numbered(file))]
    return from_on([head, *_unread(files)], lines, start, is_code=True)


async def search_diff(github: GitHubClient, row: Repository, number: int, words: str) -> str:
    """The lines of a pull request's diff in which the words stand."""
    files = await pull_files(github, as_told(row), number)
    found = diffs.search(files, words)
    shown = found[: diffs.MOST_LINES]
    head = say("Lines of #{number} with “{words}”:", number=number, words=one_line(words))
    if not found:
        head = say("No line of #{number} has “{words}”.", number=number, words=one_line(words))
    notes = [_more_lines()] if len(found) > len(shown) else []
    return page([head, *notes, *_unread(files)], [str(line) for line in shown], rest=lambda _: _more_lines())


def _more_lines() -> str:
    return say("[there are more lines: a longer text finds fewer]")


def _unread(files: Sequence[PullFile]) -> list[str]:
    names = [file.path for file in files if file.patch is None]
    if not names:
        return []
    return [say("Not read, as GitHub leaves out their lines: {names}", names=", ".join(names[:FILES_SHOWN]))]


async def read_previews(github: GitHubClient, row: Repository, number: int) -> str:
    """Where the newest commit of a pull request runs: its newest deployment to each environment."""
    where = as_told(row)
    sha = (await read_pull(github, where, number)).pull.head_sha
    found = await deployments(github, where, sha)
    if not found:
        return say("#{number} at {sha} is deployed nowhere.", number=number, sha=sha[:12])
    head = say("Deployments of #{number} at {sha}:", number=number, sha=sha[:12])
    return from_on([head], [_deployment_line(one) for one in found], 1)


def _deployment_line(one: Deployment) -> str:
    at = f"{one.at:%Y-%m-%d %H:%M} UTC" if one.at else "?"
    return f"{one_line(one.environment)}: {one.state}, {at} {one.url}".strip()
