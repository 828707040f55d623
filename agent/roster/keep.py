"""People out of the database and, by a plan, back into it: all of it in one transaction, each change on record."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import cast

from agent.assigning.duty import CAPACITY, OFF, ROTATION
from agent.commands.subject import keep as keep_duty
from agent.desk import Desk
from agent.people.logins import verify
from agent.people.members import make_admin
from agent.people.moved import follow_hours
from agent.people.organise import (
    PersonFacts,
    TeamFacts,
    add_person,
    add_team,
    give_role,
    require_free,
    team_called,
)
from agent.roster.plan import ADMIN, Change, Known, Plan, planned
from agent.roster.sheet import Entry, Problem
from bot.errors import UserError
from prompts.words import say
from storage import calendars, identities, memberships, people, settings_kv
from storage.calendars import CalendarRow
from storage.people import Person, RoleName


async def known(desk: Desk) -> list[Known]:
    """Everybody, in the words of a file; a login counts when it is proven."""
    everyone = await people.everyone(desk.tx)
    said = await settings_kv.of_keys(desk.tx, (CAPACITY, ROTATION))
    rows = {row.scope: row for row in await calendars.all_rows(desk.tx)}
    logins = {
        one.person_id: one.shown for one in await identities.all_of(desk.tx, desk.workspace_id) if one.is_verified
    }
    roles: dict[int, list[tuple[str, str]]] = {}
    for person_id, team, role in await memberships.everyone(desk.tx):
        roles.setdefault(person_id, []).append((team, role))
    return [
        Known(
            slack_id=person.slack_id,
            name=person.name,
            email=person.email or "",
            github_login=logins.get(person.id, ""),
            capacity=said.get((person.slack_id, CAPACITY), OFF),
            rotation=said.get((person.slack_id, ROTATION), "on"),
            is_admin=person.is_admin,
            bar=_bar(person),
            roles=tuple(roles.get(person.id, ())),
            **_times(rows.get(calendars.of_person(person.id))),
        )
        for person in everyone
    ]


def _bar(person: Person) -> str:
    if person.is_outsider:
        return say("is a guest, or of another organisation")
    return "" if person.is_active else say("is deactivated in Slack")


def _times(row: CalendarRow | None) -> dict[str, str]:
    return {"timezone": row.zone or "", "hours": row.week or ""} if row else {}


def entries(everyone: Collection[Known]) -> list[Entry]:
    """A line for each role of each person; who has none has one line."""
    lines = []
    for one in everyone:
        roles = [*([("", ADMIN)] if one.is_admin else []), *one.roles] or [("", "")]
        lines += [
            Entry(
                slack_id=one.slack_id,
                email=one.email,
                github_login=one.github_login,
                team=team,
                role=role,
                capacity=one.capacity,
                timezone=one.timezone,
                hours=one.hours,
                rotation=one.rotation,
            )
            for team, role in roles
        ]
    return lines


async def planned_here(desk: Desk, entries: Sequence[Entry], wrong: Sequence[Problem]) -> Plan:
    """What the lines of a file would change, and what is wrong with it, as far as that can be known before."""
    plan = planned(await known(desk), [team.name for team in await people.teams(desk.tx)], entries)
    plan.problems += wrong
    for change in plan.changes:
        if change.column == "team" and not change.slack_id:
            try:
                await require_free(desk, change.after)
            except UserError as problem:
                plan.problems.append(Problem(line=change.line, text=str(problem)))
    return plan


async def apply(desk: Desk, plan: Plan) -> None:
    """Make the changes of a plan without problems.

    Raises:
        Refused: the asker is no admin. UserError: a team of that name was deleted.
    """
    desk.check_admin(doing=say("import people"))
    for change in plan.changes:
        await DOES[change.column](desk, change)


async def _team(desk: Desk, change: Change) -> None:
    await add_team(desk, change.after, TeamFacts())


async def _person(desk: Desk, change: Change) -> None:
    await add_person(desk, change.after, PersonFacts())


async def _email(desk: Desk, change: Change) -> None:
    person = await _of(desk, change)
    before, person.email = person.email, change.after
    desk.audit("change", "person", person.id, before={"email": before}, after={"email": change.after})


async def _login(desk: Desk, change: Change) -> None:
    await verify(desk, await _of(desk, change), change.after)


async def _role(desk: Desk, change: Change) -> None:
    team = await team_called(desk.tx, change.team)
    await give_role(desk, await _of(desk, change), team, role=cast(RoleName, change.after))


async def _admin(desk: Desk, change: Change) -> None:
    await make_admin(desk, await _of(desk, change), is_admin=True)


async def _capacity(desk: Desk, change: Change) -> None:
    value = None if change.after == OFF else change.after
    await keep_duty(desk, await _of(desk, change), key=CAPACITY, value=value)


async def _rotation(desk: Desk, change: Change) -> None:
    value = OFF if change.after == OFF else None
    await keep_duty(desk, await _of(desk, change), key=ROTATION, value=value)


async def _hours(desk: Desk, change: Change) -> None:
    """What comes by their hours is planned anew."""
    person = await _of(desk, change)
    row = await calendars.own(desk.tx, calendars.of_person(person.id), workspace_id=desk.workspace_id)
    column = {"timezone": "zone", "hours": "week"}[change.column]
    before = {column: getattr(row, column), "of": row.scope}
    setattr(row, column, change.after)
    desk.audit("hours", "calendar", row.id, before=before, after={column: change.after})
    await follow_hours(desk, person)


async def _of(desk: Desk, change: Change) -> Person:
    return await people.the(desk.tx, desk.workspace_id, change.slack_id)


DOES: dict[str, Callable[[Desk, Change], Awaitable[None]]] = {
    "team": _team,
    "person": _person,
    "email": _email,
    "github_login": _login,
    "role": _role,
    "admin": _admin,
    "capacity": _capacity,
    "rotation": _rotation,
    "timezone": _hours,
    "hours": _hours,
}
