"""What Chargehand says, before Slack's blocks: text with a few marks, facts, buttons and menus.

Text is Slack's mrkdwn. Words of people go through `escape`, so that what somebody wrote can never ping a channel.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict

from prompts.words import fixed, say

AT_WORK = fixed("_working…_")
_TOKEN = re.compile(r"<([^<>]*)>")


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Button(_Value):
    """A press runs the verb `action` on `value`; `opens` a form first where the verb needs words."""

    label: str
    action: str
    value: str = ""
    style: Literal["primary", "danger"] | None = None


class Option(_Value):
    label: str
    value: str


class Menu(_Value):
    """A choice runs the verb `action` on `value` with what was chosen."""

    label: str
    action: str
    value: str
    options: tuple[Option, ...]


class More(_Value):
    """Buttons folded away behind ⋯: at most five."""

    buttons: tuple[Button, ...]


Control: TypeAlias = Button | Menu | More


class Fact(_Value):
    name: str
    value: str


class Table(_Value):
    """Cells hold plain text, not mrkdwn: nothing in them takes effect."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Series(_Value):
    """A value for each label of its chart."""

    name: str
    values: tuple[int, ...]


class Chart(_Value):
    """Bars: those of all series beside one another, label by label."""

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]


class Message(_Value):
    """One message. `text` is what a phone shows and, without a title, all there is.

    `buttons` and `menu` stand in one row; `rows` are further ones under it. A table or chart that Slack refuses is
    sent as text.
    """

    text: str
    title: str = ""
    facts: tuple[Fact, ...] = ()
    body: str = ""
    table: Table | None = None
    chart: Chart | None = None
    notes: tuple[str, ...] = ()
    colour: str | None = None
    buttons: tuple[Button, ...] = ()
    menu: Menu | None = None
    rows: tuple[tuple[Control, ...], ...] = ()

    def at_work(self) -> Self:
        """The same message while what was pressed on it is being done."""
        return self.model_copy(update={"buttons": (), "menu": None, "rows": (), "notes": (*self.notes, say(AT_WORK))})


class TextFile(_Value):
    """A text that is too long for messages, as a file; no other of its thread has its name."""

    name: str
    text: str


def escape(text: str) -> str:
    """Make a person's words safe inside mrkdwn: no mention, link or command of theirs takes effect."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str, names: dict[str, str] | None = None) -> str:
    """Slack's markup as a person reads it: <@U1> becomes @name, <url|label> the label, &amp; an ampersand."""

    def read(token: re.Match[str]) -> str:
        target, _, label = token.group(1).partition("|")
        if target.startswith(("@", "#")):
            known = (names or {}).get(target[1:])
            return f"{target[0]}{label or known or target[1:]}"
        if target.startswith("!"):
            return label or f"@{target[1:].split('^')[0]}"
        return label or target

    read_out = _TOKEN.sub(read, text)
    return read_out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def mention(slack_id: str) -> str:
    """Names someone so that Slack notifies them."""
    return f"<@{slack_id}>"


def by_name(names: Iterable[str], *, between: str = ", ") -> str:
    """People by their names, as in “@ann, @bo”: nobody is called."""
    return between.join(f"@{escape(name)}" for name in names)


def link(url: str, label: str) -> str:
    return f"<{url}|{escape(label)}>"


def linked(label: str, url: str | None) -> str:
    """The label, as a link where there is somewhere to go."""
    return link(url, label) if url else escape(label)


def cut(text: str, most: int) -> str:
    """As much of a text as fits into so many characters; escape it afterwards."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def moment(at: datetime) -> str:
    """A time in the reader's own zone."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{at:%Y-%m-%d %H:%M} UTC>"
