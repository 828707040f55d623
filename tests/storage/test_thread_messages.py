"""What was said in threads is kept once, read in order, follows edits and deletions, and goes by its age."""

from datetime import UTC, datetime, timedelta

from sqlmodel import select

from storage import retention, thread_links, thread_messages, thread_summaries
from storage.comments import Comment
from storage.database import Database, Tx
from storage.people import Person
from storage.retention import Keep
from storage.thread_messages import ThreadMessage
from storage.tickets import Ticket

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HERE = ("T1", "C1", "1.1")


def said(ts: str, text: str, *, author: str = "U1", at: datetime = NOON, kind: str = "person") -> ThreadMessage:
    about = {"workspace_id": "T1", "channel_id": "C1", "thread_ts": "1.1"}
    return ThreadMessage(**about, ts=ts, author=author, kind=kind, text=text, at=at)


async def words(tx: Tx) -> list[tuple[str, str]]:
    return [(one.ts, one.text) for one in await thread_messages.of_thread(tx, *HERE)]


async def a_comment(tx: Tx, ts: str, text: str) -> Comment:
    person = Person(workspace_id="T1", slack_id="U1", name="ann", created_at=NOON)
    ticket = Ticket(workspace_id="T1", number=1, title="x", description="x", source="slack", channel_id="C1")
    ticket.created_at = NOON
    tx.add_all([person, ticket])
    await tx.flush()
    comment = Comment(workspace_id="T1", ticket_id=ticket.id, author_id=person.id, text=text, created_at=NOON)
    comment.channel_id, comment.message_ts = "C1", ts
    tx.add(comment)
    await tx.flush()
    return comment


async def test_a_message_is_kept_once_and_read_in_order(db: Database) -> None:
    async with db.write() as tx:
        assert not await thread_messages.is_known(tx, *HERE)
        await thread_messages.keep(tx, [said("1.3", "third"), said("1.1", "first"), said("1.2", "second")])
        await thread_messages.keep(tx, [said("1.2", "another second")])
    async with db.read() as tx:
        assert await thread_messages.is_known(tx, *HERE)
        assert await words(tx) == [("1.1", "first"), ("1.2", "second"), ("1.3", "third")]
        newest = await thread_messages.of_thread(tx, *HERE, most=2)
        assert [one.text for one in newest] == ["second", "third"]
        assert [one.text for one in await thread_messages.of_thread(tx, *HERE, after="1.2")] == ["third"]
        assert [one.text for one in await thread_messages.first_of(tx, *HERE, most=1)] == ["first"]


async def test_a_comment_is_read_where_it_is_kept(db: Database) -> None:
    async with db.write() as tx:
        await thread_messages.keep(tx, [said("1.1", "redis is down"), said("1.2", "looking")])
        comment = await a_comment(tx, "1.2", "looking")
        await thread_messages.tie(tx, "T1", "C1", "1.2", comment_id=comment.id)
        comment.text = "looking at the replica"
    async with db.read() as tx:
        assert [row.text for row in await tx.exec(select(ThreadMessage))] == ["redis is down", ""]
        assert await words(tx) == [("1.1", "redis is down"), ("1.2", "looking at the replica")]
    async with db.write() as tx:
        (await tx.exec(select(Comment))).one().deleted_at = NOON
    async with db.read() as tx:
        assert await words(tx) == [("1.1", "redis is down")]


async def test_edits_and_deletions_reach_what_is_kept_and_its_summary(db: Database) -> None:
    async with db.write() as tx:
        await thread_messages.keep(tx, [said("1.1", "one"), said("1.2", "two"), said("1.3", "three")])
        for until, text in (("1.2", "both"), ("1.1", "late"), ("1.2", "as late")):
            await thread_summaries.put(tx, *HERE, text=text, until_ts=until, now=NOON)
        third = await thread_messages.get(tx, "T1", "C1", "1.3")
        assert third
        third.text = "drei"
        assert await thread_messages.get(tx, "T1", "C1", "9.9") is None
        await thread_summaries.drop(tx, *HERE, telling_of="1.3")
        kept = await thread_summaries.of_thread(tx, *HERE)
        assert kept is not None
        assert kept.text == "both", "one that tells of less does not replace it"
        assert await thread_messages.remove(tx, "T1", "C1", "1.1") == "1.1"
        await thread_summaries.drop(tx, *HERE, telling_of="1.1")
    async with db.read() as tx:
        assert await words(tx) == [("1.2", "two"), ("1.3", "drei")]
        assert await thread_summaries.of_thread(tx, *HERE) is None


async def test_they_go_by_their_age(db: Database) -> None:
    async with db.write() as tx:
        for ts, days in (("1.1", 91), ("1.2", 89)):
            await thread_messages.keep(tx, [said(ts, "words", at=NOON - timedelta(days=days))])
        await thread_summaries.put(tx, *HERE, text="old", until_ts="1.1", now=NOON - timedelta(days=91))
    keep = Keep(bodies=14, ignored=3, deliveries=90, jobs=30, steps=14, threads=90)
    due = {rule.what: rule for rule in retention.rules(keep, now=NOON)}
    assert await retention.apply(db, due["what was said in threads"]) == 1
    assert await retention.apply(db, due["summaries of threads"]) == 1
    async with db.read() as tx:
        assert await words(tx) == [("1.2", "words")]


async def test_a_request_waits_for_its_ticket_and_a_thread_has_one(db: Database) -> None:
    async with db.write() as tx:
        comment = await a_comment(tx, "1.2", "x")
        await thread_links.begin(tx, *HERE)
        await thread_links.begin(tx, *HERE)
        assert await thread_links.ticket_of(tx, *HERE) is None
        assert await thread_links.link(tx, *HERE, ticket_id=comment.ticket_id) == "intake"
        assert await thread_links.ticket_of(tx, *HERE) == comment.ticket_id
        assert await thread_links.link(tx, "T1", "C1", "2.1", ticket_id=comment.ticket_id) == "open"
        [first, second] = await thread_links.of_tickets(tx, [comment.ticket_id])
        assert (first.phase, second.phase) == ("intake", "open")
        await thread_links.begin(tx, "T1", "C1", "2.1")
        assert second.phase == "open", "a phase that there is stays"
        assert await thread_links.phase_of(tx, comment.ticket_id) == "open"
        (await tx.exec(select(Ticket))).one().status = "closed"
        await tx.flush()
        assert await thread_links.phase_of(tx, comment.ticket_id) == "abandoned"
