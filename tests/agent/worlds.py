"""What a turn works in, with a real database and nothing else outside."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from agent.desk import Desk
from agent.kit.world import World
from agent.people.admit import actor_of
from agent.turns.signs import Signs
from bot.events import Place
from bot.settings import Settings
from storage import people, workspace
from storage.database import Database, Tx, open_database
from storage.people import Person
from storage.turns import Turn
from tests.agent.conftest import NOW
from tests.files import make_ready


@asynccontextmanager
async def with_turn(path: Path) -> AsyncIterator[Database]:
    """A database that knows ann, and a turn of hers with the id 1."""
    settings = Settings(_env_file=None, database_url=f"sqlite:///{path / 'turn.db'}")
    make_ready(settings)
    async with open_database(settings.database, settings.connections) as db:
        async with db.write() as tx:
            await workspace.adopt(tx, "T1")
            tx.add(Person(workspace_id="T1", slack_id="UANN", name="ann", created_at=NOW, refreshed_at=NOW))
            await tx.flush()
            who = {"actor_id": 1, "slack_id": "UANN", "surface": "mention", "place": {}}
            tx.add(Turn(id=1, workspace_id="T1", number=1, key="t", channel_id="C1", text="x", created_at=NOW, **who))
        yield db


def world_of(db: Database, **given: Any) -> World:
    """One with a database and nothing else outside.

    Args:
        given: settings.
    """
    settings = Settings(_env_file=None, **given)

    async def desk(tx: Tx) -> Desk:
        ann = await actor_of(tx, await people.the(tx, "T1", "UANN"))
        at = {"workspace_id": "T1", "surface": "agent", "correlation_id": "c", "key": "k"}
        return Desk(tx=tx, now=NOW, settings=settings, actor=ann, place=Place(channel_id="C1"), **at)

    async def nothing(*given: Any) -> None:
        return None

    nobody: Any = None
    return World(
        db=db,
        model=None,
        github=nobody,
        fresh=nobody,
        settings=settings,
        clock=lambda: NOW,
        desk=desk,
        finishing=asynccontextmanager(nothing),  # type: ignore[arg-type] # it is never entered
        signs=Signs(nothing),
        plainly=nothing,
        got_on=nothing,
    )
