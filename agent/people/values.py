"""What a setting may be, in words, and how what somebody wrote is read."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from agent.calendar.opening import Calendar, next_shut
from agent.calendar.week import read_week, show_week
from agent.reasons import check_answer, read_reasons
from agent.sla.policy import read_span
from bot.settings.kinds import time_of_day
from bot.zones import zone_named
from prompts.words import fixed
from storage.sla import BUSINESS

LONGEST = 500
_SPOKEN = {"an": "on", "ein": "on", "ja": "on", "yes": "on", "aus": "off", "nein": "off", "no": "off"}
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w-]{0,99}/[\w.-]{1,100}", re.ASCII)
_CHANNEL = re.compile(r"(?:<#)?([CG][A-Z0-9]{4,})(?:\|[^>]*)?>?")


@dataclass(frozen=True)
class Kind:
    """What a value may be, in words, and how it is read; None: it is no such value."""

    words: str
    read: Callable[[str], str | None]


def one_of(*values: str) -> Kind:
    """One of a few words."""

    def read(said: str) -> str | None:
        word = said.casefold()
        word = word if word in values else _SPOKEN.get(word, word)
        return word if word in values else None

    return Kind("|".join(values), read)


def number(least: int, most: int, *, words: str = "") -> Kind:
    """A whole number, both ends included; `words` say it where people read it."""

    def read(said: str) -> str | None:
        is_number = re.fullmatch(r"\d{1,6}", said, re.ASCII) is not None
        return str(int(said)) if is_number and least <= int(said) <= most else None

    return Kind(words or f"{least} to {most}", read)


def _time_or_off(said: str) -> str | None:
    with suppress(ValueError):
        return time_of_day(_SPOKEN.get(said.casefold(), said)) or None
    return None


def _channel(said: str) -> str | None:
    return found[1] if (found := _CHANNEL.fullmatch(said)) else None


def _span(said: str) -> str:
    read_span(said, clock=BUSINESS)
    return said


def _quiet(said: str) -> str:
    """Hours of quiet, every day's where no day is named; somebody must be within reach at some time."""
    if _SPOKEN.get(said.casefold(), said.casefold()) == "off":
        return "off"
    week = read_week(said if re.match(r"[a-z]", said, re.IGNORECASE) else f"Mon-Sun {said}")
    next_shut(Calendar(zone=ZoneInfo("UTC"), week=week), datetime(2026, 1, 1, tzinfo=UTC))
    return show_week(week)


ON_OFF = one_of("on", "off")
SPAN = Kind("4h", _span)
REASONS = Kind(fixed("one; another"), lambda said: "\n".join(read_reasons(said)) or None)
ANSWER = Kind(fixed("words with {ticket}, {title}, {assignee}, {duration}, {link}"), check_answer)
TEXT = Kind(fixed("some words"), lambda said: said if said and len(said) <= LONGEST else None)
CHANNEL = Kind("#channel", _channel)
REPOSITORY = Kind("OWNER/NAME", lambda said: said if _REPOSITORY.fullmatch(said) else None)
WORDS = Kind("redis, kafka", lambda said: ", ".join(filter(None, map(str.strip, re.split(r"[,;]", said)))) or None)
WEEK = Kind("Mon-Fri 9-18", lambda said: show_week(read_week(said)))
ZONE = Kind("Europe/Berlin", lambda said: zone_named(said).key)
QUIET = Kind("22-7|off", _quiet)
TIME = Kind("08:30|off", _time_or_off)
