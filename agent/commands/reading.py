"""A command line while it is read: what was taken off its front so far, and first the tickets that it names."""

import re
from dataclasses import dataclass, field

from agent.triage.words import visible
from prompts.words import say

LONGEST_REASON = 1000
SHORTEST_REASON = 3

# Buttons and forms name the version of the ticket that they were made from: CH-12@7.
_NUMBER = r"(?P<number>\d{1,9})(?:@(?P<version>\d{1,9}))?\b"
LINK = r"(?P<link><?https?://[^\s|<>]+/archives/\w+/p\d{16}\b[^\s|<>]*(?:\|[^<>]*)?>?)"
NAMED = rf"(?:ch-?{_NUMBER}|{LINK})"
_END = r"(?P<end>[:,]?)\s*"
_TICKET = re.compile(rf"^(?:(?:ch-?)?{_NUMBER}|{LINK}){_END}", re.IGNORECASE)
_TICKET_OR_THIS = re.compile(rf"^(?:{NAMED}|(?P<this>this|diese[sn]?)\b){_END}", re.IGNORECASE)
_ANOTHER = re.compile(rf"^(?:(?:and|und|&amp;)\s+)?{NAMED}{_END}", re.IGNORECASE)
_ANOTHER_NUMBER = re.compile(rf"^{_NUMBER}{_END}(?=(?:\d{{1,9}}[,\s]*)*$)")
NAMED_TICKET = re.compile(rf"^{NAMED}{_END}", re.IGNORECASE)
# A ticket anywhere in a text, as a word of its own; its number without leading zeros.
TICKET_IN_TEXT = re.compile(r"(?<![\w-])ch-?0*([0-9]{1,9})(?![\w-])", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"(?!.*\b(?:please|bitte)$)[^\W\d][\w.'-]*(?: [\w.'-]+){0,2}", re.IGNORECASE)
# Behind "to" in a message: one word, and none that stands for somebody.
_ONE_NAME = re.compile(
    r"(?!(?:me|us|you|him|her|them|it|the|my|our|myself|who\w*|(?:some|any|every|no)\w*|mich|mir|uns|jemand\w*)$)"
    r"[^\W\d][\w.'-]*",
    re.IGNORECASE,
)
# As code or in quotes it is one word all the same.
_MARKED = re.compile(r"^[`\"“„](ch-?\d{1,9}(?:@\d{1,9})?)[`\"“”](?=$|[\s:,])", re.IGNORECASE)
_STARTS_WITH_NUMBER = re.compile(r"(\d{1,9})(?=$|[\s:,])")
THIS = "this"
MOST_TICKETS = 20  # in one command


@dataclass
class Reading:
    """What is left of a line, and what was taken off it so far."""

    rest: str
    has_thread_ticket: bool
    number: int | None = None
    tickets: list[str] = field(default_factory=list)  # `CH-12`, `CH-12@7`, a link to a message, `this`
    is_message: bool = False  # said where reports are said too
    is_prose: bool = False  # "to" stands before its people
    is_bare: bool = False  # its number stood without its CH-
    takes_numbers: bool = False  # nothing else of the command begins with one
    maybe: int | None = None  # the number that its free words begin with in a ticket's thread
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
    other: str = ""
    proposal: int | None = None


def take_tickets(reading: Reading) -> str:
    """Take the tickets off the front; returns what is wrong, if anything."""
    # Within a thread "3 nodes are back" is a reason; a bare number names a ticket only where nothing else can.
    is_number = reading.rest[:1].isdigit() and (reading.takes_numbers or not reading.has_thread_ticket)
    pattern = _TICKET_OR_THIS if reading.has_thread_ticket and not is_number else _TICKET
    reading.is_bare = is_number
    following = _ANOTHER_NUMBER if reading.is_bare else _ANOTHER
    if reading.has_thread_ticket and not is_number and (begins := _STARTS_WITH_NUMBER.match(reading.rest)):
        reading.maybe = int(begins[1])
    while found := pattern.match(_MARKED.sub(r"\1", reading.rest)):
        reading.rest = _MARKED.sub(r"\1", reading.rest)
        _take_ticket(reading, found)
        if found["end"] == ":":  # "comment CH-1: CH-2 is the same" is about one ticket
            break
        pattern = following
    reading.words = reading.rest
    if len(reading.tickets) > MOST_TICKETS:
        count = len(reading.tickets)
        return say("those are {count} tickets, and {most} go at once", count=count, most=MOST_TICKETS)
    return "" if reading.tickets or reading.has_thread_ticket else say("which ticket is missing")


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


def take_plain_names(reading: Reading) -> None:
    """Take all that is left as names without an @: behind `CH-1`, where it can hardly be a sentence."""
    is_talk = reading.is_message and (reading.is_bare or reading.number is None)
    a_name = _ONE_NAME if reading.is_message and reading.is_prose else _PLAIN_NAME
    names = [name.strip() for name in reading.rest.split(",")]
    if reading.tickets and not is_talk and all(a_name.fullmatch(name) for name in names):
        reading.people, reading.rest = names, ""


def says_something(reason: str) -> bool:
    """Whether anybody could read it: characters without a width are no words."""
    return len(visible(reason).strip()) >= SHORTEST_REASON


def too_long(reason: str) -> str:
    """What is wrong with the length of a reason, if anything."""
    if len(reason) <= LONGEST_REASON:
        return ""
    return say("the reason is longer than {most} characters", most=f"{LONGEST_REASON:,}")
