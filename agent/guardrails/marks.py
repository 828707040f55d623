"""How Slack and GitHub write what a model's Markdown means; here every word of it is made harmless."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.guardrails.columns import in_columns
from agent.guardrails.links import BARE, URL, Links, defanged, host_of, trimmed
from agent.guardrails.references import references
from bot.github.marker import unmarked
from bot.messages import escape
from bot.redact import redact

# Slack's own marks stand for a person, a channel, a group or everybody: a model may write them, also in pieces.
MARK = r"<(?P<sign>[@#!])(?P<id>[^<>|\s]*)(?:\|(?P<label>[^<>]*))?>"
ANGLED = r"<(?P<angled>(?:https?|ftp|slack)://[^<>|\s]+)(?:\|(?P<words>[^<>]*))?>"
EVERYBODY = r"(?<![^\W_])@(?=(?:channel|here|everyone|group)\b)"
IN_SLACK = re.compile(f"{MARK}|{ANGLED}|(?P<url>{URL})|(?P<bare>{BARE})|(?P<everybody>{EVERYBODY})", re.IGNORECASE)
EVERYBODY_HERE = re.compile(EVERYBODY, re.IGNORECASE)
LOGIN = r"(?<![^\W_])(?<![.@/])@(?P<name>[a-z0-9][\w-]*(?:/[\w.-]*\w)?)"
COMMAND = r"(?<!\S)/(?P<command>[a-z][\w-]*)(?![\w/.-])"
ON_GITHUB = re.compile(f"{MARK}|{ANGLED}|(?P<url>{URL})|(?P<bare>{BARE})|{LOGIN}|{COMMAND}", re.IGNORECASE)
IN_CODE = re.compile(URL, re.IGNORECASE)
SPECIAL = re.compile(r"[\\`*\[\]<>~|]|(?<!\w)_|_(?!\w)|&(?=#?\w{1,32};)")
AT_LINE_START = re.compile(r"^(\s*)(?:(#{1,6}(?=\s|$)|[-+=/])|(\d+)([.)](?=\s|$)))", re.MULTILINE)
BOX = re.compile(r"^\\\[([ xX])\\\] ")  # of a task; elsewhere it reads as it is written
COMMAND_LINE = re.compile(rf"^(?=\s*{COMMAND})", re.MULTILINE | re.IGNORECASE)
NO_LINKS = Links()
AT_SIGN = "\uff20"  # reads as @ and calls nobody


@dataclass(frozen=True, kw_only=True)
class Marks(ABC):
    """One way to write.

    Attributes:
        links: which links may stand.
        objects: keys of references -> where what they name is seen: these become links.
        mentions: Slack ids of people and channels that the text may name so that they hear of it.
        names: Slack id -> how others are named.
        bullet: what a point of a list begins with, and `indent` how far its lines stand in; None: as far as that.
        frames_code: whether lines of code may stand inside a list or a quote.
    """

    links: Links = NO_LINKS
    objects: Mapping[str, str] = field(default_factory=dict)
    mentions: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    bullet: str = "- "
    indent: int | None = None
    frames_code: bool = True

    @abstractmethod
    def text(self, text: str) -> str:
        """Words outside of code."""

    @abstractmethod
    def literal(self, text: str) -> str:
        """Words in which no mark takes effect, and that are looked at no further."""

    @abstractmethod
    def code(self, text: str) -> str:
        """Code inside a line."""

    @abstractmethod
    def fence(self, text: str, language: str) -> str:
        """Lines of code."""

    @abstractmethod
    def emphasis(self, kind: str, text: str) -> str:
        """`strong`, `em` or `s`."""

    @abstractmethod
    def heading(self, text: str, level: int) -> str:
        """A heading of level 1 to 6."""

    @abstractmethod
    def link(self, url: str, label: str) -> str:
        """A link that may stand; the label is plain text."""

    @abstractmethod
    def table(self, rows: Sequence[Sequence[str]]) -> str:
        """A table whose cells are plain text; the first row is its head."""

    def paragraph(self, text: str) -> str:
        return text

    def to(self, url: str, label: str, *, shown: str) -> str:
        """A link that may stand, else its words and where it would have led; `shown` are the words as written here."""
        label = " ".join(label.split())
        if self.links.may_stand(url):
            return self.link(url, self.in_code(label) or url)
        if label in {"", url} or "://" in label:
            return self.literal(defanged(url))
        host = host_of(url)
        return f"{shown} {self.literal('(' + host.replace('.', '[.]') + ')')}" if host else shown

    def in_code(self, text: str) -> str:
        """Code without secrets and without addresses that are not allowed."""
        return IN_CODE.sub(self._in_code, redact(text))

    def _in_code(self, found: re.Match[str]) -> str:
        url = trimmed(found.group())
        return found.group() if self.links.may_stand(url) else defanged(url) + found.group()[len(url) :]

    def _pieces(self, pattern: re.Pattern[str], text: str, special: Callable[[re.Match[str]], str]) -> str:
        """The text with what the pattern finds written by `special`, and the rest as it is meant."""
        text, written, at = redact(text), "", 0
        while found := pattern.search(text, at):
            written += self.words(text[at : found.start()])
            at = found.end()
            if address := found["url"] or found["bare"]:
                at = found.start() + max(len(trimmed(address)), 1)
                written += self._address(text[found.start() : at])
            elif found["angled"]:
                label = found["words"] or found["angled"]
                written += self.to(found["angled"], label, shown=self.literal(label))
            else:
                written += special(found)
        return written + self.words(text[at:])

    def words(self, text: str) -> str:
        """Words in which no mark takes effect."""
        return self.literal(text)

    def _address(self, written: str) -> str:
        if "://" in written:
            return self.to(written, written, shown="")
        return self.literal(written if self.links.may_stand(f"https://{written}") else defanged(written))

    def named(self, found: re.Match[str]) -> str:
        """Whom or what one of Slack's marks stands for, in words."""
        who = found["id"].partition("^")
        plain = found["label"] or self.names.get(found["id"]) or who[0] or who[2]
        return plain.lstrip("@#")


