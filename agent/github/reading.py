"""What a person or a model reads of a repository: files, search, issues and comments; each result fits and links.

Every function takes the client and the repository's row, gives plain text (escape it before it goes into mrkdwn), and
raises CallFailed, which agent/github/failing.py puts into words. What is in the texts was written by others: data.
"""

from functools import partial

from agent.excerpt import from_on, lines_of, one_line, page
from agent.github.repositories import as_told
from bot.github.client import GitHubClient
from bot.github.comments import MOST_COMMENTS, CommentFacts, comments_of
from bot.github.issues import IssueFacts, Kind
from bot.github.issues import read_issue as asked_issue
from bot.github.issues import search_issues as asked_issues
from bot.github.source import MOST_HITS, Folder
from bot.github.source import read_file as asked_file
from bot.github.source import search_code as asked_code
from prompts.words import fixed, say, say_of
from storage.repositories import Repository

MOST_LINES = 500  # of a file, in one result
PIECE_LINES = 6  # of each file in which something was found
MOST_FOUND = 1000  # hits of a search that GitHub shows


async def read_file(github: GitHubClient, row: Repository, path: str, *, ref: str = "", start: int = 1) -> str:
    """A file's lines with their numbers, from `start` on; of a folder, what is in it, likewise."""
    found = await asked_file(github, as_told(row), path, ref=ref)
    if isinstance(found, Folder):
        return from_on([f"{row.full_name}/{path}"], found.names, start)
    if found.text is None:
        return say("{path} is no text, or larger than 1 MB: {url}", path=found.path, url=found.url)
    lines = found.text.splitlines()
    numbered = [f"{at:>5}  {line}" for at, line in enumerate(lines, 1)]
    where = fixed("{path} from line {first} of {last}: {url}")
    head = say(where, path=found.path, first=max(start, 1), last=len(lines), url=found.url)
    return from_on([head], numbered, start, most=MOST_LINES, is_code=True)


async def search_code(github: GitHubClient, row: Repository, words: str, *, start: int = 1) -> str:
    """Files of the default branch in which the words occur, from hit `start` on, with the lines around them."""
    first = _within_reach(start)
    found = await asked_code(github, as_told(row), words, page=_page_of(first))
    if not found.hits:
        return _nothing(row, words)
    hits = found.hits[_left_out(first) :]
    lines, starts = list[str](), list[int]()
    for hit in hits:
        starts.append(len(lines))
        lines.append(f"{hit.path} {hit.url}")
        pieces = [line for piece in hit.pieces for line in piece.splitlines() if line.strip()]
        lines += [f"    {line}" for line in pieces[:PIECE_LINES]]
    ends = [*starts[1:], len(lines)]

    def rest(shown: int) -> str:
        return _from_hit(sum(end <= shown for end in ends), first=first, last=found.total)

    return page([_counted(len(hits), found.total)], lines, rest=rest, is_part=first - 1 + len(hits) < found.total)


def _nothing(row: Repository, words: str) -> str:
    return say("Nothing in {repository} has “{words}”.", repository=row.full_name, words=one_line(words))


def _counted(shown: int, total: int) -> str:
    return say("{shown} of {total}:", shown=shown, total=max(shown, total))


def _within_reach(start: int) -> int:
    """The hit to begin with: GitHub shows the first thousand."""
    return min(max(start, 1), MOST_FOUND - MOST_HITS + 1)


def _page_of(first: int) -> int:
    """The page of GitHub's on which a hit stands; `_left_out` says how many stand there before it."""
    return (first - 1) // MOST_HITS + 1


def _left_out(first: int) -> int:
    return (first - 1) % MOST_HITS


def _from_hit(shown: int, *, first: int, last: int) -> str:
    return say("[cut here: it goes on from hit {hit} of {last}]", hit=first + shown, last=last)


async def search_issues(
    github: GitHubClient, row: Repository, words: str, *, kind: Kind, state: str = "", start: int = 1
) -> str:
    """Issues, or pull requests, whose title or body has the words, from hit `start` on."""
    first = _within_reach(start)
    found = await asked_issues(github, as_told(row), words, kind=kind, state=state, page=_page_of(first))
    if not found.hits:
        return _nothing(row, words)
    lines = [_issue_line(hit) for hit in found.hits[_left_out(first) : MOST_HITS]]
    rest = partial(_from_hit, first=first, last=found.total)
    return page([_counted(len(lines), found.total)], lines, rest=rest, is_part=first - 1 + len(lines) < found.total)


def _issue_line(hit: IssueFacts) -> str:
    issue = hit.issue
    labels = f" [{', '.join(issue.labels)}]" if issue.labels else ""
    return f"#{issue.number} {issue.state} “{one_line(issue.title)}” @{issue.author or '?'}{labels} {issue.url}"


async def read_issue(github: GitHubClient, row: Repository, number: int, *, start: int = 1) -> str:
    """An issue: state, labels, assignees, and its text from line `start` on."""
    found = await asked_issue(github, as_told(row), number)
    head = [_issue_line(found)]
    head += [say("assigned: {who}", who=", ".join(found.assignees))] if found.assignees else []
    return from_on(head, lines_of(found.issue.body), start)


async def read_comments(github: GitHubClient, row: Repository, number: int, *, start: int = 1) -> str:
    """The comments of an issue or pull request with who wrote them when, the newest last, from line `start` on."""
    found = await comments_of(github, as_told(row), number)
    about = f"{row.full_name}#{number}"
    if not found:
        return say("Nobody has commented on {object}.", object=about)
    head = [say_of(len(found), "1 comment on {object}:", "{count} comments on {object}:", object=about)]
    if len(found) == MOST_COMMENTS:
        head.append(say("Only the first {count} are read: the newest may be missing.", count=MOST_COMMENTS))
    return from_on(head, [line for one in found for line in _comment_lines(one)], start)


def _comment_lines(one: CommentFacts) -> list[str]:
    at = f"{one.at:%Y-%m-%d %H:%M} UTC" if one.at else "?"
    return [f"@{one.author or '?'}, {at} {one.url}", *(f"    {line}" for line in lines_of(one.body))]
