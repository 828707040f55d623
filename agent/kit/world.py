"""What a turn works in: the database, the model, GitHub, the time, and the desk of whoever asked."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agent.desk import Desk
from agent.github.which import Asked
from agent.turns.limit import TimeLimit
from agent.turns.signs import Signs
from bot.github.effects import Writer
from bot.messages import Message
from bot.settings import Settings
from storage.database import Database, Tx

if TYPE_CHECKING:
    from bot.github.client import GitHubClient
    from bot.github.fresh import Fresh
    from bot.llm.chain import Chain


@dataclass(frozen=True, kw_only=True)
class World:
    """Built for each attempt of a turn.

    Attributes:
        desk: the desk of who asked in a transaction, with their roles as they are now, and with no more before it than
            everybody may see who can read the answer.
        finishing: the transaction that also ends the turn's job.
        signs: of life, in the thread.
        plainly: does with a request what is done where no model answers, and tells of it, with what stands below: why.
        got_on: says in a transaction that it stores another part of the work.
        fresh: what was looked at on GitHub within a minute.
        fence: of the turn's job: a later run of it takes its effects over.
        limit: of the time that the work may take.
    """

    db: Database
    model: "Chain | None"
    github: "GitHubClient"
    fresh: "Fresh"
    settings: Settings
    clock: Callable[[], datetime]
    desk: Callable[[Tx], Awaitable[Desk]]
    finishing: Callable[[], AbstractAsyncContextManager[Tx]]
    signs: Signs
    plainly: Callable[[Desk, str, Message], Awaitable[None]]
    got_on: Callable[[Tx], Awaitable[None]]
    fence: int = 0
    limit: TimeLimit = field(default_factory=TimeLimit)

    @property
    def writer(self) -> Writer:
        """Where effects on GitHub are made: somebody waits for them."""
        settle = timedelta(seconds=self.settings.effect_settle_s)
        return Writer(github=self.github.for_a_person(), db=self.db, clock=self.clock, settle=settle)

    @asynccontextmanager
    async def writing(self, key: str) -> AsyncIterator[Desk]:
        """A desk in a transaction of its own; `key` starts the keys of all that is done at it."""
        async with self.db.write() as tx:
            yield replace(await self.desk(tx), key=key)
            await self.got_on(tx)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Desk]:
        """A desk that only looks."""
        async with self.db.read() as tx:
            yield await self.desk(tx)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a read may look at. `thread_ticket` is the id of the ticket that `this` means; in the words of `asked` the
    repository is looked for."""

    world: World
    thread_ticket: int | None = None
    asked: Asked | None = None
