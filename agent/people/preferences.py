"""What a team or a person wants otherwise than usual: set and shown by one way, whatever it is."""

from collections.abc import Sequence
from difflib import get_close_matches

from agent.calendar.opening import next_open
from agent.calendar.whose import calendar_of_person, calendar_of_team
from agent.desk import Desk
from agent.digest.plan import DIGEST, plan_next
from agent.ownership.edit import set_components
from agent.people.moved import follow_hours
from agent.people.settable import CALENDAR, OWNERSHIP, ROW, SETTINGS, Preference
from agent.people.values import CHANNEL
from agent.sla.clocks import move_deadlines
from bot.errors import UserError
from bot.messages import escape, plain
from prompts.words import fixed, say
from storage import calendars, ownership, reminders, settings_kv
from storage.people import Person, Team

DEFAULT = "default"


def named(key: str, table: Sequence[Preference]) -> Preference:
    """The line of a key.

    Raises:
        UserError: there is none; the text names near ones, or all.
    """
    wanted = key.casefold().replace("-", "_")
    if found := next((one for one in table if one.key == wanted), None):
        return found
    near = get_close_matches(wanted, [one.key for one in table], n=3) or [one.key for one in table]
    known = ", ".join(f"`{name}`" for name in near)
    raise UserError(say("“{said}” is no setting. There is {known}.", said=escape(key[:40]), known=known))


def _scope(owner: Team | Person) -> str:
    return calendars.of_team(owner.id) if isinstance(owner, Team) else calendars.of_person(owner.id)


async def value(desk: Desk, owner: Team | Person, preference: Preference) -> str | None:
    """What is set; None while the default counts."""
    if preference.kept == SETTINGS:
        return await settings_kv.get(desk.tx, _scope(owner), preference.key)
    if preference.kept == OWNERSHIP:
        return ", ".join(await ownership.words_of(desk.tx, owner.id, preference.column)) or None
    if preference.kept == CALENDAR:
        rows = await calendars.rows(desk.tx, [_scope(owner)])
        held = getattr(rows[0], preference.column) if rows else None
    else:
        held = getattr(owner, preference.column)
    return held or None


async def shown(desk: Desk, owner: Team | Person, table: Sequence[Preference]) -> list[str]:
    """Each setting in a line: what counts, whether that is the default, and what it means."""
    lines = []
    for preference in table:
        held = await value(desk, owner, preference)
        shown = escape(held or say("{value} (default)", value=say(preference.default)))
        said = f"<#{held}>" if held and preference.kind is CHANNEL else shown
        lines.append(f"• `{preference.key}`: {said} – {say(preference.meaning)}")
    return lines


async def keep(desk: Desk, owner: Team | Person, preference: Preference, words: str) -> None:
    """Set it, on record; `default` forgets it.

    Raises:
        UserError: the words are no such value.
    """
    said = " ".join(words.split())
    new = None if said.casefold() == DEFAULT else preference.kind.read(said)
    if new is None and said.casefold() != DEFAULT:
        slots = {"key": preference.key, "example": say(preference.kind.words), "default": DEFAULT}
        no_value = fixed("“{said}” is no value of `{key}`: write {example}, or `{default}`.")
        raise UserError(say(no_value, said=escape(plain(said)[:40]), **slots))
    before = await value(desk, owner, preference)
    if new == before:
        return
    await _write(desk, owner, preference, new)
    kind = "team" if isinstance(owner, Team) else "person"
    desk.audit("set", kind, owner.id, before={preference.key: before}, after={preference.key: new})
    await _follow(desk, owner, preference.key)


async def _follow(desk: Desk, owner: Team | Person, key: str) -> None:
    """What was planned by the old value is planned anew."""
    if isinstance(owner, Team) and key.startswith("nudge."):
        await move_deadlines(desk, owner.id)
    if key in {"hours", "zone"}:
        await _follow_hours(desk, owner)
    if isinstance(owner, Person) and key == "digest.time":
        await reminders.cancel_of_person(desk.tx, owner.id, kind=DIGEST)
        await plan_next(desk, owner)


async def _follow_hours(desk: Desk, owner: Team | Person) -> None:
    """Deadlines go by a team's hours, a digest by a person's; nobody's may never open.

    Raises:
        UserError: they do not open within 400 days.
    """
    find = calendar_of_team if isinstance(owner, Team) else calendar_of_person
    next_open(await find(desk.tx, desk.settings, owner.id), desk.now)
    if isinstance(owner, Team):
        await move_deadlines(desk, owner.id)
    else:
        await follow_hours(desk, owner)


async def _write(desk: Desk, owner: Team | Person, preference: Preference, new: str | None) -> None:
    scope = _scope(owner)
    if preference.kept == CALENDAR:
        row = await calendars.own(desk.tx, scope, workspace_id=desk.workspace_id)
        setattr(row, preference.column, new)
    elif preference.kept == OWNERSHIP and isinstance(owner, Team):
        await set_components(desk, owner, new.split(", ") if new else [])
    elif preference.kept == ROW:
        setattr(owner, preference.column, new or (None if preference.kind is CHANNEL else ""))
    elif new is None:
        await settings_kv.drop(desk.tx, scope, preference.key)
    else:
        await settings_kv.put(desk.tx, scope, preference.key, new, workspace_id=desk.workspace_id, set_by=desk.who)
    await desk.tx.flush()
