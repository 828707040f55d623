"""The files of a repository, read and searched."""

import base64
import re
from binascii import Error as BadBase64
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.events import GitHubRepository
from bot.github.call import Call
from bot.github.client import GitHubClient
from bot.github.failures import CallFailed
from bot.github.payload import address, dig, items, need_text, number, text
from storage.columns import storable

WITH_MATCHES = "application/vnd.github.text-match+json"
LONGEST_QUERY = 200  # characters; GitHub takes 256 with what is added
MOST_HITS = 10
_PATH = re.compile(r"(?!/)(?:(?!\.{1,2}(?:/|$))[^/\x00-\x1f]+(?:/(?!$)|$))+")
_WORD = re.compile(r"[\w./#-]+")


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """A file at a branch or commit. `text` is None where it is none, or larger than GitHub hands out (1 MB)."""

    path: str
    url: str
    size: int
    text: str | None


@dataclass(frozen=True, kw_only=True)
class Folder:
    """What is in a folder; names of folders end with a slash."""

    path: str
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CodeHit:
    """A file in which words were found, with pieces around them."""

    path: str
    url: str
    pieces: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CodeHits:
    """The first hits, and how many there are in all."""

    hits: tuple[CodeHit, ...]
    total: int


async def read_file(
    github: GitHubClient, repository: GitHubRepository, path: str, *, ref: str = ""
) -> SourceFile | Folder:
    """A file or folder; without a ref that of the default branch.

    Raises:
        CallFailed: it is not there, or the path is none.
    """
    if path and not _PATH.fullmatch(path):
        raise CallFailed(f"{path[:80]!r} is no path", is_final=True)
    query = {"ref": ref} if ref else None
    found = await github.within(repository, "GET", f"contents/{quote(path, safe='/')}", query=query)
    if isinstance(found, list):
        return Folder(path=path, names=tuple(_name(one) for one in found))
    return SourceFile(
        path=need_text(found, "path"),
        url=address(found, "html_url"),
        size=number(found, "size") or 0,
        text=_decoded(found),
    )


def _name(found: Any) -> str:
    return need_text(found, "name") + ("/" if text(found, "type") == "dir" else "")


def _decoded(found: Any) -> str | None:
    content = dig(found, "content")
    if text(found, "encoding") != "base64" or not isinstance(content, str):
        return None
    try:
        data = base64.b64decode(content)
    except BadBase64:
        return None
    return None if b"\0" in data else storable(data.decode("utf-8", "replace"))


async def search_code(github: GitHubClient, repository: GitHubRepository, words: str, *, page: int = 1) -> CodeHits:
    """Files of the default branch in which all the words occur; `page`: of ten each, from 1 on."""
    asked = f"{plain_words(words)} repo:{repository.full_name}"
    query = {"q": asked, "per_page": str(MOST_HITS), "page": str(page)}
    found = await github.ask(Call("GET", "/search/code", repository.installation_id, query=query, accept=WITH_MATCHES))
    here = [one for one in items(found, "items") if _is_here(text(one, "repository", "full_name"), repository)]
    return CodeHits(hits=tuple(_hit(one) for one in here), total=number(found, "total_count") or 0)


def _hit(found: Any) -> CodeHit:
    matches = items(found, "text_matches")
    pieces = tuple(piece for match in matches if (piece := text(match, "fragment")))
    return CodeHit(path=need_text(found, "path"), url=address(found, "html_url"), pieces=pieces)


def plain_words(said: str) -> str:
    """Words as a search takes them: nothing in them names another place, leaves something out or joins conditions.

    Raises:
        CallFailed: there is no word.
    """
    found = [word.strip("-./#").lower() for word in _WORD.findall(said[:LONGEST_QUERY])]
    if not any(found):
        raise CallFailed("there is no word to search for", is_final=True)
    return " ".join(word for word in found if word)


def _is_here(full_name: str | None, repository: GitHubRepository) -> bool:
    """A token may see more than the one repository that is asked about."""
    return (full_name or "").lower() == repository.full_name.lower()
