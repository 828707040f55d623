"""A comment is written once, also when the answer was lost or the process died between the request and the receipt."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import stages
from bot.errors import Permanent, TryLater
from bot.events import GitHubRepository
from bot.github.call import Effect
from bot.github.client import GitHubClient, GitHubComment
from bot.github.failures import CallFailed
from bot.spans import trace
from storage import doubt, receipts
from storage.database import Database
from storage.receipts import Receipt

SKEW = timedelta(minutes=5)  # by which GitHub's clock may be behind ours


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Where effects on GitHub are made and recorded."""

    github: GitHubClient
    db: Database
    clock: Callable[[], datetime]
    settle: timedelta  # a request that got no answer may still be on its way for this long

    async def comment_once(self, intent: Receipt, repository: GitHubRepository, number: int, text: str) -> None:
        """Write a comment under the intent's key; one that is there already is only put on record.

        Raises:
            TryLater: a request may still be on its way.
            Permanent: whether it is there cannot be found out.
            LostLeaseError: a later run of the job has it in hand.
            CallFailed: it was not written, or nobody knows.
        """
        marker = f"<!-- chargehand:{intent.key} -->"
        async with self.db.write() as tx:
            known = await receipts.intend(tx, intent)
            known.sent_at = known.sent_at or await doubt.since(tx, intent.correlation_id)
        if known.state == receipts.CONFIRMED:
            return
        stages.effect("intended", **_named(intent))
        with trace.effect(**_named(intent)):
            written = await self._find(known, marker, repository, number) if known.sent_at else None
            if written is None:
                written = await self._send(intent, f"{text}\n\n{marker}", repository, number)
        async with self.db.write() as tx:
            id_ = str(written.comment_id)
            await receipts.confirm(
                tx, intent.key, external_id=id_, url=written.url, at=self.clock(), fence=intent.fence
            )
        stages.effect("confirmed", url=written.url, **_named(intent))

    async def _find(
        self, known: Receipt, marker: str, repository: GitHubRepository, number: int
    ) -> GitHubComment | None:
        assert known.sent_at is not None  # comment_once has checked
        left = self.settle - (self.clock() - known.sent_at)
        if left > timedelta(0):
            raise TryLater("an earlier request may still be on its way", after=left.total_seconds())
        try:
            comments = await self.github.comments(repository, number, since=known.sent_at - SKEW)
        except CallFailed as failed:
            if failed.is_final:
                raise Permanent(f"uncertain: it may have been written, and cannot be looked up ({failed})") from failed
            raise
        return next((comment for comment in comments if marker in comment.body), None)

    async def _send(self, intent: Receipt, body: str, repository: GitHubRepository, number: int) -> GitHubComment:
        async def set_out() -> None:  # when its turn has come, not before: meanwhile another run may have written it
            at = self.clock()
            async with self.db.write() as tx:
                await receipts.sent(tx, intent.key, at=at, fence=intent.fence)
            if self.clock() - at > self.settle:  # the process stood still: others may have looked for it already
                raise CallFailed("not sent in time", retry_after=0)
            stages.effect("sent", **_named(intent))

        try:
            return await self.github.comment(repository, number, body, effect=Effect(intent.key, set_out))
        except CallFailed as failed:
            stages.effect("failed", **_named(intent))
            if not failed.is_uncertain:
                async with self.db.write() as tx:
                    await receipts.sent(tx, intent.key, at=None, fence=intent.fence)
            raise


def _named(intent: Receipt) -> dict[str, str]:
    return {"target": intent.kind, "key": intent.key, "correlation_id": intent.correlation_id}
