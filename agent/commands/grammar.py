"""From words to a command: a verb counts only when its whole grammar fits, since most text is a report."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from agent.commands.phrases import is_chatty, put_plainly
from agent.commands.reading import LINK, NAMED_TICKET, Reading
from agent.commands.shapes import (
    AGENT,
    BUDGET,
    DAYS,
    DIGEST,
    GROUP_ACTS,
    MUTE,
    OF_REMINDERS,
    PROPOSALS,
    SUMMARY,
    TEAM_ACTS,
    TO_REMIND,
    TURN,
    UNMUTE,
)
from agent.commands.slots import GROUND, SOMEONE, fill
from agent.commands.verb import Slot, Verb
from agent.courtesy import FILLER, is_courtesy
from bot.events import Surface
from prompts.words import say

# What may follow these: "jobs are stuck since noon", "why so slow", "me too" and "back to normal" are sentences, and
# `mute` alone is a control word of the agent's.
_FOLLOWS = {
    Slot.JOBS: re.compile(r"(?:(?:list|show|replay|discard|cancel)\b.*)?", re.IGNORECASE | re.DOTALL),
    Slot.WHY: re.compile(
        rf"(?:{GROUND}\b)?\s*(?:(?:(?:ch-?)?\d{{1,9}}|[rt]-\d{{1,9}}|{LINK}|this)\b[:,]?)?\s*(?:not\s+{SOMEONE})?",
        re.IGNORECASE,
    ),
    Slot.MUTE: MUTE,
    Slot.UNMUTE: UNMUTE,
    Slot.DIGEST: DIGEST,
    Slot.REMIND: TO_REMIND,
    Slot.REMINDERS: OF_REMINDERS,
    Slot.SUMMARY: SUMMARY,
    Slot.BUDGET: BUDGET,
    Slot.AGENT: AGENT,
    Slot.PROPOSALS: PROPOSALS,
    Slot.DAYS: DAYS,
    Slot.AT_WORK: re.compile(rf"(?:{TURN.pattern})?", re.IGNORECASE),
    Slot.TURN: re.compile(rf"(?:{TURN.pattern}.*)?", re.IGNORECASE | re.DOTALL),
    Slot.TEAMS: re.compile(rf"(?:(?:{TEAM_ACTS})\b.*)?", re.IGNORECASE | re.DOTALL),
    Slot.PERSONS: re.compile(r"(?:(?:show|admin|set|unlinked|ask|import)\b.*)?", re.IGNORECASE | re.DOTALL),
    Slot.ME: re.compile(r"(?:(?:set|setze)\b.*)?", re.IGNORECASE | re.DOTALL),
    Slot.CHANNEL: re.compile(
        r"(?:(?:team|allow|digest|(?:un)?mute|stumm|laut|instructions|bots\s+(?:allow|deny))\b.*"
        r"|(?:follow|tools|approvals)\s+\w+|repo\s+\S+"
        r"|show|zeige?|(?:language|sprache)\s+\S+|delegate\s+[\w.-]+\s*/.*)?",
        re.IGNORECASE | re.DOTALL,
    ),
    Slot.GROUP: re.compile(rf"(?:(?:{GROUP_ACTS})\b.*)?", re.IGNORECASE | re.DOTALL),
    Slot.LOGIN: re.compile(rf"github\s+@?[\w-]+(?:\s+{SOMEONE})?", re.IGNORECASE | re.ASCII),
    Slot.GITHUB: re.compile(rf"github(?:\s+{SOMEONE})?", re.IGNORECASE),
}
_PEOPLE_OR_NOTHING = re.compile(rf"(?:{SOMEONE}[,\s]*)*")
MESSAGE: Surface = "mention"
SHORTEST_SLIP = 4  # letters: "nope" is no `note`
MOST_LINES = 20  # commands in one message
# In a ticket's thread a bare number is a ticket where nothing else of the command can begin with one.
_NO_FREE_NUMBER = {Slot.TICKET, Slot.LAST, Slot.ASSIGNEES, Slot.PEOPLE, Slot.HANDOVER, Slot.OTHER, Slot.STATUS}
_NO_FREE_NUMBER |= {Slot.PRIORITY, Slot.GROUND, Slot.WHY}
FREE_WORDS = {Slot.REASON, Slot.TEXT, Slot.WAIT, Slot.FIELDS}


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """A verb and its raw arguments; `missing` is the first slot that was not filled.

    `tickets` are all that were named, `number` that of the first one.
    """

    verb: Verb
    called: str = ""  # by which of its words
    number: int | None = None
    tickets: tuple[str, ...] = ()
    maybe: int | None = None  # a ticket's, or the first word of a text: "resolve 12 nodes were restarted"
    people: tuple[str, ...] = ()  # Slack ids, or names typed by hand
    status: str = ""
    priority: str = ""
    version: int | None = None  # of the ticket that a button or form was made from
    words: str = ""  # all that stands behind the ticket, or behind a verb that has none
    text: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    cover: str = ""
    how: str = ""
    other: str = ""  # a second ticket, as `CH-12` or a link to a message
    proposal: int | None = None
    line: str = ""  # as it was typed, where something is wrong with it
    missing: Slot | None = None
    problem: str = ""


def find_verb(word: str, verbs: Iterable[Verb]) -> Verb | None:
    """The verb with this name or synonym."""
    wanted = word.casefold()
    return next((verb for verb in verbs if wanted in map(str.casefold, verb.words)), None)


def near_verbs(word: str, verbs: Iterable[Verb]) -> list[str]:
    """Names of verbs that look like a word."""
    names = {name: verb.name for verb in verbs if not verb.is_for_buttons for name in verb.words}
    close = get_close_matches(word.casefold(), names, n=3, cutoff=0.7)
    return list(dict.fromkeys(names[name] for name in close))


def is_slip(word: str, verbs: Iterable[Verb]) -> bool:
    """Whether a word is one slip away from the name of a verb."""
    names = (name.casefold() for verb in verbs if not verb.is_for_buttons for name in verb.words)
    return len(word) >= SHORTEST_SLIP and any(_is_one_slip(word.casefold(), name) for name in names)


def _is_one_slip(typed: str, meant: str) -> bool:
    """One letter too many, missing, swapped with the next or, in a longer word, another one."""
    at = next((at for at, (one, other) in enumerate(zip(typed, meant, strict=False)) if one != other), len(typed))
    swapped = typed[at : at + 2][::-1] + typed[at + 2 :]
    is_wrong = len(typed) > SHORTEST_SLIP and typed[at + 1 :] == meant[at + 1 :]
    return typed != meant and (meant[at:] in {typed[at + 1 :], swapped} or typed[at:] == meant[at + 1 :] or is_wrong)


def did_you_mean(word: str, verbs: Iterable[Verb]) -> str:
    """The nearest verbs as a question, or where to find them all."""
    near = near_verbs(word, verbs)
    if not near:
        return say("`help` lists the commands.")
    return say("Did you mean {names}?", names=say(" or ").join(f"`{name}`" for name in near))


def parse(
    text: str, verbs: Iterable[Verb], *, has_thread_ticket: bool = False, is_message: bool = False
) -> Parsed | None:
    """Read a command; None when it is none: the first word is no verb, or the words are a sentence.

    Args:
        has_thread_ticket: the ticket may be left out, since the thread is about one.
        is_message: it was said where reports are said too, not typed after the slash command.
    """
    line = put_plainly(FILLER.sub("", text.strip()))
    word, rest = _first_words(line, verbs)
    verb = find_verb(word.rstrip(":"), verbs)
    if verb is None or (is_message and MESSAGE not in verb.surfaces):  # "file server is down" is a report
        return None
    is_talk = is_chatty(word, rest, is_verb=lambda name: find_verb(name, verbs) is not None)
    if is_talk or (has_thread_ticket and _is_remark(word, rest, verb)) or _is_sentence(rest, verb):
        return None
    reading = Reading(rest.strip(), has_thread_ticket, called=word.rstrip(":"), words=rest.strip())
    reading.is_message, reading.takes_numbers = is_message, {*verb.takes} <= _NO_FREE_NUMBER
    for slot in verb.takes:
        if problem := fill(slot, reading):
            return _incomplete(verb, reading, problem, line=text, missing=slot)
    if is_message and reading.is_bare and reading.text:
        return None  # "close 3 idle connections" is a report of three connections, not about ticket 3
    if reading.rest and ("?" in reading.rest or not is_courtesy(reading.rest)):  # "claim CH-1, thanks"
        problem = say("“{words}” is more than `{verb}` takes", words=reading.rest[:60], verb=verb.name)
        return _incomplete(verb, reading, problem, line=text)
    return _whole(verb, reading)


def _whole(verb: Verb, reading: Reading) -> Parsed:
    """What a line says that its verb's grammar took to its end."""
    return Parsed(
        verb=verb,
        called=reading.called,
        number=reading.number,
        tickets=tuple(reading.tickets),
        maybe=reading.maybe if FREE_WORDS.intersection(verb.takes) else None,
        people=tuple(reading.people),
        status=reading.status,
        priority=reading.priority,
        version=reading.version,
        words=reading.words,
        text=reading.text,
        values=reading.values,
        cover=reading.cover,
        how=reading.how,
        other=reading.other,
        proposal=reading.proposal,
    )


