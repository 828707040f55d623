"""From words to a command: a verb counts only when its whole grammar fits, since most text is a report."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from agent.calendar.until import UNTIL
from agent.calendar.when import FORM as WHEN
from agent.commands.verb import OPTIONAL, Slot, Verb

STATUS_WORDS = {
    "open": "open",
    "in progress": "in_progress",
    "in_progress": "in_progress",
    "started": "in_progress",
    "wip": "in_progress",
    "resolved": "resolved",
    "done": "resolved",
    "fixed": "resolved",
    "closed": "closed",
}
LONGEST_REASON = 1000
FILLER = re.compile(r"^(?:please|pls|can you|could you|bitte)\s+", re.IGNORECASE)
FILTERS = re.compile(
    r"(?:open|all|mine|my tickets|me|critical|high|medium|low|in[ _]progress|resolved|closed|team .+)?", re.IGNORECASE
)
_FLAG = r"(?:\s+--(?:hook|full|state[ =]\w+|(?:channel|tickets)[ =]\S+))*"
REPO = re.compile(rf"list|(?:connect|sync|disconnect)\s+[\w.-]+/[\w.-]+{_FLAG}", re.IGNORECASE | re.ASCII)
SINCE = re.compile(r"(?:--(?:since|repo)[ =]\S+\s*)*")
JOBS = re.compile(r"(?:list|show\s+\d+|(?:replay|discard|cancel)\s+(?:\d|kind=\w).*)?", re.IGNORECASE | re.DOTALL)
_WHOSE = r"(?:team\s+\S.*?(?:\s+|$)|workspace(?:\s+|$))?"
_WEEK_OR_ZONE = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*(?:-[a-z]+)?|\d[\d:]*-\d[\d:]*|[a-z_]+/[\w/+-]+|utc)"
HOURS = re.compile(rf"{_WHOSE}(?:default|(?:{_WEEK_OR_ZONE}(?:[\s,;]+|$))*)", re.IGNORECASE)
HOLIDAY = re.compile(rf"{_WHOSE}(?:country(?:\s+[\w-]+){{1,2}}|(?:add|remove)\s+\d[\d-]*(?:\s[^<>]*)?)?", re.IGNORECASE)
CAPACITY = re.compile(r"(?:off|[-+]?\d[\d.,]*)?", re.IGNORECASE)
ROTATION = re.compile(r"(?:on|off)?", re.IGNORECASE)
SLA = re.compile(r"(?:team\s+\S.*|set\s+\S.*\s(?:critical|high|medium|low)\s.*)?", re.IGNORECASE)
# "list of orders is empty", "help page is broken" and "repo is gone" are reports.
FORMS = {
    Slot.FILTER: (FILTERS, "filter"),
    Slot.REPO: (REPO, "way to use it"),
    Slot.SINCE: (SINCE, "way to use it"),
    Slot.HOURS: (HOURS, "way to use it"),
    Slot.HOLIDAY: (HOLIDAY, "way to use it"),
    Slot.CAPACITY: (CAPACITY, "number of tickets"),
    Slot.ROTATION: (ROTATION, "way to use it"),
    Slot.UNTIL: (UNTIL, "time to be back"),
    Slot.WHEN: (WHEN, "time to wait for: write `1h`, `tomorrow`, `next Monday` or `2026-12-24`"),
    Slot.SLA: (SLA, "way to use it"),
}
_TICKET = re.compile(r"^(?:ch-?)?(\d{1,9})\b[:,]?\s*", re.IGNORECASE)
_NAMED_TICKET = re.compile(r"^ch-?(\d{1,9})\b[:,]?\s*", re.IGNORECASE)
_STATUS = re.compile(
    rf"(?:to\s+)?({'|'.join(sorted(STATUS_WORDS, key=len, reverse=True))})(?:$|[\s:,]+)", re.IGNORECASE
)
_SOMEONE = r"(?:<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|@(\S+))"
_PEOPLE = re.compile(rf"^{_SOMEONE}[,\s]*")
_COVER = re.compile(rf"\bcover\s+{_SOMEONE}[,\s]*", re.IGNORECASE)
_BEFORE_PEOPLE = {
    Slot.PEOPLE: re.compile(r"^to\s+", re.IGNORECASE),
    Slot.WHOSE: re.compile(r"^of\s+", re.IGNORECASE),
    Slot.WHY: re.compile(r"^not\s+", re.IGNORECASE),
}
# What may follow these: "jobs are stuck since noon", "why so slow", "me too" and "back to normal" are sentences.
_FOLLOWS = {
    Slot.JOBS: re.compile(r"(?:(?:list|show|replay|discard|cancel)\b.*)?", re.IGNORECASE | re.DOTALL),
    Slot.WHY: re.compile(rf"(?:(?:ch-?)?\d{{1,9}}\b[:,]?)?\s*(?:not\s+{_SOMEONE})?", re.IGNORECASE),
}
_SOMEONE_OR_NOTHING = re.compile(rf"(?:{_SOMEONE}[,\s]*)*")
SHORTEST_REASON = 3
FREE_WORDS = {Slot.REASON, Slot.TEXT}


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """A verb and its raw arguments; `missing` is the first slot that was not filled."""

    verb: Verb
    number: int | None = None
    people: tuple[str, ...] = ()  # Slack ids, or names typed by hand
    status: str = ""
    text: str = ""
    cover: str = ""
    missing: Slot | None = None
    problem: str = ""


@dataclass
class _Reading:
    rest: str
    has_thread_ticket: bool
    number: int | None = None
    is_bare: bool = False  # the number stood without its CH-
    people: list[str] = field(default_factory=list)
    status: str = ""
    text: str = ""
    cover: str = ""


def find_verb(word: str, verbs: Iterable[Verb]) -> Verb | None:
    """The verb with this name or synonym."""
    wanted = word.casefold()
    return next((verb for verb in verbs if wanted == verb.name or wanted in verb.also), None)


def near_verbs(word: str, verbs: Iterable[Verb]) -> list[str]:
    """Names of verbs one slip away."""
    names = {name: verb.name for verb in verbs if not verb.is_for_buttons for name in (verb.name, *verb.also)}
    close = get_close_matches(word.casefold(), names, n=3, cutoff=0.7)
    return list(dict.fromkeys(names[name] for name in close))


def did_you_mean(word: str, verbs: Iterable[Verb]) -> str:
    """The verbs one slip away as a question, or where to find them all."""
    near = near_verbs(word, verbs)
    return f"Did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else "`help` lists the commands."


def parse(
    text: str, verbs: Iterable[Verb], *, has_thread_ticket: bool = False, is_message: bool = False
) -> Parsed | None:
    """Read a command; None when it is none: the first word is no verb, or the words are a sentence.

    Args:
        has_thread_ticket: the ticket may be left out, since the thread is about one.
        is_message: it was said where reports are said too, not typed after the slash command.
    """
    line = FILLER.sub("", text.strip())
    word, _, rest = line.partition(" ") if "\n" not in line.split(" ")[0] else line.partition("\n")
    verb = find_verb(word.rstrip(":"), verbs)
    if verb is None:
        return None
    if (has_thread_ticket and _is_remark(word, rest, verb)) or _is_sentence(rest, verb):
        return None
    reading = _Reading(rest.strip(), has_thread_ticket)
    for slot in verb.takes:
        if problem := _fill(slot, reading):
            return Parsed(verb=verb, number=reading.number, text=reading.text, missing=slot, problem=problem)
    if is_message and reading.is_bare and reading.text:
        return None  # "close 3 idle connections" is a report of three connections, not about ticket 3
    if reading.rest:
        return Parsed(verb=verb, missing=None, problem=f"“{reading.rest[:60]}” is more than `{verb.name}` takes")
    return Parsed(
        verb=verb,
        number=reading.number,
        people=tuple(reading.people),
        status=reading.status,
        text=reading.text,
        cover=reading.cover,
    )


def _is_remark(word: str, rest: str, verb: Verb) -> bool:
    """In a ticket's thread "fix is out" and "new errors since noon" are: other names need a ticket or a colon there."""
    is_plain = word.casefold() == verb.name or word.endswith(":")
    is_loose = not is_plain and not FREE_WORDS.isdisjoint(verb.takes)
    return is_loose and _NAMED_TICKET.match(rest.strip()) is None


