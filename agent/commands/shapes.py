"""What may stand behind a verb whose arguments it reads itself: "list of orders is empty" is a report."""

import re

from agent.calendar.when import FORM as WHEN
from agent.commands.verb import Slot

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
# What it must be in full, and what is missing otherwise; "help page is broken" and "repo is gone" are reports.
SHAPES = {
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
