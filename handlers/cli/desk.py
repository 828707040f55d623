"""The operator's own transaction: what a verb changes is committed at its end, and audited."""

import asyncio
import os
import pwd
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from agent.desk import Desk
from agent.people.admit import actor_of
from bot.errors import Refused, UserError
from bot.settings import Settings
from storage import people, workspace
from storage.database import Tx, open_database
from storage.migrate import require_newest, upgrade, version_of
from storage.people import Person


@asynccontextmanager
async def operator(
    settings: Settings, *, acting_as: str | None = None, may_be_first: bool = False
) -> AsyncIterator[Desk]:
    """A desk on the database of these settings.

    Args:
        acting_as: a known person, by name or Slack id, whose rights count instead of the operator's.
        may_be_first: what is added may be the first thing there is, so the database is made if there is none.

    Raises:
        UserError: there is no database, or nobody is known by that name.
        WrongSchemaError: the database is at another schema than this version's, and maybe others work on it.
    """
    await asyncio.to_thread(_prepare, settings, may_be_first=may_be_first)
    async with open_database(settings.database, settings.connections) as db:
        try:
            async with db.write() as tx:
                yield await _desk(settings, tx, acting_as)
        except Refused as refusal:
            async with db.write() as tx:
                (await _desk(settings, tx, acting_as)).record_refusal(refusal)
            raise


async def _desk(settings: Settings, tx: Tx, acting_as: str | None) -> Desk:
    workspace_id, correlation_id = await workspace.current(tx), secrets.token_hex(6)
    return Desk(
        tx=tx,
        now=settings.clock(),
        settings=settings,
        workspace_id=workspace_id,
        surface="cli",
        correlation_id=correlation_id,
        key=f"cli:{correlation_id}",
        actor=await actor_of(tx, await person_called(tx, workspace_id, acting_as)) if acting_as else None,
        operator=_user(),
    )


async def desk_to_look(settings: Settings, tx: Tx) -> Desk:
    """The desk of the command line where nothing is done at it."""
    return Desk(
        tx=tx,
        now=settings.clock(),
        settings=settings,
        workspace_id=await workspace.current(tx),
        surface="cli",
        correlation_id="",
        key="",
    )


@asynccontextmanager
async def look(settings: Settings) -> AsyncIterator[Tx]:
    """One consistent view of the database, which stays as it is.

    Raises:
        UserError: there is none yet; WrongSchemaError: it is at another schema than this version's.
    """
    await asyncio.to_thread(require_database, settings)
    await asyncio.to_thread(require_newest, settings.database, settings.connections)
    async with open_database(settings.database, settings.connections) as db, db.read() as tx:
        yield tx


def require_database(settings: Settings) -> None:
    """Refuse to look into nothing.

    Raises:
        UserError: there is no database, or no table in it.
    """
    if version_of(settings.database, settings.connections) is None:
        raise UserError(
            f"There is no database at {settings.database_name}: `serve` or `db upgrade` makes one; "
            "DATABASE_URL is its place."
        )


def _prepare(settings: Settings, *, may_be_first: bool) -> None:
    if may_be_first and version_of(settings.database, settings.connections) is None:
        upgrade(settings.database, settings.connections)
    require_database(settings)
    require_newest(settings.database, settings.connections)


async def person_called(tx: Tx, workspace_id: str, name: str) -> Person:
    """A known person by name or Slack id.

    Raises:
        UserError: nobody is called so, or several people are.
    """
    wanted = name.removeprefix("@")
    person = await people.by_slack_id(tx, workspace_id, wanted)
    found = [person] if person else await people.named(tx, workspace_id, wanted)
    if len(found) != 1:
        many = "several people are" if found else "nobody is"
        raise UserError(f"{many.capitalize()} called {name}: name the Slack id that `python app.py person list` shows.")
    return found[0]


def _user() -> str:
    """The user whose process it is, whatever the environment says; a container may have no name for them."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
