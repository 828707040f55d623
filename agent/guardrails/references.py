"""What a model names must have been said or shown: numbers, commits, addresses and people from nowhere are removed.

No word of any language is looked at, so nothing here has to be translated.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from agent.guardrails.links import FIND as WEB
from agent.guardrails.links import trimmed
from agent.triage.model import visible
from prompts.words import fixed, say

MARK = fixed("[unverified reference removed]")
DASH = "[-\u2010-\u2015\u2212]"
BEFORE, AFTER = r"(?<![^\W_])", r"(?![^\W_])"  # an underscore may be the mark of emphasis
OBJECT = re.compile(rf"{BEFORE}(?P<kind>CH|P|R|T|GH){DASH}(?P<number>\d+){AFTER}", re.IGNORECASE)
ISSUE = re.compile(
    rf"(?:{BEFORE}(?<![/.-])(?P<repo>[^\W_][\w.-]{{0,99}}/[\w.-]{{1,100}}))?(?<![/&.#-])#(?P<number>\d+){AFTER}"
)
COMMIT = re.compile(rf"{BEFORE}(?<!-)(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{{7,40}}(?!-){AFTER}", re.IGNORECASE)
SLACK = re.compile(r"<(?P<sign>@|#|!subteam\^)(?P<id>[A-Z0-9]+)(?:\|[^<>]*)?>", re.IGNORECASE)
GITHUB = re.compile(rf"{BEFORE}(?<![.@/-])@(?P<name>[a-z0-9][\w-]{{0,38}}(?:/[\w.-]+)?)", re.IGNORECASE)
OF_ISSUE = re.compile(
    r"https?://[^/\s]+/(?P<repo>[\w.-]+/[\w.-]+)/(?:issues|pull)/(?P<number>\d+)(?!\w)", re.IGNORECASE
)
COMPLAINT = "Your answer names what occurs neither in the request nor in anything you were shown:"
OF_COMMIT = re.compile(r"/([0-9a-f]{7,40})(?!\w)", re.IGNORECASE)
NAME = re.compile(r"\w[\w-]*")
FOREIGN = re.compile(r"[^\x00-\x7f]")
TEAM = re.compile(r"(?<![\w-])\w[\w-]{0,99}/[\w.-]{1,100}")
# For a receipt of this turn: code renders or removes it, so it names nothing by itself.
PLACE = re.compile(rf"\[\[\s*R{DASH}(?P<number>\d+)\s*(?:[|:][^\[\]\n]{{0,80}})?\]\]", re.IGNORECASE)
LINK = re.compile(r"!?\[(?P<label>[^\[\]\n]*)\]\(\s*<?(?P<target>[^\s<>]*)>?(?:\s+[^()\n]*)?\)")
ANGLED = re.compile(r"<(?P<target>[a-z]+://[^<>|\s]+)\|(?P<label>[^<>\n]*)>", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """One place in a text that names something; `key` is the same for every way to write it."""

    written: str
    key: str
    start: int
    end: int


def references(text: str) -> Iterator[Reference]:
    """All that a text names, in its order; what stands inside an address is part of that."""
    usual = FOREIGN.sub(_usual, text)
    taken = bytearray(len(text))
    for place in PLACE.finditer(usual):
        taken[place.start() : place.end()] = b"x" * len(place.group())
    found_here: list[Reference] = []
    for one in _all(usual):
        if not any(taken[one.start : one.end]):
            taken[one.start : one.end] = b"x" * (one.end - one.start)
            found_here.append(replace(one, written=text[one.start : one.end]))
    return iter(sorted(found_here, key=lambda one: one.start))


def _usual(found: re.Match[str]) -> str:
    """A character in another form, as a full-width letter or digit, as it is usually written; the text stays as long
    as it is."""
    return _compatible(found.group())


@lru_cache(maxsize=4096)
def _compatible(character: str) -> str:
    usual = unicodedata.normalize("NFKC", character)
    return usual if len(usual) == 1 else character


def _all(text: str) -> Iterator[Reference]:
    """What may be a reference, the longest kinds first."""
    for found in WEB.finditer(text):
        url = trimmed(found.group())
        if url.endswith("://"):
            continue
        yield Reference(written=url, key=_web_key(url), start=found.start(), end=found.start() + len(url))
    for pattern, key in KINDS:
        for found in pattern.finditer(text):
            yield Reference(written=found.group(), key=key(found), start=found.start(), end=found.end())


def _web_key(url: str) -> str:
    return url.replace("&amp;", "&").rstrip("/").casefold()


def _object_key(found: re.Match[str]) -> str:
    kind, number = found["kind"].casefold(), int(found["number"])
    return f"#{number}" if kind == "gh" else f"{kind}-{number}"


def _issue_key(found: re.Match[str]) -> str:
    return f"{(found['repo'] or '').casefold()}#{int(found['number'])}"


KINDS = (
    (SLACK, lambda found: f"<{found['sign']}{found['id']}".casefold()),
    (ISSUE, _issue_key),
    (OBJECT, _object_key),
    (COMMIT, lambda found: str(found.group()).casefold()),
    (GITHUB, lambda found: f"@{found['name'].rstrip('._-')}".casefold()),
)


@dataclass(frozen=True)
class Known:
    """What texts name, to be looked up by key; `words` are those that could be somebody's login."""

    keys: frozenset[str]
    words: frozenset[str]
    commits: tuple[str, ...]

    def has(self, key: str) -> bool:
        """Whether this was named; the start of a commit's id counts as that commit."""
        if key in self.keys or (key[0] == "@" and key[1:] in self.words):
            return True
        return COMMIT.fullmatch(key) is not None and any(commit.startswith(key) for commit in self.commits)


