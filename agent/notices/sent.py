"""What people were told without having asked: when by their own clock, why, and whether it was in their hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.calendar.opening import Calendar, is_open
from agent.calendar.whose import calendar_of_person
from agent.notices.attention import ALARM, WOKEN
from agent.notices.holding import LATER
from bot.settings import Settings
from storage import agenda, notices, people, tickets
from storage.database import Tx
from storage.notices import Notice
from storage.people import Person
from storage.reminders import UNDO, Reminder

CHANNEL = "channel"  # the step of a ladder that is told to everybody


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One thing that was said. `person` is empty where a channel heard it; `at` is by the hearer's clock, else UTC."""

    at: datetime
    person: str
    what: str
    ticket: str
    why: str
    is_outside_hours: bool

    def __str__(self) -> str:
        where = f"@{self.person}" if self.person else "the channel"
        about = f" {self.ticket}" if self.ticket else ""
        return f"{self.at:%a %H:%M} {where}: {self.what}{about} ({self.why})"


@dataclass(frozen=True, kw_only=True)
class _Said:
    """The same as it is stored."""

    at: datetime
    person_id: int | None
    what: str
    ticket_id: int | None
    why: str
    may_be_anytime: bool = False


async def sent(tx: Tx, settings: Settings, *, since: datetime) -> list[Sent]:
    """All of it since a moment, the oldest first."""
    sends = await agenda.sends(tx, since=since)
    by_id = {reminder.id: reminder for reminder, _ in sends}
    direct = [one for one in await notices.told(tx, since=since) if one.reason not in LATER]
    said = [_of_notice(one, by_id) for one in direct]
    noticed = {_reminder_id(one) for one in direct}
    said += [_of_send(reminder, at) for reminder, at in sends if reminder.id not in noticed and _is_heard(reminder)]
    calendars, names = await _calendars(tx, settings, said), await _names(tx, said)
    persons = {one.id: one for one in await people.everyone(tx)}
    return [_sent(one, persons, calendars, names) for one in sorted(said, key=_order)]


def _order(one: _Said) -> tuple[datetime, int, str, int]:
    return one.at.replace(second=0, microsecond=0), one.person_id or 0, one.what, one.ticket_id or 0


def _is_heard(reminder: Reminder) -> bool:
    is_for_one = reminder.person_id is not None and reminder.ticket_id is None
    return reminder.kind != UNDO and (is_for_one or reminder.channel_id is not None or reminder.step == CHANNEL)


def _reminder_id(notice: Notice) -> int:
    """Of the reminder that it came of; 0 where it came of what somebody did."""
    kind, _, rest = notice.key.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind == "reminder" and number.isdecimal() else 0


def _of_notice(notice: Notice, by_id: Mapping[int, Reminder]) -> _Said:
    cause = by_id.get(_reminder_id(notice))
    return _Said(
        at=notice.at,
        person_id=notice.person_id,
        what=f"{cause.kind} {cause.step}" if cause else notice.sort,
        ticket_id=notice.ticket_id,
        why=cause.reason if cause else notice.reason,
        may_be_anytime=notice.sort == ALARM.name or notice.reason.endswith(WOKEN),
    )


def _of_send(reminder: Reminder, at: datetime) -> _Said:
    person_id = None if reminder.channel_id or reminder.step == CHANNEL else reminder.person_id
    what = f"{reminder.kind} {reminder.step}".strip()
    return _Said(at=at, person_id=person_id, what=what, ticket_id=reminder.ticket_id, why=reminder.reason)


async def _calendars(tx: Tx, settings: Settings, said: Sequence[_Said]) -> dict[int, Calendar]:
    wanted = {one.person_id for one in said if one.person_id}
    return {person_id: await calendar_of_person(tx, settings, person_id) for person_id in sorted(wanted)}


async def _names(tx: Tx, said: Sequence[_Said]) -> dict[int, str]:
    wanted = {one.ticket_id for one in said if one.ticket_id}
    return {ticket_id: (await tickets.get(tx, ticket_id)).name for ticket_id in sorted(wanted)}


def _sent(
    one: _Said, persons: Mapping[int, Person], calendars: Mapping[int, Calendar], names: Mapping[int, str]
) -> Sent:
    calendar = calendars.get(one.person_id or 0)
    return Sent(
        at=one.at.astimezone(calendar.zone) if calendar else one.at,
        person=persons[one.person_id].name if one.person_id else "",
        what=one.what,
        ticket=names.get(one.ticket_id or 0, ""),
        why=one.why,
        is_outside_hours=calendar is not None and not one.may_be_anytime and not is_open(calendar, one.at),
    )
