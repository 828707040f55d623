"""`list`: the tickets one may see, ten at a time, by default all open ones: one's own first, then what is due first."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from agent.cards.card import MARKS
from agent.commands.filters import STATUSES, Token, read_filters, span_of
from agent.commands.named import team_named
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.commands.vocabulary import PRIORITY_WORDS
from agent.desk import Desk
from agent.people.whom import person_named
from agent.status_words import words
from bot.messages import Button, Message, by_name, cut, escape, linked, moment
from prompts.words import fixed, say, say_of
from storage import listing
from storage.listing import MOST_COUNTED, Filter, Line, Order, Viewer
from storage.tickets import OPEN

ROWS = 10
TITLE = 60
STALE = timedelta(days=3)  # without a remark or a change
ME = {"me", "mine"}
ALONE = {"status": STATUSES, "assignee": ME, "priority": PRIORITY_WORDS}  # what some words stand for without a key
ORDERS: dict[str, Order] = {"due": "due", "age": "age", "priority": "priority"}
NONE_ALONE = fixed(" None of these filters leaves them out alone: without any one of them there are none either.")
MENTION = re.compile(r"<@([UW][A-Z0-9]+)")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a line asks for; `status` in words, `tokens` are its filters as they were typed."""

    filters: tuple[Filter, ...]
    status: str
    order: Order = "mine"
    page: int = 1
    tokens: tuple[Token, ...] = ()

    def headed(self, counted: str) -> str:
        """ "2 open tickets: mine, overdue"."""
        rest = ", ".join(one.said for one in self.filters if one.kind != "status")
        return f"{counted}: {escape(rest)}" if rest else counted

    def line_of(self, page: int) -> str:
        """The filters as a button repeats them."""
        return " ".join([*(token.said for token in self.tokens if token.key != "page"), f"page:{page}"])


async def list_tickets(desk: Desk, said: Said) -> Reply:
    """One page; buttons lead to the others."""
    asked = await _asked(desk, said.text)
    viewer = desk.viewer
    number = await listing.count(desk.tx, viewer, asked.filters)
    if not number:
        return text_reply(await _nothing(desk, viewer, asked), is_private=True)
    last = -(-number // ROWS)
    page = min(asked.page, last) if number < MOST_COUNTED else asked.page
    rows = await listing.page(desk.tx, viewer, asked.filters, order=asked.order, first=(page - 1) * ROWS, most=ROWS + 1)
    head = f"*{asked.headed(_counted(number, asked.status))}*"
    head += say(" – page {page}", page=page) if last > 1 else ""
    buttons = _pages(asked, page, is_last=len(rows) <= ROWS)
    message = Message(text="\n".join([head, *(_row(desk, row) for row in rows[:ROWS])]), buttons=buttons)
    return Reply(message=message, is_private=True, settles="page" in {token.key for token in asked.tokens})


def _counted(number: int, status: str) -> str:
    if number == MOST_COUNTED:
        return say("{count} or more {status} tickets", count=f"{number:,}", status=status)
    return say_of(number, "1 {status} ticket", "{count} {status} tickets", status=status)


def _pages(asked: Asked, page: int, *, is_last: bool) -> tuple[Button, ...]:
    """All that a press needs stands in the button, so it works after a restart."""
    before = (Button(label=say("Previous"), action="ls", value=asked.line_of(page - 1)),) if page > 1 else ()
    after = () if is_last else (Button(label=say("Next"), action="list", value=asked.line_of(page + 1)),)
    return (*before, *after)  # two names of one verb, since Slack takes an action once in a row


def _row(desk: Desk, row: Line) -> str:
    ticket = row.ticket
    name, title = linked(ticket.name, ticket.permalink), cut(ticket.title, TITLE)
    mark = MARKS.get(ticket.priority or "", ":white_circle:")
    who = by_name(row.names) or say("unassigned")
    status = "" if ticket.status == "open" else f", {words(ticket.status)}"
    return f"{mark} *{name}* {words(ticket.priority)} – {escape(title)} – {who}{status}{_due(desk, row)}"


def _due(desk: Desk, row: Line) -> str:
    if row.due_at is None:
        return ""
    due = fixed(", was due {at}") if row.due_at < desk.now else fixed(", due {at}")
    return say(due, at=moment(row.due_at))


async def _nothing(desk: Desk, viewer: Viewer, asked: Asked) -> str:
    """Which filter leaves out most: without which one there would be the most."""
    without = {
        one.said: await listing.count(desk.tx, viewer, [other for other in asked.filters if other is not one])
        for one in asked.filters
    }
    most = max(without, key=lambda said: without[said])
    hint = (_without(most, without[most]) if without[most] else say(NONE_ALONE)) if len(without) > 1 else ""
    return asked.headed(say("No {status} tickets", status=asked.status)) + f".{hint}"


def _without(most: str, number: int) -> str:
    """How many there would be without a filter, as a sentence that follows."""
    if number == MOST_COUNTED:
        return say(" Without “{filter}” there are {count} or more.", filter=escape(most), count=f"{number:,}")
    one, many = fixed(" Without “{filter}” there is 1."), fixed(" Without “{filter}” there are {count}.")
    return say_of(number, one, many, filter=escape(most))


async def _asked(desk: Desk, text: str) -> Asked:
    tokens = tuple(read_filters(text) or ())
    chosen = [await _filter(desk, token) for token in tokens if token.key not in {"sort", "page"}]
    keys = {token.key: token.value.casefold() for token in tokens}
    said = list(dict.fromkeys(one.said for one in chosen if one.kind == "status")) or ["open"]
    statuses = tuple(dict.fromkeys(status for one in said for status in (OPEN if one == "open" else (one,))))
    status = say(" or ").join(map(words, said))
    return Asked(
        filters=(Filter("status", statuses, status), *(one for one in chosen if one.kind != "status")),
        status=status,
        order=ORDERS.get(keys.get("sort", ""), "mine"),
        page=int(keys.get("page", "1")),
        tokens=tokens,
    )


async def _filter(desk: Desk, token: Token) -> Filter:
    """What a filter means here and now: which person, team or moment."""
    word = token.value.casefold()
    if token.is_quoted:
        return Filter("words", token.value, token.said)
    kind = token.key or next((kind for kind, kinds in ALONE.items() if word in kinds), word)
    if kind == "status":
        return Filter(kind, None, STATUSES[word])
    values: dict[str, Any] = {
        "priority": PRIORITY_WORDS.get(word),
        "stale": desk.now - STALE,
        "older": desk.now - span_of(word) if kind == "older" else None,
        "overdue": desk.now,
        "snoozed": desk.now,
    }
    if kind == "team":
        values[kind] = (await team_named(desk, token.value)).id
    if kind in {"assignee", "reporter"}:
        values[kind] = await _person_id(desk, token.value)
    return Filter(kind, values.get(kind, token.value), await desk.read_out(token.said))


async def _person_id(desk: Desk, name: str) -> int:
    if name.casefold() in ME:
        return desk.asker.person_id
    mentioned = MENTION.match(name)
    return (await person_named(desk, mentioned[1] if mentioned else name.removeprefix("@"))).id


VERB = Verb(
    name="list",
    takes=(Slot.FILTER,),
    summary=fixed("show tickets"),
    example="list team Platform",
    another="list mine overdue",
    action="list",
    act=list_tickets,
    also=("ls", "tickets", "mine", "my tickets", "queue"),
    german=("liste", "meine"),
    no_inverse="it changes nothing",
)