def _first_words(line: str, verbs: Iterable[Verb]) -> tuple[str, str]:
    """What may name a verb, and the rest: one word, or as many as the name of a verb has ("hand over")."""
    phrases = [name for verb in verbs for name in verb.words if " " in name]
    for phrase in phrases:
        if re.match(rf"{re.escape(phrase)}(?:[\s:]|$)", line, re.IGNORECASE):
            return line[: len(phrase)], line[len(phrase) :].removeprefix(":")
    word = _first_word(line)
    return word, line[len(word) :]


def leading_word(text: str) -> str:
    """The word that could be a verb."""
    return _first_word(FILLER.sub("", text.strip())).rstrip(":")


def _first_word(line: str) -> str:
    return line.split(maxsplit=1)[0] if line.strip() else ""


def _incomplete(verb: Verb, reading: Reading, problem: str, *, line: str, missing: Slot | None = None) -> Parsed:
    """What was understood of a command with something wrong in it."""
    return Parsed(
        verb=verb,
        number=reading.number,
        tickets=tuple(reading.tickets),
        text=reading.text,
        line=line,
        missing=missing,
        problem=problem,
    )


def command_lines(
    text: str, verbs: Sequence[Verb], *, has_thread_ticket: bool = False, is_message: bool = False
) -> list[str]:
    """The lines of a text of which each is a command; else the text as one, since a reason may have several lines."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not is_courtesy(line)]
    if len(lines) < 2 or len(lines) > MOST_LINES:
        return [text]
    read = [parse(line, verbs, has_thread_ticket=has_thread_ticket, is_message=is_message) for line in lines]
    if read[0] and read[0].verb.takes[-1:] == (Slot.TEXT,):  # all that follows is what is reported
        return [text]
    return lines if all(one and (not one.problem or one.tickets) for one in read) else [text]


def _is_remark(word: str, rest: str, verb: Verb) -> bool:
    """In a ticket's thread "fix is out" and "new errors since noon" are: other names need a ticket or a colon there."""
    is_plain = word.casefold() == verb.name or word.endswith(":")
    takes_any = not FREE_WORDS.isdisjoint(verb.takes) or (verb.takes == (Slot.TICKET,) and rest.strip() != "")
    return not is_plain and takes_any and NAMED_TICKET.match(rest.strip()) is None


def _is_sentence(rest: str, verb: Verb) -> bool:
    """Whether the words go on in a way that makes them a report or a remark."""
    is_bare = {*verb.takes} <= {Slot.WHOSE}
    shapes = [_PEOPLE_OR_NOTHING] if is_bare else [_FOLLOWS[slot] for slot in verb.takes if slot in _FOLLOWS]
    return any(shape.fullmatch(rest.strip()) is None for shape in shapes)


def reason_of(fields: Mapping[str, str]) -> str:
    """A form's quick reason and the words beside it, as one reason."""
    return ": ".join(text for text in (fields.get("quick", ""), fields.get("reason", "")) if text)
