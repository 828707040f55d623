"""Each part of a command's grammar takes its words off the front of the line, or says what is wrong with them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from agent.calendar.when import FORM as WHEN
from agent.commands.fields import read_fields
from agent.commands.filters import read_filters
from agent.commands.verb import OPTIONAL, Slot
from agent.commands.vocabulary import PRIORITY_WORDS, STATUS_WORDS

LONGEST_REASON = 1000
SHORTEST_REASON = 3
ADD, AUTO = "+", "auto"  # ways to assign
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
SNOOZE = re.compile(rf"(?:{WHEN.pattern})|(?:until\s+)?activity\b.*", re.IGNORECASE | re.DOTALL)
SLA = re.compile(r"(?:team\s+\S.*|set\s+\S.*\s(?:critical|high|medium|low)\s.*)?", re.IGNORECASE)
OWNERSHIP = re.compile(
    r"(?:list|add\s+(?:path|component|label|keyword|channel)\s+\S.*\s\S.*|remove\s+\d{1,9}|test\s+\S.*)?",
    re.IGNORECASE | re.DOTALL,
)
_ONE_TEAM = "show|zeige|create|add|anlegen|delete|löschen|restore|wiederherstellen"
_RENAME, _DESCRIBE, _SET = "rename|umbenennen", "describe|beschreiben", "set|setze"
_MEMBER = r"(?:members?|mitglied)\s+(?:add|remove|role|hinzufügen|entfernen|rolle)"
TEAM_ACTS = f"list|liste|{_ONE_TEAM}|{_RENAME}|{_DESCRIBE}|{_SET}|{_MEMBER}"
TEAMS = re.compile(
    rf"(?:list|liste)?|(?:{_ONE_TEAM})\s+\S.*|(?:{_RENAME})\s+\S.*\s(?:to|in)\s+\S.*|(?:{_DESCRIBE})\s+\S+\s.*"
    rf"|(?:{_SET})\s+\S.*\s\S+|{_MEMBER}\s+\S.*\s\S.*",
    re.IGNORECASE | re.DOTALL,
)
PERSONS = re.compile(
    r"unlinked|show\s+\S+|admin\s+\S+\s+(?:on|off|an|aus)|set\s+\S+\s+[\w.-]+\s+\S.*", re.IGNORECASE | re.DOTALL
)
_ELSEWHERE = "guests|external|nobody|default|gäste|externe|niemand"
CHANNEL = re.compile(rf"(?:team\s+\S.*|allow(?:[\s,]+(?:{_ELSEWHERE}))+)?", re.IGNORECASE)
ME = re.compile(r"(?:(?:set|setze)\s+[\w.-]+\s+\S.*)?", re.IGNORECASE | re.DOTALL)
_QUIET = r"(?:ch-?\d{1,9}\b|<@[UW][A-Z0-9]+(?:\|[^>]*)?>|@\S+|team\s+\S.*?)(?:\s+for\s+all)?"
UNMUTE = re.compile(_QUIET, re.IGNORECASE)
MUTE = re.compile(rf"{_QUIET}(?:\s+(?:{WHEN.pattern}))?", re.IGNORECASE | re.DOTALL)
DIGEST = re.compile(r"(?:now|at\s+\S+|on|off)?", re.IGNORECASE)
# "list of orders is empty", "help page is broken" and "repo is gone" are reports.
FORMS = {
    Slot.REPO: (REPO, "way to use it"),
    Slot.SINCE: (SINCE, "way to use it"),
    Slot.HOURS: (HOURS, "way to use it"),
    Slot.HOLIDAY: (HOLIDAY, "way to use it"),
    Slot.CAPACITY: (CAPACITY, "number of tickets"),
    Slot.ROTATION: (ROTATION, "way to use it"),
    Slot.UNTIL: (WHEN, "time to be back"),
    Slot.OWNERSHIP: (OWNERSHIP, "way to use it"),
    Slot.SLA: (SLA, "way to use it"),
    Slot.TEAMS: (TEAMS, "way to use it"),
    Slot.PERSONS: (PERSONS, "way to use it"),
    Slot.ME: (ME, "way to use it"),
    Slot.CHANNEL: (CHANNEL, "way to use it"),
    Slot.WHEN: (SNOOZE, "time to wait for: write `1h`, `tomorrow`, `next Monday` or `2026-12-24`"),
    Slot.MUTE: (MUTE, "ticket, person or team to mute"),
    Slot.UNMUTE: (UNMUTE, "ticket, person or team to unmute"),
    Slot.DIGEST: (DIGEST, "way to use it"),
}
# Buttons and forms name the version of the ticket that they were made from: CH-12@7.
_PROPOSAL = re.compile(r"^p-?(\d{1,9})(?:@(\d{1,9}))?\b[:,]?\s*", re.IGNORECASE)
_OTHER = re.compile(r"^(?:(?:of|into|with|von|in|mit)\s+)?(?:ch-?)?(\d{1,9})\b\s*", re.IGNORECASE)
_NUMBER = r"(?P<number>\d{1,9})(?:@(?P<version>\d{1,9}))?\b"
LINK = r"(?P<link><?https?://[^\s|<>]+/archives/\w+/p\d{16}\b[^\s|<>]*(?:\|[^<>]*)?>?)"
_NAMED = rf"(?:ch-?{_NUMBER}|{LINK})"
_END = r"(?P<end>[:,]?)\s*"
_TICKET = re.compile(rf"^(?:(?:ch-?)?{_NUMBER}|{LINK}){_END}", re.IGNORECASE)
_TICKET_OR_THIS = re.compile(rf"^(?:{_NAMED}|(?P<this>this|diese[sn]?)\b){_END}", re.IGNORECASE)
_ANOTHER = re.compile(rf"^(?:(?:and|und|&amp;)\s+)?{_NAMED}{_END}", re.IGNORECASE)
_ANOTHER_NUMBER = re.compile(rf"^{_NUMBER}{_END}(?=(?:\d{{1,9}}[,\s]*)*$)")
NAMED_TICKET = re.compile(rf"^{_NAMED}{_END}", re.IGNORECASE)
THIS = "this"
MOST_TICKETS = 20  # in one command
_STATUS = re.compile(
    rf"(?:to\s+)?({'|'.join(sorted(STATUS_WORDS, key=len, reverse=True))})(?:$|[\s:,]+)", re.IGNORECASE
)
_PRIORITY = re.compile(rf"(?:to\s+)?({'|'.join(PRIORITY_WORDS)})(?:$|[\s:,]+)", re.IGNORECASE)
_CAN = re.compile(r"^(?:can|may|kann|darf)\s+(\S+)\s*", re.IGNORECASE)
GROUND = r"(?:denied|reminded|silent)"
_GROUND = re.compile(rf"^({GROUND})\b\s*", re.IGNORECASE)
_ON = re.compile(r"^(?:on|auf)\s+", re.IGNORECASE)
SOMEONE = r"(?:<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|@(\S+))"
_PEOPLE = re.compile(rf"^{SOMEONE}[,\s]*")
_PLUS = re.compile(r"\+\s*(?=<@|@)")
_COVER = re.compile(rf"\bcover\s+{SOMEONE}[,\s]*", re.IGNORECASE)
_OWNERS = re.compile(rf"^add\b.*?((?:[,\s]+{SOMEONE})+)\s*$", re.IGNORECASE)
_LOGIN = re.compile(r"^github\s+(@?[\w-]+)(?:\s+|$)", re.IGNORECASE | re.ASCII)
_GITHUB = re.compile(r"^github(?:\s+|$)", re.IGNORECASE)
_BEFORE_PEOPLE = {
    Slot.PEOPLE: re.compile(r"^to\s+", re.IGNORECASE),
    Slot.WHOSE: re.compile(r"^of\s+", re.IGNORECASE),
    Slot.WHY: re.compile(r"^not\s+", re.IGNORECASE),
}


@dataclass
class Reading:
    """What is left of a line, and what was taken off it so far."""

    rest: str
    has_thread_ticket: bool
    number: int | None = None
    tickets: list[str] = field(default_factory=list)  # `CH-12`, `CH-12@7`, a link to a message, `this`
    is_bare: bool = False  # its number stood without its CH-
    people: list[str] = field(default_factory=list)
    status: str = ""
    priority: str = ""
    version: int | None = None
    words: str = ""
    text: str = ""
    values: dict[str, str] = field(default_factory=dict)
    called: str = ""  # the word that the command was called by
    cover: str = ""
    how: str = ""
    other: int | None = None
    proposal: int | None = None


def fill(slot: Slot, reading: Reading) -> str:
    """Take one slot off the front of what is left; returns what is wrong, if anything."""
    problem = FILLS.get(slot, partial(_fill_words, slot))(reading)
    return "" if slot is Slot.LAST else problem


def _fill_ticket(reading: Reading) -> str:
    # Within a thread "3 nodes are back" is a reason; a bare number names a ticket only where nothing else can.
    pattern = _TICKET_OR_THIS if reading.has_thread_ticket else _TICKET
    reading.is_bare = reading.rest[:1].isdigit() and pattern is _TICKET
    following = _ANOTHER_NUMBER if reading.is_bare else _ANOTHER
    while found := pattern.match(reading.rest):
        _take_ticket(reading, found)
        if found["end"] == ":":  # "comment CH-1: CH-2 is the same" is about one ticket
            break
        pattern = following
    reading.words = reading.rest
    if len(reading.tickets) > MOST_TICKETS:
        return f"those are {len(reading.tickets)} tickets, and {MOST_TICKETS} go at once"
    return "" if reading.tickets or reading.has_thread_ticket else "which ticket is missing"


def _take_ticket(reading: Reading, found: re.Match[str]) -> None:
    said = found.groupdict()
    name = said.get("link") or THIS
    if said["number"]:
        name = f"CH-{int(said['number'])}" + (f"@{said['version']}" if said["version"] else "")
    if not reading.tickets and said["number"]:
        reading.number, reading.version = int(said["number"]), int(said["version"]) if said["version"] else None
    if name not in reading.tickets:
        reading.tickets.append(name)
    reading.rest = reading.rest[found.end() :]


def _fill_people(slot: Slot, reading: Reading) -> str:
    reading.rest = _BEFORE_PEOPLE[slot].sub("", reading.rest)
    while found := _PEOPLE.match(reading.rest):
        reading.people.append(found.group(1) or found.group(2).rstrip(","))
        reading.rest = reading.rest[found.end() :]
    return "" if reading.people or slot in OPTIONAL else "who is missing"


def _fill_assignees(reading: Reading) -> str:
    rest = _BEFORE_PEOPLE[Slot.PEOPLE].sub("", reading.rest)
    if rest.casefold() == AUTO:
        reading.how, reading.rest = AUTO, ""
        return ""
    reading.rest = _PLUS.sub("", rest)
    reading.how = ADD if reading.rest != rest else ""
    return _fill_people(Slot.PEOPLE, reading)


def _fill_status(reading: Reading) -> str:
    if found := _STATUS.match(reading.rest):
        reading.status = STATUS_WORDS[found.group(1).casefold()]
        reading.text, reading.rest = reading.rest[found.end() :].strip(), ""
        return _too_long(reading.text)
    return f"“{reading.rest[:40]}” is no status" if reading.rest else ""


def _fill_priority(reading: Reading) -> str:
    if found := _PRIORITY.match(reading.rest):
        reading.priority = PRIORITY_WORDS[found.group(1).casefold()]
        reading.text, reading.rest = reading.rest[found.end() :].strip(), ""
        return _too_long(reading.text)
    return f"“{reading.rest[:40]}” is no priority" if reading.rest else "which priority is missing"


def _fill_proposal(reading: Reading) -> str:
    if found := _PROPOSAL.match(reading.rest):
        reading.proposal, reading.rest = int(found.group(1)), reading.rest[found.end() :]
        reading.version = int(found.group(2)) if found.group(2) else None
        return ""
    return "which proposal is missing"


def _fill_other(reading: Reading) -> str:
    if found := _OTHER.match(reading.rest):
        reading.other, reading.rest = int(found.group(1)), reading.rest[found.end() :]
        return ""
    if reading.has_thread_ticket and reading.number and not reading.rest:  # "dup CH-12", in the thread of the other
        reading.other, reading.number, reading.version = reading.number, None, None
        return ""
    return "of which ticket is missing"


def _fill_handover(reading: Reading) -> str:
    if reading.rest.casefold() in {"cancel", "abbrechen"}:
        reading.text, reading.rest = "cancel", ""
        return ""
    if problem := _fill_people(Slot.PEOPLE, reading):
        return problem
    reading.text, reading.rest = reading.rest, ""
    return _too_long(reading.text)


def _fill_wait(reading: Reading) -> str:
    reading.rest = _ON.sub("", reading.rest)
    if _PEOPLE.match(reading.rest):
        _fill_people(Slot.PEOPLE, reading)
    reading.text, reading.rest = reading.rest, ""
    return _too_long(reading.text) if len(reading.text) >= SHORTEST_REASON else "what it waits for is missing"


def _fill_fields(reading: Reading) -> str:
    reading.text, reading.rest = reading.rest, ""
    reading.values, problem = read_fields(reading.text, called=reading.called)
    return problem


def _fill_reason(reading: Reading) -> str:
    reading.text, reading.rest = reading.rest, ""
    if len(reading.text) < SHORTEST_REASON:
        return "a reason is missing: it goes on record"
    return _too_long(reading.text)


def _too_long(reason: str) -> str:
    return f"the reason is longer than {LONGEST_REASON:,} characters" if len(reason) > LONGEST_REASON else ""


def _fill_login(reading: Reading) -> str:
    found = _LOGIN.match(reading.rest)
    if found is None:
        return "the GitHub login is missing"
    reading.text, reading.rest = found[1], reading.rest[found.end() :]
    return ""


def _fill_github(reading: Reading) -> str:
    if not _GITHUB.match(reading.rest):
        return "“github” is missing"
    reading.rest = _GITHUB.sub("", reading.rest)
    return ""


def _take_cover(reading: Reading) -> None:
    if found := _COVER.search(reading.rest):
        reading.cover = found.group(1) or found.group(2).rstrip(",")
        reading.rest = (reading.rest[: found.start()] + reading.rest[found.end() :]).strip()


def _take_owners(reading: Reading) -> None:
    if found := _OWNERS.match(reading.rest):
        reading.people += [slack_id or name.rstrip(",") for slack_id, name in re.findall(SOMEONE, found.group(1))]
        reading.rest = reading.rest[: found.start(1)]


def _fill_can(reading: Reading) -> str:
    if (found := _CAN.match(reading.rest)) is None:
        return "the command is missing: `who can resolve`"
    reading.text, reading.rest = found[1], reading.rest[found.end() :].rstrip("?")
    return ""


def _fill_ground(reading: Reading) -> str:
    if found := _GROUND.match(reading.rest):
        reading.status, reading.rest = found[1].casefold(), reading.rest[found.end() :]
    return ""


def _fill_filter(reading: Reading) -> str:
    if read_filters(reading.rest) is None:
        return f"“{reading.rest[:60]}” is no filter"
    reading.text, reading.rest = reading.rest, ""
    return ""


FILLS: dict[Slot, Callable[[Reading], str]] = {
    Slot.TICKET: _fill_ticket,
    Slot.LAST: _fill_ticket,
    Slot.ASSIGNEES: _fill_assignees,
    Slot.PEOPLE: partial(_fill_people, Slot.PEOPLE),
    Slot.WHOSE: partial(_fill_people, Slot.WHOSE),
    Slot.WHY: partial(_fill_people, Slot.WHY),
    Slot.FILTER: _fill_filter,
    Slot.GROUND: _fill_ground,
    Slot.CAN: _fill_can,
    Slot.STATUS: _fill_status,
    Slot.REASON: _fill_reason,
    Slot.PRIORITY: _fill_priority,
    Slot.WAIT: _fill_wait,
    Slot.FIELDS: _fill_fields,
    Slot.PROPOSAL: _fill_proposal,
    Slot.OTHER: _fill_other,
    Slot.HANDOVER: _fill_handover,
    Slot.LOGIN: _fill_login,
    Slot.GITHUB: _fill_github,
}


def _fill_words(slot: Slot, reading: Reading) -> str:
    if slot is Slot.UNTIL:
        _take_cover(reading)
    if slot is Slot.OWNERSHIP:
        _take_owners(reading)
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
