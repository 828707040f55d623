"""Before something is created code looks for what is open and like it; who asks chooses, unless they said not to.

A ticket waits for that choice, and so does an issue on GitHub, which may look like an open one there too
(agent/kit/issues_alike.py). The proposal of an issue besides says what it looks like, for who
approves it; where nothing may be asked it alone does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from agent.desk import Desk
from agent.kit import deed
from agent.kit.receipts import done_by
from agent.kit.tool import Tool
from agent.kit.use import ASKED, CANCELLED, Use
from agent.questions.keep import FOLLOWS, keep, of_call, why_not
from agent.questions.slots import WHICH
from agent.reports.similar import ENOUGH, SHOWN, significant, similar_to
from agent.triage.title import title_of
from agent.turns.control import is_go_ahead, says, split_go_ahead
from agent.turns.grounds import Words
from bot.messages import Button, Message, cut, escape, linked, plain
from prompts.words import fixed, say
from storage import listing, questions
from storage.listing import Filter
from storage.questions import ANSWERED, SKIPPED, Question
from storage.tickets import OPEN, Ticket
from storage.turns import ToolCall

ISSUE = "create_issue"
CREATES = {"report_ticket", ISSUE}
LOOKED_AT = 10  # tickets for each of so many words
LONGEST_VALUE = 1900  # a button's value holds 2,000 characters
LABEL = 60
CREATE: Literal["create"] = "create"
ADD, CANCEL, ANYWAY = "add it to {ticket}", "cancel", "create anyway"  # what a press on a choice says


@dataclass(frozen=True, kw_only=True)
class Instead:
    """The command line, and the tool that would have said it, for what the asker chose in place of a new ticket."""

    line: str
    tool: str


@dataclass(frozen=True, kw_only=True)
class Alike:
    """What is open: a ticket, `CH-4`, or an issue on GitHub, `acme/shop#4`. `ticket_id`: of the ticket, of an issue the
    one that tracks it.
    """

    name: str
    title: str
    url: str | None
    ticket_id: int | None = None


Choice: TypeAlias = ToolCall | Instead | Literal["create"] | None


async def choice(desk: Desk, tool: Tool, use: Use, *, besides: Sequence[Alike] = ()) -> Choice:
    """What becomes of something that is to be created: CREATE it, what is done instead, how it ended, or None.

    None: the asker has been asked whether it is one of those that are open.

    Args:
        besides: what else is open and like it, beside tickets.
    """
    if asked := await of_call(desk.tx, use):
        return _chosen(asked, use, at=desk.now)
    alike = await lookalikes(desk, tool.name, use.call.arguments, use, besides=besides)
    if not alike or _is_told(await questions.of_chain(desk.tx, use.turn)):
        return CREATE
    message = question(alike, str(use.call.arguments["text"]))
    if await why_not(desk.tx, use.turn, WHICH, use.words.texts):
        if tool.is_outside:
            return CREATE
        text = f"Nothing was created: {plain(message.text)} The asker chooses by a button; do not create it yourself."
        return use.row(ASKED, text, at=desk.now, shown=message.model_dump(mode="json"))
    choices = [(say("Add it to {ticket}", ticket=_short(one.name)), ADD.format(ticket=one.name)) for one in alike]
    choices += [(say("Create anyway"), ANYWAY), (say("Cancel"), CANCEL)]
    await keep(desk.tx, use, WHICH, message.text, choices=choices, now=desk.now)
    return None


async def instead(desk: Desk, use: Use, chosen: Choice) -> ToolCall | None:
    """What is done with the words that were to be created, where that is not what the asker wants.

    Raises:
        UserError: it cannot be done, or not by this person.
    """
    if isinstance(chosen, Instead):
        return await done_by(desk, use, await deed.do(desk, chosen.line), tool=chosen.tool)
    assert not isinstance(chosen, str)  # it is not to be created
    return chosen


def _is_told(asked: Iterable[Question]) -> bool:
    """Whether the asker has been asked this already, and has said something."""
    return any(one.state in {ANSWERED, SKIPPED} and any(words == ANYWAY for _, words in one.choices) for one in asked)


def _chosen(asked: Question, use: Use, *, at: datetime) -> Choice:
    """What the answer comes to; one that is in other words is for the model, and is not asked for again."""
    if asked.state == SKIPPED or is_go_ahead(asked.answer):
        return CREATE
    if meant := added_to(asked):
        return Instead(line=f"comment {meant} {escape(str(use.call.arguments['text']))}", tool="comment_ticket")
    if asked.answer == CANCEL or says("cancel", asked.answer):
        return use.row(CANCELLED, "The asker wants it neither created nor added: nothing was done.", at=at)
    return use.row(ASKED, f"Nothing was created yet: {plain(asked.text)} {FOLLOWS}", at=at)


def added_to(asked: Question) -> str:
    """The name of what the asker wants it added to, as the answer says it; empty where they want something else."""
    first = ADD.partition("{")[0]
    offered = {words: words.removeprefix(first) for _, words in asked.choices if words.startswith(first)}
    said = asked.answer.strip().casefold()
    meant = [name for words, name in offered.items() if asked.answer == words or said == name.casefold()]
    if not meant and len(offered) == 1 and says("add_there", asked.answer):
        meant = [*offered.values()]
    return meant[0] if meant else ""


def _short(name: str) -> str:
    """As a button says it: of an issue the number, since all are of one repository."""
    return name[name.find("#") :] if "#" in name else name


def wants_question(words: Words) -> bool:
    """Whether the asker has not said to create it in any case."""
    return not any(split_go_ahead(one)[1] or is_go_ahead(one) for one in words.texts)


async def lookalikes(
    desk: Desk, tool: str, arguments: Mapping[str, Any], use: Use, *, besides: Sequence[Alike] = ()
) -> list[Alike]:
    """What is open and looks like what a tool would create, best first; nothing where no question is wanted.

    The thread's own ticket is what an issue that is wanted there is about, and no other one like it.

    Args:
        besides: what else is like it; an issue that one of the tickets tracks is the same thing.
    """
    if tool not in CREATES or not wants_question(use.words):
        return []
    own = use.thread_ticket if tool == ISSUE else None
    like = await tickets_like(desk, str(arguments.get("title") or title_of(str(arguments["text"]))))
    found = [ticket for ticket in like if ticket.id != own]
    known = {ticket.id for ticket in found}
    return [*map(alike, found), *(one for one in besides if one.ticket_id not in known)]


async def tickets_like(desk: Desk, title: str, *, most: int = SHOWN, enough: float = ENOUGH) -> list[Ticket]:
    """Open tickets with words in common with these, best first, as far as who reads the answer may know of them.

    Args:
        enough: shared words over all words of both.
    """
    found: dict[int, Ticket] = {}
    for word in sorted(significant(title), key=len, reverse=True)[:LOOKED_AT]:
        filters = (Filter(kind="words", value=word, said=word), Filter(kind="status", value=OPEN, said=""))
        for row in await listing.page(desk.tx, desk.viewer, filters, order="age", first=0, most=LOOKED_AT):
            found[row.ticket.id] = row.ticket
    titles = {id_: ticket.title for id_, ticket in found.items()}
    return [found[id_] for id_ in similar_to(title, titles, most=most, enough=enough)]


def alike(ticket: Ticket) -> Alike:
    """A ticket as it is asked about."""
    return Alike(name=ticket.name, title=ticket.title, url=ticket.permalink, ticket_id=ticket.id)


def question(alike: Sequence[Alike], text: str) -> Message:
    """What the asker is asked, with a button for each choice; what they said is kept in both."""
    first, kept = alike[0], escape(text)
    buttons = (
        Button(label=say("Add it to {ticket}", ticket=first.name), action="comment", value=f"{first.name} {kept}"),
        Button(label=say("Create anyway"), action="report", value=kept),
    )
    asks = fixed("{tickets} looks like this and is open. Shall it be added there?")
    return Message(text=say(asks, tickets=row_of(alike)), buttons=buttons if len(kept) <= LONGEST_VALUE else ())


def note(alike: Sequence[Alike]) -> str:
    """A line for a proposal; empty where nothing looks like it."""
    return say("It looks like {tickets}, still open.", tickets=row_of(alike)) if alike else ""


def row_of(alike: Sequence[Alike]) -> str:
    """They, with their links, as mrkdwn."""
    return "; ".join(linked(cut(f"{one.name} {one.title}", LABEL), one.url) for one in alike)
