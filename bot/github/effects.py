"""A write happens once, also when the answer was lost or the process died between the request and the receipt."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot import stages
from bot.errors import TryLater, Uncertain
from bot.events import GitHubRepository
from bot.github import facts
from bot.github.call import Effect
from bot.github.client import GitHubClient
from bot.github.failures import CallFailed
from bot.github.marker import is_marked, marked
from bot.spans import trace
from storage import doubt, receipts
from storage.database import Database
from storage.receipts import Receipt

SKEW = timedelta(minutes=5)  # by which GitHub's clock may be behind ours


@dataclass(frozen=True)
class Made:
    """What a write became: GitHub's id or number, and where people see it."""

    external_id: str
    url: str


Look = Callable[[datetime], Awaitable[Made | None]]  # finds what was written since then
Send = Callable[[Effect], Awaitable[Made]]


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Where effects on GitHub are made and recorded."""

    github: GitHubClient
    db: Database
    clock: Callable[[], datetime]
    settle: timedelta  # a request that got no answer may still be on its way for this long

    async def once(self, intent: Receipt, *, look: Look, send: Send) -> Made:
        """Write something under the intent's key; what is there already is only put on record.

        Args:
            look: called when an earlier attempt may have written it; None when it is not there.
            send: writes it, in one call that carries the effect it is given.

        Raises:
            TryLater: a request may still be on its way.
            Uncertain: whether it is there cannot be found out.
            LostLeaseError: a later run of the job has it in hand.
            CallFailed: it was not written, or nobody knows.
        """
        async with self.db.write() as tx:
            known = await receipts.intend(tx, intent)
            known.sent_at = known.sent_at or await doubt.since(tx, intent.correlation_id)
        if known.state == receipts.CONFIRMED:
            return Made(known.external_id or "", known.url or "")
        stages.effect("intended", **_named(intent))
        with trace.effect(**_named(intent)):
            made = await self._found(known.sent_at, look) if known.sent_at else None
            if made is None:
                made = await self._sent(intent, send)
        async with self.db.write() as tx:
            told = {"external_id": made.external_id, "url": made.url}
            await receipts.confirm(tx, intent.key, at=self.clock(), fence=intent.fence, **told)
        stages.effect("confirmed", url=made.url, **_named(intent))
        return made

    async def comment_once(self, intent: Receipt, repository: GitHubRepository, number: int, text: str) -> Made:
        """Write a comment; it raises what `once` does."""

        async def send(effect: Effect) -> Made:
            body = marked(text, intent.key)
            written = await self.github.comment(repository, number, body, effect=effect)
            return Made(str(written.comment_id), written.url)

        return await self.once(intent, look=partial(self._comment, intent.key, repository, number), send=send)

    async def own_login(self) -> str:
        """Who writes: a marker in what somebody else wrote proves nothing."""
        async with self.db.read() as tx:
            known = await facts.login(tx)
        return known or await self.github.own_login()

    async def _comment(self, key: str, repository: GitHubRepository, number: int, since: datetime) -> Made | None:
        me = await self.own_login()
        for comment in await self.github.comments(repository, number, since=since):
            if is_marked(comment.body, key) and comment.author == me:
                return Made(str(comment.comment_id), comment.url)
        return None

    async def _found(self, sent_at: datetime, look: Look) -> Made | None:
        left = self.settle - (self.clock() - sent_at)
        if left > timedelta(0):
            raise TryLater("an earlier request may still be on its way", after=left.total_seconds())
        try:
            return await look(sent_at - SKEW)
        except CallFailed as failed:
            if failed.is_final:
                raise Uncertain(f"uncertain: it may have been written, and cannot be looked up ({failed})") from failed
            raise

    async def _sent(self, intent: Receipt, send: Send) -> Made:
        async def set_out() -> None:  # when its turn has come, not before: meanwhile another run may have written it
            at = self.clock()
            async with self.db.write() as tx:
                await receipts.sent(tx, intent.key, at=at, fence=intent.fence)
            if self.clock() - at > self.settle:  # the process stood still: others may have looked for it already
                raise CallFailed("not sent in time", retry_after=0)
            stages.effect("sent", **_named(intent))

        try:
            return await send(Effect(intent.key, set_out))
        except CallFailed as failed:
            stages.effect("failed", **_named(intent))
            if not failed.is_uncertain:
                async with self.db.write() as tx:
                    await receipts.sent(tx, intent.key, at=None, fence=intent.fence)
            raise


def _named(intent: Receipt) -> dict[str, str]:
    return {"target": intent.kind, "key": intent.key, "correlation_id": intent.correlation_id}
