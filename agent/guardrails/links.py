"""A link stands only where it leads to GitHub, Slack, ourselves or a host of the settings, or where the asker wrote it.

Any other is written so that it can be read but neither pressed nor followed: hxxps://example[.]com/x.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from bot.settings import Settings

# A backslash belongs to it, so that what browsers read otherwise than we do is looked at, and refused, as a whole.
URL = r"(?:https?|ftp|slack)://[^\s<>|\"`]+"
# Slack makes links of these too. Only with a path: config.py and socket.io are names.
BARE = r"(?<![\w@./\\:-])(?:www\.[\w-]+\.[^\s<>|\"`]+|(?:[a-z0-9-]+\.)+[a-z]{2,24}(?::\d{1,5})?/[^\s<>|\"`]*)"
WEB = re.compile(r"(?P<scheme>https?|ftp|slack)://(?P<rest>[^/?#]*)", re.IGNORECASE)
SPOKEN = {"http": "hxxp", "https": "hxxps", "ftp": "fxp", "slack": "sxack"}
FIND = re.compile(URL, re.IGNORECASE)
# In text that is escaped for Slack already, an address ends before a > of the words around it.
ANY = re.compile(rf"{URL.removesuffix('+')}+?(?=&[lg]t;)|{URL}|{BARE}", re.IGNORECASE)
ENDS = ".,;:!?'\"*_~…。，、）」"  # a sentence goes on with these, not an address
RESERVED = "%/:=&?~#+!$,;'@()*[]"
LONGEST = 2000  # characters; a message must be able to be cut beside it
HOST = re.compile(r"[a-z0-9.-]+(?::\d{1,5})?", re.IGNORECASE)
GITHUB_API, GITHUB, SLACK = "api.github.com", "github.com", ".slack.com"


@dataclass(frozen=True, kw_only=True)
class Links:
    """Which links may stand.

    Attributes:
        hosts: lower-case names; one that begins with a dot stands for itself and all that end in it.
        written: addresses as the asker wrote them.
    """

    hosts: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()

    def may_stand(self, url: str) -> bool:
        """Whether this address, with its scheme, may be a link; one that holds another must be allowed with that."""
        if len(url) > LONGEST or re.search(r"[\s<>|\\\"`\x00-\x1f]", url):
            return False
        if url in self.written:
            return True
        inner = FIND.search(url, 1)
        return self._is_listed(host_of(url)) and (inner is None or self.may_stand(inner.group()))

    def _is_listed(self, host: str) -> bool:
        ends = (host[at:] for at, character in enumerate(f".{host}") if character == ".")
        return bool(host) and (host in self.hosts or any(f".{end}" in self.hosts for end in ends))


def links_for(settings: Settings, asked: str) -> Links:
    """The links that an answer to these words may hold."""
    api, slack = host_of(settings.github_api_url), host_of(settings.slack_api_url)
    own = {host_of(settings.public_url), GITHUB if api == GITHUB_API else api, slack}
    return Links(hosts=frozenset((own | settings.hosts_of_links | {SLACK}) - {""}), written=frozenset(urls_in(asked)))


def host_of(url: str) -> str:
    """The host of a web address in lower case; empty for anything that browsers could read otherwise than we do."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    is_plain = parts.scheme in {"http", "https"} and HOST.fullmatch(parts.netloc) and url.isprintable()
    return host.lower() if is_plain else ""


def urls_in(text: str) -> Iterator[str]:
    """The addresses of a text, as they are written in it."""
    for found in FIND.finditer(text.replace("&amp;", "&")):
        url = trimmed(found.group())
        yield from {url, quote(url, safe=RESERVED)}  # as a reader of Markdown gives it back


def trimmed(url: str) -> str:
    """An address without what the sentence around it adds: a closing bracket that it did not open, a full stop."""
    opened = {")": 0, "]": 0}
    for at, character in enumerate(url):
        if character in "([":
            opened[")" if character == "(" else "]"] += 1
        elif character in opened:
            opened[character] -= 1
            if opened[character] < 0:
                url = url[:at]
                break
    return url.rstrip(ENDS)


def defanged(url: str) -> str:
    """An address that nothing makes a link of, and that people can still read."""
    if "://" not in url:
        return _undotted(url)
    return WEB.sub(lambda found: f"{SPOKEN[found['scheme'].lower()]}://{_undotted(found['rest'])}", url)


def harmless(text: str, links: Links) -> str:
    """Words of others with every address defanged that may not be a link."""

    def put(found: re.Match[str]) -> str:
        url = trimmed(found.group())
        return (url if links.may_stand(url) else defanged(url)) + found.group()[len(url) :]

    return ANY.sub(put, text)


def _undotted(address: str) -> str:
    """Its host in brackets."""
    host = re.match(r"[^/?#]*", address)
    name = host.group() if host else ""
    return name.replace(".", "[.]") + address[len(name) :]
