"""Each part of a command's grammar takes its words off the front of the line, or says what is wrong with them."""

import re
from collections.abc import Callable
from functools import partial

from agent.commands.fields import read_fields
from agent.commands.filters import MINE, read_filters, with_words
from agent.commands.phrases import SAYS_IT
from agent.commands.reading import LINK, THIS, Reading, says_something, take_plain_names, take_tickets, too_long
from agent.commands.shapes import JOBS, SHAPES, TICKETS, TURN
from agent.commands.turn_slots import fill_at_work, fill_feedback, fill_turn
from agent.commands.verb import OPTIONAL, Slot
from agent.commands.vocabulary import PRIORITY_WORDS, STATUS_WORDS, STEPS
from agent.people.whom import CHANNEL
from bot.messages import plain
from prompts.words import say

ADD, AUTO = "+", "auto"  # ways to assign
PROPOSAL = re.compile(r"^p-?(\d{1,9})(?:@(\d{1,9}))?\b[:,]?\s*", re.IGNORECASE)
_OTHER = re.compile(rf"^(?:(?:of|into|with|von|in|mit)\s+)?(?:(?:ch-?)?(\d{{1,9}})\b|{LINK})\s*", re.IGNORECASE)
_STATUS = re.compile(
    rf"(?:to\s+)?({'|'.join(sorted(STATUS_WORDS, key=len, reverse=True))})(?:$|[\s:,]+)", re.IGNORECASE
)
_PRIORITY = re.compile(rf"(?:to\s+)?({'|'.join(PRIORITY_WORDS)})(?:$|[\s:,]+)", re.IGNORECASE)
_CAN = re.compile(r"^(?:can|may|kann|darf)\s+(\S+)\s*", re.IGNORECASE)
GROUND = r"(?:denied|reminded|silent)"
_GROUND = re.compile(rf"^({GROUND})\b\s*(?:R-(\d{{1,9}})$)?", re.IGNORECASE)
_ON = re.compile(r"^(?:on|auf)\s+", re.IGNORECASE)
SOMEONE = r"(?:<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|@(\S+))"
_PEOPLE = re.compile(rf"^(?:@?[\"“„`]@?([^\"“”`\n]{{1,80}})[\"“”`]|{SOMEONE})[,\s]*")
_TICKETS = re.compile(TICKETS, re.IGNORECASE)
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


def fill(slot: Slot, reading: Reading) -> str:
    """Take one slot off the front of what is left; returns what is wrong, if anything."""
    problem = FILLS.get(slot, partial(_fill_words, slot))(reading)
    return "" if slot is Slot.LAST else problem


def _fill_people(slot: Slot, reading: Reading) -> str:
    before, reading.rest = reading.rest, _BEFORE_PEOPLE[slot].sub("", reading.rest)
    reading.is_prose |= before != reading.rest
    while found := _PEOPLE.match(reading.rest):
        reading.people.append(next(filter(None, found.groups())).rstrip(","))
        reading.rest = reading.rest[found.end() :]
    if not reading.people and slot is Slot.PEOPLE:
        take_plain_names(reading)
    if not reading.people and (found := CHANNEL.match(reading.rest)):
        return say("{channel} is a channel, not a person", channel=plain(found[0]))
    return "" if reading.people or slot in OPTIONAL else say("who is missing")


def _fill_assignees(reading: Reading) -> str:
    rest = _BEFORE_PEOPLE[Slot.PEOPLE].sub("", reading.rest)
    if rest.casefold() == AUTO:
        reading.how, reading.rest = AUTO, ""
        return ""
    reading.is_prose |= reading.rest != rest
    reading.rest = _PLUS.sub("", rest)
    reading.how = ADD if reading.rest != rest else ""
    return _fill_people(Slot.PEOPLE, reading)


def _fill_status(reading: Reading) -> str:
    if found := _STATUS.match(reading.rest):
        reading.status = STATUS_WORDS[found.group(1).casefold()]
        reading.text, reading.rest = reading.rest[found.end() :].strip(), ""
        return too_long(reading.text)
    return say("“{typed}” is no status", typed=reading.rest[:40]) if reading.rest else ""


def _fill_priority(reading: Reading) -> str:
    if reading.called.casefold() in SAYS_IT:  # "p1 CH-3", in a thread "p1"
        reading.priority = PRIORITY_WORDS[reading.called.casefold()]
        reading.text, reading.rest = reading.rest, ""
        return too_long(reading.text)
    if found := _PRIORITY.match(reading.rest):
        reading.priority = PRIORITY_WORDS[found.group(1).casefold()]
        reading.text, reading.rest = reading.rest[found.end() :].strip(), ""
        return too_long(reading.text)
    if reading.called.casefold() in STEPS:  # "bump CH-3 customers call"
        reading.priority, reading.text, reading.rest = reading.called.casefold(), reading.rest, ""
        return too_long(reading.text)
    if not reading.rest:
        return say("which priority is missing")
    return say("“{typed}” is no priority", typed=reading.rest[:40])


def _fill_proposal(reading: Reading) -> str:
    if found := PROPOSAL.match(reading.rest):
        reading.proposal, reading.rest = int(found.group(1)), reading.rest[found.end() :]
        reading.version = int(found.group(2)) if found.group(2) else None
        return ""
    return say("which proposal is missing")


