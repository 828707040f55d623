"""Names of verbs that begin many sentences: what may follow for each to be the command, and what is put otherwise."""

import re
from collections.abc import Callable

from agent.calendar.when import FORM as WHEN
from agent.commands.filters import read_filters
from agent.commands.reading import LINK, NAMED_TICKET
from agent.commands.vocabulary import STEPS

SAYS_IT = ("p0", "p1", "p2", "p3")  # names of `priority` that say which one
LISTS = {"mine", "my tickets", "queue", "meine"}
# Alone they are about the thread's ticket, else a ticket follows: "p1 redis down" and "add a button" are none.
CHATTY = {"on it", "assign me", *SAYS_IT, *STEPS, "page", "add", "needs info", "in progress", "stand"}
TO_A_PERSON = {"remember", "nag", "merke"}
_TO_SOMEBODY = re.compile(r"(?:(?:me|mich|mir|about|<@[^>]+>|@\S+|<#[^>]+>)[\s,:].*)?", re.IGNORECASE | re.DOTALL)
_ABOUT = r"(?:(?:about|of)\s+)?"
_LATER = re.compile(rf"{_ABOUT}(?:ch-?\d|{LINK}|this\b).*|{WHEN.pattern}", re.IGNORECASE | re.DOTALL)
_NO_REPORT = re.compile(
    r"(?:(?:an?|the|one|another)\s+)?(?:new\s+|draft\s+)*(?:github\b|git\s?hub\b|issues?\b|tickets?\b|pr\b|prs\b|pulls?\b|bugs?\b)"
    r"|ch-?\d|\d+$|https?:|<",
    re.IGNORECASE,
)
_TICKET = r"(?:ch-?\d{1,9}(?:@\d{1,9})?)"
_SUBJECT_FIRST = re.compile(rf"^({_TICKET})\s+is\s+(?:an?\s+)?(?:duplicate|dup)\s+of\s+", re.IGNORECASE)
_TEAM_OF = re.compile(rf"^team\s+(?={_TICKET}(?:[\s,:]))", re.IGNORECASE)
_MEMBERS = re.compile(r"^members\s+(?=(?:add|remove|role|hinzufügen|entfernen|rolle)\b)", re.IGNORECASE)
_MY_TICKETS = re.compile(
    r"^my\s+(open|overdue|stale|snoozed|waiting|resolved|closed|in[ -]progress)\s+tickets[.!?]*$",
    re.IGNORECASE,
)
_NUDGE = re.compile(rf"^nudge\s+me\s+{_ABOUT}(?=ch-?\d|this\b)", re.IGNORECASE)
# Put as its verb takes it: "CH-13 is a duplicate of CH-12" names the ticket before the verb.
OTHERWISE = (
    (_SUBJECT_FIRST, r"dup \1 of "),
    (_TEAM_OF, "move "),
    (_MEMBERS, "team member "),
    (_NUDGE, "snooze "),
    (_MY_TICKETS, r"list mine \1"),
)


def put_plainly(line: str) -> str:
    """The line as its verb takes it."""
    for form, usual in OTHERWISE:
        line = form.sub(usual, line)
    return line


def is_chatty(word: str, rest: str, *, is_verb: Callable[[str], bool]) -> bool:
    """Whether a name that begins many sentences begins one here: "queue is stuck", "on it since noon", "how come?".

    Args:
        is_verb: whether a word names one.
    """
    name, rest = word.casefold().rstrip(":"), rest.strip()
    if name in LISTS:
        return read_filters(rest) is None
    if name in TO_A_PERSON:
        return _TO_SOMEBODY.fullmatch(rest) is None
    match name:
        case "nudge me":
            return _LATER.fullmatch(rest) is None
        case "how":
            return rest != "" and not is_verb(rest.rstrip("?"))
        case "open":
            return rest == "" or rest.endswith("?") or _NO_REPORT.match(rest) is not None
    return name in CHATTY and rest != "" and NAMED_TICKET.match(rest) is None
