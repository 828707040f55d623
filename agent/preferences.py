"""What a team or a person may want otherwise than usual: one line of a table each, set and shown by one way."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from agent.desk import Desk
from agent.reasons import check_answer, read_reasons
from agent.sla.policy import read_span
from bot.errors import UserError
from bot.messages import escape, plain
from bot.zones import zone_named
from storage import calendars, settings_kv
from storage.people import Person, Team
from storage.sla import BUSINESS

DEFAULT = "default"
SETTINGS, ROW, CALENDAR = "settings_kv", "row", "calendar"
LONGEST = 500
_SPOKEN = {"an": "on", "ein": "on", "ja": "on", "yes": "on", "aus": "off", "nein": "off", "no": "off"}
_CHANNEL = re.compile(r"(?:<#)?([CG][A-Z0-9]{4,})(?:\|[^>]*)?>?")
_TIME = re.compile(r"([01]?\d|2[0-3]):?([0-5]\d)?")


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


def number(least: int, most: int) -> Kind:
    """A whole number, both ends included."""

    def read(said: str) -> str | None:
        is_number = re.fullmatch(r"\d{1,6}", said, re.ASCII) is not None
        return str(int(said)) if is_number and least <= int(said) <= most else None

    return Kind(f"{least} to {most}", read)


def _time(said: str) -> str | None:
    found = _TIME.fullmatch(said)
    return f"{int(found[1]):02}:{found[2] or '00'}" if found else None


def _time_or_off(said: str) -> str | None:
    return "off" if ON_OFF.read(said) == "off" else _time(said)


def _channel(said: str) -> str | None:
    found = _CHANNEL.fullmatch(said)
    return found[1] if found else None


def _span(said: str) -> str:
    read_span(said, clock=BUSINESS)
    return said


ON_OFF = one_of("on", "off")
SPAN = Kind("4h", _span)
REASONS = Kind("one; another", lambda said: "\n".join(read_reasons(said)) or None)
ANSWER = Kind("words with {ticket}, {title}, {assignee}, {duration}, {link}", check_answer)
TEXT = Kind("some words", lambda said: said if said and len(said) <= LONGEST else None)
CHANNEL = Kind("#channel", _channel)
ZONE = Kind("Europe/Berlin", lambda said: zone_named(said).key)
TIME = Kind("09:00|off", _time_or_off)


@dataclass(frozen=True, kw_only=True)
class Preference:
    """`default` is what counts while nobody set it; `kept` says where, `column` under which name in a row."""

    key: str
    kind: Kind
    default: str
    meaning: str
    kept: str = SETTINGS
    column: str = ""


TEAM = (
    Preference(
        key="channel",
        kind=CHANNEL,
        default="none",
        meaning="where its tickets from direct messages live",
        kept=ROW,
        column="channel_id",
    ),
    Preference(
        key="description", kind=TEXT, default="none", meaning="what it looks after", kept=ROW, column="description"
    ),
    Preference(
        key="capacity",
        kind=number(1, 999),
        default="no limit",
        meaning="open tickets of a member who set no capacity of their own",
    ),
    Preference(
        key="load",
        kind=one_of("count", "weighted"),
        default="count",
        meaning="whether a ticket counts as one, or as 4, 2, 1, 1 by priority, when somebody is chosen",
    ),
    Preference(
        key="notices",
        kind=one_of("all", "important", "none"),
        default="important",
        meaning="which tickets its managers are told of",
    ),
    Preference(
        key="reassign_on_absence",
        kind=ON_OFF,
        default="off",
        meaning="whether open tickets move by themselves when somebody goes away",
    ),
    Preference(
        key="reasons.resolve", kind=REASONS, default="the usual ones", meaning="reasons to pick from when resolving"
    ),
    Preference(
        key="reasons.close", kind=REASONS, default="the usual ones", meaning="reasons to pick from when closing"
    ),
    Preference(
        key="answer.resolve", kind=ANSWER, default="none", meaning="what is added when one of its tickets is resolved"
    ),
    Preference(key="nudge.on", kind=ON_OFF, default="on", meaning="whether silence on a ticket is noticed"),
    Preference(
        key="nudge.every",
        kind=SPAN,
        default="4h",
        meaning="business time of silence on a high ticket until somebody is reminded; others in proportion",
    ),
    Preference(
        key="nudge.where",
        kind=one_of("digest", "thread"),
        default="digest",
        meaning="`thread`: reminders of medium and low tickets stand in their thread too",
    ),
)
PERSON = (
    Preference(key="language", kind=one_of("en", "de"), default="Slack's", meaning="in which you are written to"),
    Preference(key="zone", kind=ZONE, default="your team's", meaning="your time zone", kept=CALENDAR, column="zone"),
    Preference(key="digest.time", kind=TIME, default="the workspace's", meaning="when your daily digest comes"),
    Preference(
        key="wake_for_critical",
        kind=ON_OFF,
        default="off",
        meaning="whether a critical ticket reaches you outside your hours",
    ),
)


def named(key: str, table: Sequence[Preference]) -> Preference:
    """The line of a key.

    Raises:
        UserError: there is none; the text names near ones, or all.
    """
    wanted = key.casefold().replace("-", "_")
    if found := next((one for one in table if one.key == wanted), None):
        return found
    near = get_close_matches(wanted, [one.key for one in table], n=3) or [one.key for one in table]
    raise UserError(f"“{escape(key[:40])}” is no setting. There is {', '.join(f'`{name}`' for name in near)}.")


def _scope(owner: Team | Person) -> str:
    return calendars.of_team(owner.id) if isinstance(owner, Team) else calendars.of_person(owner.id)


async def value(desk: Desk, owner: Team | Person, preference: Preference) -> str | None:
    """What is set; None while the default counts."""
    if preference.kept == SETTINGS:
        return await settings_kv.get(desk.tx, _scope(owner), preference.key)
    if preference.kept == CALENDAR:
        rows = await calendars.rows(desk.tx, [_scope(owner)])
        held = getattr(rows[0], preference.column) if rows else None
    else:
        held = getattr(owner, preference.column)
    return held or None


async def chosen(desk: Desk, owner: Team | Person, table: Sequence[Preference]) -> list[Preference]:
    """Those that somebody set."""
    return [preference for preference in table if await value(desk, owner, preference) is not None]


async def shown(desk: Desk, owner: Team | Person, table: Sequence[Preference]) -> list[str]:
    """Each setting in a line: what counts, whether that is the default, and what it means."""
    lines = []
    for preference in table:
        held = await value(desk, owner, preference)
        said = (
            f"<#{held}>" if held and preference.kind is CHANNEL else escape(held or f"{preference.default} (default)")
        )
        lines.append(f"• `{preference.key}`: {said} – {preference.meaning}")
    return lines


async def keep(desk: Desk, owner: Team | Person, preference: Preference, words: str) -> None:
    """Set it, on record; `default` forgets it.

    Raises:
        UserError: the words are no such value.
    """
    said = " ".join(words.split())
    new = None if said.casefold() == DEFAULT else preference.kind.read(said)
    if new is None and said.casefold() != DEFAULT:
        hint = f"write {preference.kind.words}, or `{DEFAULT}`"
        raise UserError(f"“{escape(plain(said)[:40])}” is no value of `{preference.key}`: {hint}.")
    before = await value(desk, owner, preference)
    if new == before:
        return
    await _write(desk, owner, preference, new)
    kind = "team" if isinstance(owner, Team) else "person"
    desk.audit("set", kind, owner.id, before={preference.key: before}, after={preference.key: new})


async def _write(desk: Desk, owner: Team | Person, preference: Preference, new: str | None) -> None:
    scope = _scope(owner)
    if preference.kept == CALENDAR:
        row = await calendars.own(desk.tx, scope, workspace_id=desk.workspace_id)
        setattr(row, preference.column, new)
    elif preference.kept == ROW:
        setattr(owner, preference.column, new or (None if preference.kind is CHANNEL else ""))
    elif new is None:
        await settings_kv.drop(desk.tx, scope, preference.key)
    else:
        await settings_kv.put(desk.tx, scope, preference.key, new, workspace_id=desk.workspace_id, set_by=desk.who)
    await desk.tx.flush()