def _fill_other(reading: Reading) -> str:
    if found := _OTHER.match(reading.rest):
        reading.other = f"CH-{int(found.group(1))}" if found.group(1) else found["link"]
        reading.rest = reading.rest[found.end() :]
        return ""
    if len(reading.tickets) == 2 and reading.tickets[1] != THIS and not reading.rest:  # "not-same CH-1 CH-2"
        reading.other = reading.tickets.pop().partition("@")[0]
        return ""
    is_only_one = len(reading.tickets) == 1 and reading.tickets != [THIS]  # "merge this" names no second one
    if reading.has_thread_ticket and is_only_one and not reading.rest:  # "dup CH-12", in a thread
        [reading.other], reading.tickets, reading.number, reading.version = reading.tickets, [], None, None
        return ""
    return say("of which ticket is missing")


def _fill_handover(reading: Reading) -> str:
    if reading.rest.casefold() in {"cancel", "abbrechen"}:
        reading.text, reading.rest = "cancel", ""
        return ""
    if problem := _fill_people(Slot.PEOPLE, reading):
        return problem
    reading.text, reading.rest = reading.rest, ""
    return too_long(reading.text)


def _fill_wait(reading: Reading) -> str:
    reading.rest = _ON.sub("", reading.rest)
    if re.match(SOMEONE, reading.rest):
        _fill_people(Slot.PEOPLE, reading)
    reading.text, reading.rest = reading.rest, ""
    return too_long(reading.text) if says_something(reading.text) else say("what it waits for is missing")


def _fill_fields(reading: Reading) -> str:
    reading.text, reading.rest = reading.rest, ""
    reading.values, problem = read_fields(reading.text, called=reading.called)
    return problem


def _fill_reason(reading: Reading) -> str:
    reading.text, reading.rest = reading.rest, ""
    if not says_something(reading.text):
        return say("a reason is missing: it goes on record")
    return too_long(reading.text)


def _fill_login(reading: Reading) -> str:
    found = _LOGIN.match(reading.rest)
    if found is None:
        return say("the GitHub login is missing")
    reading.text, reading.rest = found[1], reading.rest[found.end() :]
    return ""


def _fill_github(reading: Reading) -> str:
    if not _GITHUB.match(reading.rest):
        return say("“github” is missing")
    reading.rest = _GITHUB.sub("", reading.rest)
    return ""


def _take_cover(reading: Reading) -> None:
    line, end, below = reading.rest.partition("\n")  # below stands a note
    if found := _COVER.search(line):
        reading.cover = found.group(1) or found.group(2).rstrip(",")
        reading.rest = f"{line[: found.start()]}{line[found.end() :]}{end}{below}".strip()


def _take_owners(reading: Reading) -> None:
    if found := _OWNERS.match(reading.rest):
        reading.people += [slack_id or name.rstrip(",") for slack_id, name in re.findall(SOMEONE, found.group(1))]
        reading.rest = reading.rest[: found.start(1)]


def _fill_can(reading: Reading) -> str:
    if (found := _CAN.match(reading.rest)) is None:
        return say("the command is missing: `who can resolve`")
    reading.text, reading.rest = found[1], reading.rest[found.end() :].rstrip("?")
    return ""


def _fill_ground(reading: Reading) -> str:
    if found := _GROUND.match(reading.rest):
        reading.status, reading.text, reading.rest = found[1].casefold(), found[2] or "", reading.rest[found.end() :]
    elif TURN.match(reading.rest):
        fill_turn(reading)
    return ""


def _fill_filter(reading: Reading) -> str:
    reading.rest = reading.rest if reading.is_message else with_words(reading.rest)
    if read_filters(reading.rest) is None:
        return say("“{typed}” is no filter", typed=reading.rest[:60])
    mine = "mine" if reading.called.casefold() in MINE else ""
    reading.text, reading.rest = f"{mine} {reading.rest}".strip(), ""
    return ""


FILLS: dict[Slot, Callable[[Reading], str]] = {
    Slot.TICKET: take_tickets,
    Slot.LAST: take_tickets,
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
    Slot.TURN: fill_turn,
    Slot.AT_WORK: fill_at_work,
    Slot.FEEDBACK: fill_feedback,
}


def _fill_words(slot: Slot, reading: Reading) -> str:
    if slot is Slot.UNTIL:
        _take_cover(reading)
    elif slot is Slot.OWNERSHIP:
        _take_owners(reading)
    if slot in {Slot.REPO, Slot.SINCE}:
        reading.rest = reading.rest.replace("—", "--")  # what some keyboards make of two hyphens
    if (shape := SHAPES.get(slot)) and not shape.form.fullmatch(reading.rest):
        return say(shape.wrong, typed=reading.rest[:60]) if reading.rest else say(shape.missing)
    if slot is Slot.JOBS and not JOBS.fullmatch(reading.rest):
        return say("which job is missing in “{typed}”", typed=reading.rest[:60])
    is_about_tickets = slot in {Slot.MUTE, Slot.UNMUTE} and _TICKETS.match(reading.rest)
    if is_about_tickets and (problem := take_tickets(reading)):
        return problem
    if slot is Slot.VERB and len(reading.rest.split()) > 1:
        return say("“{typed}” is no command", typed=reading.rest[:60])
    reading.text, reading.rest = reading.rest, ""
    return "" if reading.text or is_about_tickets or slot in OPTIONAL else say("{part} is missing", part=slot.value)