def known(texts: Iterable[str]) -> Known:
    """All that these texts name. An issue's address names the issue, and an issue of a repository its number."""
    keys: set[str] = set()
    words: set[str] = set()
    for text in map(visible, texts):
        keys |= {key for one in references(text) for key in _implied(one.key)}
        words |= {found.group().strip("._-").casefold() for kind in (NAME, TEAM) for found in kind.finditer(text)}
    commits = {key for key in keys if COMMIT.fullmatch(key)}
    return Known(keys=frozenset(keys), words=frozenset(words), commits=tuple(commits))


def _implied(key: str) -> Iterator[str]:
    yield key
    if "://" not in key:
        if "#" in key[1:] and not key.startswith("<"):
            yield key[key.index("#") :]
        return
    yield key.partition("#")[0].rstrip("/")
    if issue := OF_ISSUE.match(key):
        yield f"#{int(issue['number'])}"
        yield f"{issue['repo']}#{int(issue['number'])}"
    yield from OF_COMMIT.findall(key)


def unknown(text: str, known_texts: Iterable[str]) -> list[str]:
    """What a model's text names and none of these texts does, as it is written there, each once.

    Args:
        known_texts: the asker's words, what the model was shown, and receipts.
    """
    shown = known(known_texts)
    missing = {one.key: one.written for one in reversed([*references(visible(text))]) if not shown.has(one.key)}
    return [*reversed(missing.values())]


def addresses(texts: Iterable[str]) -> dict[str, str]:
    """Where issues and pull requests are seen, as these texts say it: `acme/shop#88` -> its address, the first one."""
    found: dict[str, str] = {}
    for url in (one.written for text in texts for one in references(text) if "://" in one.key):
        if issue := OF_ISSUE.match(url):
            found.setdefault(f"{issue['repo'].casefold()}#{int(issue['number'])}", issue.group())
    return found


def complaint(missing: Iterable[str]) -> str:
    """What the model is told, once, of references that nothing showed it."""
    listed = "\n".join(f"- {one}" for one in missing)
    return (
        f"{COMPLAINT}\n{listed}\n"
        "Write it again without these. Name only what you have read; where you do not know, say so."
    )


def without(text: str, missing: Iterable[str]) -> str:
    """The text with each of these references replaced by a mark that says so; of a link its words stay."""
    text = visible(text)
    keys = {one.key for written in missing for one in references(written)}
    for pattern in (LINK, ANGLED):
        text = pattern.sub(lambda found: _unlinked(found, keys), text)
    for one in reversed([*references(text)]):
        if one.key in keys:
            text = f"{text[: one.start]}{say(MARK)}{text[one.end :]}"
    return text


def _unlinked(found: re.Match[str], keys: set[str]) -> str:
    if not any(one.key in keys for one in references(found["target"])):
        return found.group()
    return f"{found['label']} {say(MARK)}".strip()