def _is_sentence(rest: str, verb: Verb) -> bool:
    """Whether the words go on in a way that makes them a report or a remark."""
    is_bare = {*verb.takes} <= {Slot.WHOSE}
    shapes = [_SOMEONE_OR_NOTHING] if is_bare else [_FOLLOWS[slot] for slot in verb.takes if slot in _FOLLOWS]
    return any(shape.fullmatch(rest.strip()) is None for shape in shapes)


def _fill(slot: Slot, reading: _Reading) -> str:
    """Take one slot off the front of what is left; returns what is wrong, if anything."""
    match slot:
        case Slot.TICKET:
            return _fill_ticket(reading)
        case Slot.PEOPLE | Slot.WHOSE | Slot.WHY:
            return _fill_people(slot, reading)
        case Slot.STATUS:
            return _fill_status(reading)
        case Slot.REASON:
            return _fill_reason(reading)
        case _:
            return _fill_words(slot, reading)


def _fill_ticket(reading: _Reading) -> str:
    # Within a thread "3 nodes are back" is a reason; a bare number names a ticket only where nothing else can.
    pattern = _NAMED_TICKET if reading.has_thread_ticket else _TICKET
    if found := pattern.match(reading.rest):
        reading.is_bare = _NAMED_TICKET.match(reading.rest) is None
        reading.number, reading.rest = int(found.group(1)), reading.rest[found.end() :]
        return ""
    return "" if reading.has_thread_ticket else "which ticket is missing"