@dataclass(frozen=True, kw_only=True)
class InSlack(Marks):
    """Slack's mrkdwn: every < that is not ours is written as an entity, so no mark of a model's takes effect."""

    bullet: str = "• "
    indent: int | None = 4
    frames_code: bool = False

    def text(self, text: str) -> str:
        return self._pieces(IN_SLACK, text, self._special)

    def words(self, text: str) -> str:
        """The same with a link wherever they name an object that has one; GitHub makes its own."""
        written, at = "", 0
        for one in references(text) if self.objects else ():
            url = self.objects.get(one.key, "")
            if self.links.may_stand(url):
                written += self.literal(text[at : one.start]) + self.link(url, one.written)
                at = one.end
        return written + self.literal(text[at:])

    def _special(self, found: re.Match[str]) -> str:
        if found["everybody"]:
            return AT_SIGN
        if found["sign"] == "!":
            return self.literal(self.named(found) if found["id"].startswith("date") else AT_SIGN + self.named(found))
        if found["id"] in self.mentions:
            return f"<{found['sign']}{found['id']}>"
        return self.literal(f"{AT_SIGN if found['sign'] == '@' else '#'}{self.named(found)}")

    def literal(self, text: str) -> str:
        return escape(text)

    def code(self, text: str) -> str:
        words = " ".join(self.in_code(text).replace("`", "'").split("\n"))
        return f"`{escape(words)}`" if words.strip() else ""

    def fence(self, text: str, language: str) -> str:
        body = escape(self.in_code(text).replace("```", "'''").rstrip("\n"))
        return f"```\n{body}\n```" if body.strip() else ""

    def emphasis(self, kind: str, text: str) -> str:
        mark = {"strong": "*", "em": "_", "s": "~"}[kind]
        return f"{mark}{text}{mark}" if text.strip() else text

    def heading(self, text: str, level: int) -> str:
        return f"*{text.replace('*', '')}*" if text.strip() else ""

    def link(self, url: str, label: str) -> str:
        words = EVERYBODY_HERE.sub(AT_SIGN, label.replace("|", "¦"))
        return f"<{escape(url)}|{escape(words)}>"

    def table(self, rows: Sequence[Sequence[str]]) -> str:
        return self.fence("\n".join(in_columns(rows)), "")


@dataclass(frozen=True, kw_only=True)
class OnGitHub(Marks):
    """GitHub's Markdown, written anew: nobody is called, no other program's command is given, no HTML stays."""

    def text(self, text: str) -> str:
        return self._pieces(ON_GITHUB, text, self._special)

    def _special(self, found: re.Match[str]) -> str:
        return self.code(self.named(found) if found["sign"] else found.group())

    def literal(self, text: str) -> str:
        return SPECIAL.sub(r"\\\g<0>", text)

    def paragraph(self, text: str) -> str:
        return BOX.sub(r"[\1] ", AT_LINE_START.sub(_escaped_start, text))

    def in_code(self, text: str) -> str:
        """Besides, no key of ours hides in it: outside of code every < is escaped."""
        return unmarked(super().in_code(text))

    def code(self, text: str) -> str:
        words = " ".join(self.in_code(text).split("\n"))
        ticks = "`" * (_longest_run(words) + 1)
        room = " " if words[:1] == "`" or words[-1:] == "`" else ""
        return f"{ticks}{room}{words}{room}{ticks}" if words.strip() else ""

    def fence(self, text: str, language: str) -> str:
        body = COMMAND_LINE.sub("› ", self.in_code(text).rstrip("\n"))
        ticks = "`" * max(3, _longest_run(body) + 1)
        return f"{ticks}{re.sub(r'[^a-zA-Z0-9+#.-]', '', language)}\n{body}\n{ticks}"

    def emphasis(self, kind: str, text: str) -> str:
        mark = {"strong": "**", "em": "*", "s": "~~"}[kind]
        return f"{mark}{text}{mark}" if text.strip() else text

    def heading(self, text: str, level: int) -> str:
        return f"{'#' * level} {text}" if text.strip() else ""

    def link(self, url: str, label: str) -> str:
        if "://" in label:
            return f"<{url}>"
        safe = url.replace("(", "%28").replace(")", "%29")
        return f"[{self.text(label)}]({safe})"

    def table(self, rows: Sequence[Sequence[str]]) -> str:
        lines = [f"| {' | '.join(self.text(cell) or ' ' for cell in row)} |" for row in rows]
        return "\n".join([*lines[:1], f"|{' --- |' * len(rows[0])}", *lines[1:]])


def _escaped_start(found: re.Match[str]) -> str:
    start, mark, number, sign = found.groups()
    return f"{start}\\{mark}" if mark else f"{start}{number}\\{sign}"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall(r"`+", text)), default=0)
