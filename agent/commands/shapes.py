"""What may stand behind a verb whose arguments it reads itself: "list of orders is empty" is a report."""

import re
from dataclasses import dataclass

from agent.calendar.when import FORM as WHEN
from agent.calendar.when import SPAN
from agent.commands.reading import LINK, NAMED
from agent.commands.verb import Slot
from prompts.words import fixed

_FLAG = r"(?:\s+--(?:hook|full|state[ =]\w+|(?:channel|tickets)[ =]\S+))*"
REPO = re.compile(rf"list|(?:connect|sync|disconnect)\s+[\w.-]+/[\w.-]+{_FLAG}", re.IGNORECASE | re.ASCII)
SINCE = re.compile(r"(?:--(?:since|repo)[ =]\S+\s*)*")
JOBS = re.compile(r"(?:list|show\s+\d+|(?:replay|discard|cancel)\s+(?:\d|kind=\w).*)?", re.IGNORECASE | re.DOTALL)
_WHOSE = r"(?:team\s+\S.*?(?:\s+|$)|workspace(?:\s+|$))?"
_DAY = r"(?:mo|tu|we|th|fr|sa|su|di|mi|do|so|(?:mon|tue|wed|thu|fri|sat|sun|die|mit|don|sam|son)[a-z]*)"
_TO = r"(?:\s*[-–—]\s*|\s+(?:to|bis)\s+)"
_WEEK_OR_ZONE = rf"(?:{_DAY}(?:{_TO}[a-z]+)?|\d[\d:]*(?:\s*uhr)?{_TO}\d[\d:]*(?:\s*uhr)?|[a-z_]+/[\w/+-]+|utc)"
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
    r"unlinked|(?:show|ask)\s+\S+|admin\s+\S+\s+(?:on|off|an|aus)|set\s+\S+\s+[\w.-]+\s+\S.*|import\s+\S.*",
    re.IGNORECASE | re.DOTALL,
)
_ELSEWHERE = "guests|external|agent|nobody|default|gäste|externe|niemand"
_DIGEST_OF_CHANNEL = r"digest\s+(?:(?:on\s+)?at\s+\S+|on|off|an|aus)"
_LANGUAGE = r"(?:language|sprache)\s+\S+"
_DELEGATE = r"delegate\s+[\w.-]+/[\w.-]+\s+\S.*"
_WISHES = r"follow\s+\w+|repo\s+\S+|approvals\s+\w+|tools\s+\w+|instructions\s+\S[\s\S]*|bots\s+(?:allow|deny)\s+\S.*"
_OF_CHANNEL = (
    rf"{_WISHES}|show|zeige?|team\s+\S.*|(?:un)?mute|stumm|laut|allow(?:[\s,]+(?:{_ELSEWHERE}))+"
    rf"|{_DIGEST_OF_CHANNEL}|{_LANGUAGE}|{_DELEGATE}"
)
CHANNEL = re.compile(rf"(?:{_OF_CHANNEL})?", re.IGNORECASE)
_OF_BUDGET = r"(?:<@[UW][A-Z0-9]+(?:\|[^>]*)?>|@\S+)"
BUDGET = re.compile(
    rf"(?:set\s+(?P<whose>request|turn|anfrage|person|workspace|{_OF_BUDGET})\s+(?P<amount>\S.*)|(?P<of>{_OF_BUDGET}))?",
    re.IGNORECASE,
)
AGENT = re.compile(
    r"(?:(?P<act>pause|pausiere|resume|weiter|status)(?:[\s:]+(?P<why>\S.*))?)?", re.IGNORECASE | re.DOTALL
)
PROPOSALS = re.compile(r"(?:mine|meine|team|all|alle)?", re.IGNORECASE)
DAYS = re.compile(r"(?:\d{1,4})?")
TURN = re.compile(r"t-?(?P<number>\d{1,9})\b[:,]?\s*", re.IGNORECASE)
ANSWER = re.compile(r"\d{1,9}\s+\d{1,2}")
FEEDBACK = re.compile(r"(?P<value>up|down)\b[:,]?\s*", re.IGNORECASE)
SUMMARY = re.compile(r"(?:team\s+\S.*|\S+(?:\s+\S+)?)?", re.IGNORECASE)
_SOURCE = r"(?:@?[\w.-]+/[\w.-]+|<!subteam\^\w+(?:\|[^>]*)?>)"
_LINK, _ON_LINK = "link|verbinde", "unlink|trenne|apply|anwenden"
GROUP_ACTS = f"list|liste|{_LINK}|{_ON_LINK}"
_SEEN = r"(?:\s+[\da-f]{12})?"  # by the button "Apply"
GROUP = re.compile(rf"(?:list|liste)?|(?:{_LINK})\s+{_SOURCE}\s+\S.*|(?:{_ON_LINK})\s+{_SOURCE}{_SEEN}", re.IGNORECASE)
ME = re.compile(r"(?:(?:set|setze)\s+[\w.-]+\s+\S.*)?", re.IGNORECASE | re.DOTALL)
_NAMED = re.sub(r"\?P<\w+>", "?:", NAMED)
TICKETS = rf"(?:{_NAMED}|this\b(?!\s+thread\b)|diese[sn]?\b)(?:[\s,]*(?:(?:and|und|&amp;)\s+)?{_NAMED})*"
_SOMETHING = rf"{TICKETS}[:,]?|(?:this\s+)?thread\b|<@[UW][A-Z0-9]+(?:\|[^>]*)?>|@\S+|team\s+\S.*?"
_QUIET = rf"(?:{_SOMETHING})(?:\s+for\s+all)?"
UNMUTE = re.compile(_QUIET, re.IGNORECASE)
MUTE = re.compile(rf"{_QUIET}(?:\s+(?:{WHEN.pattern}))?", re.IGNORECASE | re.DOTALL)
DIGEST = re.compile(r"(?:now|at\s+\S+|on|off)?", re.IGNORECASE)
_TARGET = (
    r"(?:(?:me|myself|mich|here|hier|us|uns|this|about|diese[sn]?|ch-?\d{1,9})\b|<@[UW][A-Z0-9]+(?:\|[^>]*)?>|@\S+"
    rf"|<#[CG][A-Z0-9]+(?:\|[^>]*)?>|{LINK.replace('?P<link>', '?:')})"
)
REMIND = re.compile(rf"{_TARGET}[,:]?\s+\S.*", re.IGNORECASE | re.DOTALL)
TO_REMIND = re.compile(rf"(?:{_TARGET}.*)?", re.IGNORECASE | re.DOTALL)
_NUMBERED = "cancel|abbrechen|done|erledigt|decline|ablehnen|stop|beenden"
_TIMED, _BLOCK = "later|später|change|ändern", "block|blockieren|unblock|freigeben"
REMINDERS = re.compile(
    rf"(?:(?:{_NUMBERED})\s+\d{{1,9}}|(?:{_TIMED})\s+\d{{1,9}}\s+\S.*|(?:{_BLOCK})\s+(?:<@[^>]+>|@?\S+))?",
    re.IGNORECASE,
)
OF_REMINDERS = re.compile(rf"(?:(?:{_NUMBERED}|{_TIMED}|{_BLOCK})\b.*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Shape:
    """What the words must be in full, and what is said when they are something else, or missing."""

    form: re.Pattern[str]
    wrong: str = fixed("“{typed}” is no way to use it")
    missing: str = fixed("the way to use it is missing")


_WAITS_UNTIL = fixed("“{typed}” is no time to wait for: write `1h`, `tomorrow`, `next Monday` or `2026-12-24`")
_UNTIL_MISSING = fixed("the time to wait for is missing: write `1h`, `tomorrow`, `next Monday` or `2026-12-24`")
# "help page is broken" and "repo is gone" are reports.
SHAPES = {
    Slot.REPO: Shape(REPO),
    Slot.SINCE: Shape(SINCE),
    Slot.HOURS: Shape(HOURS),
    Slot.HOLIDAY: Shape(HOLIDAY),
    Slot.CAPACITY: Shape(CAPACITY, fixed("“{typed}” is no number of tickets")),
    Slot.ROTATION: Shape(ROTATION),
    Slot.UNTIL: Shape(SPAN, fixed("“{typed}” is no time to be back"), fixed("the time to be back is missing")),
    Slot.OWNERSHIP: Shape(OWNERSHIP),
    Slot.SLA: Shape(SLA),
    Slot.TEAMS: Shape(TEAMS),
    Slot.PERSONS: Shape(PERSONS),
    Slot.ME: Shape(ME),
    Slot.CHANNEL: Shape(CHANNEL),
    Slot.GROUP: Shape(GROUP),
    Slot.WHEN: Shape(SNOOZE, _WAITS_UNTIL, _UNTIL_MISSING),
    Slot.MUTE: Shape(
        MUTE,
        fixed("“{typed}” is no ticket, thread, person or team to mute"),
        fixed("the ticket, thread, person or team to mute is missing"),
    ),
    Slot.UNMUTE: Shape(
        UNMUTE,
        fixed("“{typed}” is no ticket, thread, person or team to unmute"),
        fixed("the ticket, thread, person or team to unmute is missing"),
    ),
    Slot.DIGEST: Shape(DIGEST),
    Slot.REMIND: Shape(REMIND, fixed("“{typed}” is no reminder"), fixed("the reminder is missing")),
    Slot.REMINDERS: Shape(REMINDERS),
    Slot.BUDGET: Shape(BUDGET),
    Slot.AGENT: Shape(AGENT),
    Slot.PROPOSALS: Shape(PROPOSALS),
    Slot.DAYS: Shape(DAYS, fixed("“{typed}” is no number of days")),
    Slot.ANSWER: Shape(ANSWER),
    Slot.SUMMARY: Shape(SUMMARY, fixed("“{typed}” is no team")),
}
