"""Each event is stored once, and of two events that tell of one thing only the first counts."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from storage import inbox
from storage.database import Database
from storage.inbox import Delivery
from tests.storage.queue.steps import prune

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def event(key: str, *, claim: str | None = None, at: datetime = NOON) -> Delivery:
    return Delivery(
        workspace_id="T1",
        source="slack",
        dedupe_key=key,
        claim=claim,
        kind="message",
        body=b"{}",
        correlation_id="c",
        received_at=at,
    )


async def keep(db: Database, *deliveries: Delivery) -> dict[str, int]:
    async with db.write() as tx:
        return await inbox.store(tx, deliveries)


async def test_a_redelivered_event_is_known(db: Database) -> None:
    assert list(await keep(db, event("Ev1"))) == ["Ev1"]
    assert await keep(db, event("Ev1")) == {}
    assert list(await keep(db, event("Ev1"), event("Ev2"), event("Ev2"))) == ["Ev2"]


@pytest.mark.parametrize("is_together", [True, False], ids=["in one commit", "in two"])
async def test_the_second_event_of_one_message_is_kept_without_the_claim(db: Database, is_together: bool) -> None:
    claim = inbox.message_claim("C1", "1.1")
    message, mention = event("Ev1", claim=claim), event("Ev2", claim=claim)
    if is_together:
        new = await keep(db, message, mention)
    else:
        new = await keep(db, message) | await keep(db, mention)
    assert list(new) == ["Ev1"]
    assert await keep(db, mention) == {}
    async with db.read() as tx:
        assert await inbox.is_claimed(tx, claim)
        kept = await tx.exec(select(Delivery.dedupe_key, Delivery.claim).order_by(col(Delivery.id)))
        assert list(kept) == [("Ev1", claim), ("Ev2", None)]


async def test_an_edit_and_a_deletion_are_things_of_their_own(db: Database) -> None:
    claims = [
        inbox.message_claim("C1", "1.1"),
        inbox.edit_claim("C1", "1.1", "2.0"),
        inbox.edit_claim("C1", "1.1", "3.0"),
        inbox.deleted_claim("C1", "1.1"),
        inbox.message_claim("C2", "1.1"),
    ]
    told = [event(f"Ev{number}", claim=claim) for number, claim in enumerate(claims)]
    assert len(await keep(db, *told)) == len(claims)


async def test_an_id_is_never_used_again_after_pruning(db: Database) -> None:
    [old] = (await keep(db, event("Ev1"))).values()
    assert await prune(db, "deliveries", before=NOON + timedelta(seconds=1)) == 1
    assert await keep(db, event("Ev2")) == {"Ev2": old + 1}
