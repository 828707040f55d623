"""REST: search in issues, pulls and code, within the repositories that the caller may see."""

import re
from dataclasses import dataclass

from bot.sandbox.github.access import may_see
from bot.sandbox.github.ask import Answer, Ask
from bot.sandbox.github.records import Issue, Payload, Repository
from bot.sandbox.github.refusals import ApiError, invalid
from bot.sandbox.github.rest.code import blob_sha, entry
from bot.sandbox.github.shapes.issue import issue
from bot.sandbox.github.shapes.repository import brief_repository

TERM = re.compile(r'(?:(\w+):)?("[^"]*"|\S+)')
CANNOT = "The listed users and repositories cannot be searched either because the resources do not exist"
UNNAMED: Payload = {}
AROUND = 60  # characters that a found fragment shows on each side


@dataclass(frozen=True)
class Query:
    """What is looked for, in lower case, and where."""

    words: tuple[str, ...]
    repositories: tuple[Repository, ...]
    kinds: frozenset[str]  # of `is:`


def _read(ask: Ask) -> Query:
    if not ask.query.get("q"):
        raise invalid("Search", "q", "missing")
    words, kinds, repositories = [], set(), []
    for qualifier, given in TERM.findall(ask.query["q"]):
        term = given.strip('"')
        if qualifier == "repo":
            found = ask.world.find_repository(term)
            if found is None or not may_see(ask.caller, found):
                raise ApiError(422, "Validation Failed", errors=[{"message": CANNOT, "resource": "Search"}])
            repositories.append(found)
        elif qualifier in ("is", "state", "type"):
            kinds.add(term)
        elif qualifier:
            raise invalid("Search", "q", "invalid")
        else:
            words.append(term.lower())
    seen = [one for one in ask.world.repositories.values() if may_see(ask.caller, one)]
    return Query(tuple(words), tuple(repositories or seen), frozenset(kinds))


def issues(ask: Ask) -> Answer:
    """Issues or pulls whose title or body has all the words, the last changed first."""
    query = _read(ask)
    if ask.caller.kind == "installation" and not query.kinds & {"issue", "pr", "pull-request"}:
        raise ApiError(422, "Query must include 'is:issue' or 'is:pull-request'")
    found = [
        (where, one)
        for where in query.repositories
        for one in where.present
        if _is_kind(one, query.kinds) and all(word in f"{one.title}\n{one.body}".lower() for word in query.words)
    ]
    found.sort(key=lambda pair: (pair[1].updated_at, pair[1].number), reverse=True)
    return _page(ask, [_scored(issue(ask.url, where, one)) for where, one in found], kind={"search_type": "lexical"})


def _is_kind(one: Issue, kinds: frozenset[str]) -> bool:
    wanted = {"issue" if kind == "issue" else "pull" for kind in kinds & {"issue", "pr", "pull-request"}}
    states = kinds & {"open", "closed", "merged"}
    is_merged = one.branches is not None and one.branches.merged_at is not None
    is_in_state = not states or one.state in states or (is_merged and "merged" in states)
    return is_in_state and (not wanted or ("pull" if one.is_pull else "issue") in wanted)


def code(ask: Ask) -> Answer:
    """Files of default branches that have all the words."""
    query = _read(ask)
    if ask.caller.kind == "nobody":
        raise ApiError(401, "Requires authentication")
    found = [
        _hit(ask, where, path, text, query.words)
        for where in query.repositories
        for path, text in where.tree(where.default_branch).items()
        if all(word in f"{path}\n{text}".lower() for word in query.words)
    ]
    return _page(ask, found)


def _hit(ask: Ask, where: Repository, path: str, text: str, words: tuple[str, ...]) -> Payload:
    told = entry(ask.url, where, path, text, where.heads[where.default_branch])
    names = ("name", "path", "url", "git_url", "html_url")
    hit = {name: told[name] for name in names} | {
        "sha": blob_sha(text),
        "repository": brief_repository(ask.url, where),
        "score": 1.0,
    }
    return hit | ({"text_matches": _matches(told["url"], text, words)} if "text-match" in ask.accept else {})


def _matches(url: str, text: str, words: tuple[str, ...]) -> list[Payload]:
    found = []
    for word in words:
        at = text.lower().find(word)
        if at < 0:
            continue
        start, end = max(0, at - AROUND), at + len(word) + AROUND
        match = {"text": text[at : at + len(word)], "indices": [at - start, at - start + len(word)]}
        shown = {"object_url": url, "object_type": "FileContent", "property": "content"}
        found.append(shown | {"fragment": text[start:end], "matches": [match]})
    return found


def _scored(told: Payload) -> Payload:
    """With its rank; by the description, what has no text leaves it out here."""
    return {key: value for key, value in told.items() if (key, value) != ("body", None)} | {"score": 1.0}


def _page(ask: Ask, found: list[Payload], *, kind: Payload = UNNAMED) -> Answer:
    shown, headers = ask.cut(found)
    body = {"total_count": len(found), "incomplete_results": False, "items": list(shown)} | kind
    return Answer(body=body, headers=headers)