def _fill_people(slot: Slot, reading: _Reading) -> str:
    reading.rest = _BEFORE_PEOPLE[slot].sub("", reading.rest)
    while found := _PEOPLE.match(reading.rest):
        reading.people.append(found.group(1) or found.group(2).rstrip(","))
        reading.rest = reading.rest[found.end() :]
    return "" if reading.people or slot in OPTIONAL else "who is missing"


def _fill_status(reading: _Reading) -> str:
    if found := _STATUS.match(reading.rest):
        reading.status = STATUS_WORDS[found.group(1).casefold()]
        reading.text, reading.rest = reading.rest[found.end() :].strip(), ""
        return _too_long(reading.text)
    return f"“{reading.rest[:40]}” is no status" if reading.rest else ""


def _fill_reason(reading: _Reading) -> str:
    reading.text, reading.rest = reading.rest, ""
    if len(reading.text) < SHORTEST_REASON:
        return "a reason is missing: it goes on record"
    return _too_long(reading.text)


def _too_long(reason: str) -> str:
    return f"the reason is longer than {LONGEST_REASON:,} characters" if len(reason) > LONGEST_REASON else ""


def _take_cover(reading: _Reading) -> None:
    if found := _COVER.search(reading.rest):
        reading.cover = found.group(1) or found.group(2).rstrip(",")
        reading.rest = (reading.rest[: found.start()] + reading.rest[found.end() :]).strip()


def _fill_words(slot: Slot, reading: _Reading) -> str:
    if slot is Slot.UNTIL:
        _take_cover(reading)
    if slot in {Slot.REPO, Slot.SINCE}:
        reading.rest = reading.rest.replace("—", "--")  # what some keyboards make of two hyphens
    form, called = FORMS.get(slot, (None, ""))
    if form and not form.fullmatch(reading.rest):
        return f"“{reading.rest[:60]}” is no {called}" if reading.rest else f"the {called} is missing"
    if slot is Slot.JOBS and not JOBS.fullmatch(reading.rest):
        return f"which job is missing in “{reading.rest[:60]}”"
    if slot is Slot.VERB and len(reading.rest.split()) > 1:
        return f"“{reading.rest[:60]}” is no command"
    reading.text, reading.rest = reading.rest, ""
    return "" if reading.text or slot in OPTIONAL else f"{slot.value} is missing"


def reason_of(fields: Mapping[str, str]) -> str:
    """A form's quick reason and the words beside it, as one reason."""
    return ": ".join(text for text in (fields.get("quick", ""), fields.get("reason", "")) if text)
