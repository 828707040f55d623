"""What a person or a model reads of a repository: files, search, issues and pull requests; each result fits and links.

Every function takes the client and the repository's row, gives plain text (escape it before it goes into mrkdwn), and
raises CallFailed, which agent/github/failing.py puts into words. What is in the texts was written by others: data.
"""

from functools import partial

from agent.github import diffs
from agent.github.ci import standing_of
from agent.github.excerpt import one_line, page
from agent.github.repositories import as_told
from bot.github.client import GitHubClient
from bot.github.issues import IssueFacts, Kind
from bot.github.issues import read_issue as asked_issue
from bot.github.issues import search_issues as asked_issues
from bot.github.pulls import PullFile, pull_files, read_pull
from bot.github.runs import checks
from bot.github.source import MOST_HITS, Folder
from bot.github.source import read_file as asked_file
from bot.github.source import search_code as asked_code
from prompts.words import say
from storage.repositories import Repository

MOST_LINES = 500  # of a file, in one result
FILES_SHOWN = 10
PIECE_LINES = 6  # of each file in which something was found


async def read_file(github: GitHubClient, row: Repository, path: str, *, ref: str = "", start: int = 1) -> str:
    """A file's lines with their numbers, from `start` on; of a folder, what is in it."""
    found = await asked_file(github, as_told(row), path, ref=ref)
    if isinstance(found, Folder):
        return page([f"{row.full_name}/{path}"], found.names, rest=partial(_more, of=len(found.names)))
    if found.text is None:
        return say("{path} is no text, or larger than 1 MB: {url}", path=found.path, url=found.url)
    lines, first = found.text.splitlines(), max(start, 1)
    numbered = [f"{at:>5}  {line}" for at, line in enumerate(lines, 1)][first - 1 :]
    head = say(
        "{path} from line {first} of {last}: {url}", path=found.path, first=first, last=len(lines), url=found.url
    )
    left = partial(_from_line, first=first, last=len(lines))
    is_part = len(numbered) > MOST_LINES
    return page([head], numbered[:MOST_LINES], rest=left, is_code=True, is_part=is_part)


def _from_line(shown: int, *, first: int, last: int) -> str:
    return say("[cut here: it goes on from line {line} of {last}]", line=first + shown, last=last)


def _more(shown: int, *, of: int) -> str:
    return say("[cut here: {count} more]", count=of - shown)


async def search_code(github: GitHubClient, row: Repository, words: str) -> str:
    """Files of the default branch in which the words occur, with the lines around them."""
    found = await asked_code(github, as_told(row), words)
    if not found.hits:
        return say("Nothing in {repository} has “{words}”.", repository=row.full_name, words=one_line(words))
    lines = []
    for hit in found.hits:
        lines.append(f"{hit.path} {hit.url}")
        pieces = [line for piece in hit.pieces for line in piece.splitlines() if line.strip()]
        lines += [f"    {line}" for line in pieces[:PIECE_LINES]]
    head = _counted(len(found.hits), found.total)
    return page([head], lines, rest=partial(_more, of=len(lines)))


def _counted(shown: int, total: int) -> str:
    return say("{shown} of {total}:", shown=shown, total=max(shown, total))


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


def _unread(files: list[PullFile]) -> list[str]:
    names = [file.path for file in files if file.patch is None]
    if not names:
        return []
    return [say("Not read, as GitHub leaves out their lines: {names}", names=", ".join(names[:FILES_SHOWN]))]


async def search_issues(github: GitHubClient, row: Repository, words: str, *, kind: Kind, state: str = "") -> str:
    """Issues, or pull requests, whose title or body has the words."""
    found = await asked_issues(github, as_told(row), words, kind=kind, state=state)
    if not found.hits:
        return say("Nothing in {repository} has “{words}”.", repository=row.full_name, words=one_line(words))
    lines = [_issue_line(hit) for hit in found.hits[:MOST_HITS]]
    return page([_counted(len(lines), found.total)], lines, rest=partial(_more, of=len(lines)))


def _issue_line(hit: IssueFacts) -> str:
    issue = hit.issue
    labels = f" [{', '.join(issue.labels)}]" if issue.labels else ""
    return f"#{issue.number} {issue.state} “{one_line(issue.title)}” @{issue.author or '?'}{labels} {issue.url}"


async def read_issue(github: GitHubClient, row: Repository, number: int, *, start: int = 1) -> str:
    """An issue: state, labels, assignees, and its text from line `start` on."""
    found = await asked_issue(github, as_told(row), number)
    head = [_issue_line(found)]
    head += [say("assigned: {who}", who=", ".join(found.assignees))] if found.assignees else []
    return _with_text(head, found.issue.body, start)


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
        *([_more(FILES_SHOWN, of=found.files)] if found.files > FILES_SHOWN else []),
    ]
    return _with_text(head, found.body, start)


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


def _with_text(head: list[str], text: str, start: int) -> str:
    lines, first = text.splitlines(), max(start, 1)
    return page(head, lines[first - 1 :], rest=partial(_from_line, first=first, last=len(lines)))
