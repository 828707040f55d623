"""What is held back comes while it is news and as soon as somebody is back; what was dropped may come again."""

from dataclasses import replace
from datetime import timedelta

from sqlmodel import col, select

from agent.cards import calls
from agent.commands.run import run_line
from agent.desk import Desk
from agent.digest.build import read_held
from agent.digest.flush import flush
from agent.notices import notify
from agent.notices.attention import LIST
from storage import people, reminders, tickets
from storage.absences import Absence
from storage.notices import Notice
from storage.outbox import Outgoing
from storage.reminders import Reminder
from tests.agent.commands.test_run import as_person
from tests.agent.conftest import NOW, MakeTicket


async def away(desk: Desk, name: str) -> people.Person:
    person = await people.the(desk.tx, "T1", f"U{name.upper()}")
    end = NOW + timedelta(days=5)
    desk.tx.add(Absence(workspace_id="T1", person_id=person.id, starts=NOW, ends=end, source="self"))
    await desk.tx.flush()
    return person


async def states(desk: Desk) -> list[str]:
    return list(await desk.tx.exec(select(Notice.state).order_by(col(Notice.id))))


async def flushes(desk: Desk) -> list[Reminder]:
    return list(await desk.tx.exec(select(Reminder).where(Reminder.kind == "held", Reminder.state == "planned")))


async def posts(desk: Desk) -> list[Outgoing]:
    return list(await desk.tx.exec(select(Outgoing).where(Outgoing.kind == "post")))


async def test_a_ticket_that_somebody_else_has_by_now_is_no_news(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket, cy = await make_ticket(), await away(desk, "cy")
    bo = await as_person(desk, "bo")
    await run_line(bo, "assign CH-1 <@UCY>")
    assert len((await read_held(desk, cy)).lines) == 1
    await run_line(replace(bo, key="job:2"), "assign CH-1 <@UDI>")
    held = await read_held(desk, cy)
    assert (held.lines, len(held.dropped)) == ([], 1)
    ticket.waiting_on = cy.id
    await desk.tx.flush()
    assert len((await read_held(desk, cy)).lines) == 1


async def test_who_is_back_early_reads_it_then(desk: Desk, make_ticket: MakeTicket) -> None:
    await make_ticket()
    await away(desk, "cy")
    await run_line(await as_person(desk, "bo"), "assign CH-1 <@UCY>")
    assert [one.due_at for one in await flushes(desk)] == [NOW + timedelta(days=5)]
    later = replace(await as_person(desk, "cy"), now=NOW + timedelta(hours=1), key="job:3")
    await run_line(later, "back")
    assert NOW + timedelta(hours=1) in [one.due_at for one in await flushes(desk)]


async def test_without_a_digest_what_waited_for_it_comes_alone(desk: Desk, make_ticket: MakeTicket) -> None:
    await make_ticket(priority="low")
    bo = await people.the(desk.tx, "T1", "UBO")
    ticket = await tickets.by_number(desk.tx, "T1", 1)
    assert ticket
    await notify.tell(replace(desk, actor=None), ticket, bo, "news", key="k", sort=LIST, digest="it is not important")
    await run_line(await as_person(desk, "bo"), "digest off")
    assert [one.due_at for one in await flushes(desk)] == [NOW]


async def test_a_dropped_call_can_come_again_and_reaches_who_was_told(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket, bo = await make_ticket(priority="high"), await away(desk, "bo")
    nobody = replace(desk, actor=None)
    await notify.tell_managers(nobody, ticket, assigned=[])
    await people.give_role(desk.tx, bo, await people.get_team(desk.tx, 1), role="responder")
    await desk.tx.flush()
    await calls.settle_calls(nobody, ticket, "claimed by @di")
    assert await states(desk) == ["dropped"]
    await people.give_role(desk.tx, bo, await people.get_team(desk.tx, 1), role="manager")
    await desk.tx.flush()
    await notify.tell_managers(nobody, ticket, assigned=[])
    assert await states(desk) == ["held"]


async def test_a_proposal_waits_for_who_is_away_and_is_dropped_once_decided(
    desk: Desk, make_ticket: MakeTicket
) -> None:
    await make_ticket()
    cy = await away(desk, "cy")
    await run_line(replace(await as_person(desk, "bo"), key="job:2"), "assign CH-1 <@UDI>")
    told = len(await posts(desk))
    di = replace(await as_person(desk, "di"), key="job:3")
    await run_line(di, "handover CH-1 <@UCY>")
    assert len(await posts(desk)) == told
    [line] = (await read_held(desk, cy)).lines
    assert line.endswith("`approve P-1` or `deny P-1 …` with a reason decides it.")
    await run_line(replace(di, key="job:4"), "handover CH-1 cancel")
    assert (await read_held(desk, cy)).lines == []


async def test_what_a_digest_was_about_to_say_and_did_not_comes_at_the_next_chance(desk: Desk) -> None:
    cy = await people.the(desk.tx, "T1", "UCY")
    about = {"workspace_id": "T1", "person_id": cy.id}
    desk.tx.add(
        Notice(key="k", sort="list", state="held", reason="quiet", text="news", at=NOW, release_at=NOW, **about)
    )
    digest_at = NOW + timedelta(minutes=4)
    desk.tx.add(Reminder(kind="digest", due_at=digest_at, plan_key="digest:today", created_at=NOW, **about))
    await desk.tx.flush()
    system = replace(desk, actor=None, surface="system")
    first = Reminder(id=90, kind="held", due_at=NOW, plan_key="held:now", created_at=NOW, **about)
    assert await flush(system, first, late="") == "the daily digest is about to say it"
    [again] = await flushes(desk)
    assert again.due_at > digest_at
    await reminders.cancel_of_person(desk.tx, cy.id, kind="digest")
    assert await flush(replace(system, now=again.due_at), again, late="(Late) ") == ""
    assert ["(Late) 1 held" in one.payload and "news" in one.payload for one in await posts(desk)] == [True]
