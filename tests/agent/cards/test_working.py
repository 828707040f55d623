"""A press that an admin cancels does not leave its card at “working…”."""

from datetime import timedelta

from sqlmodel import select

from agent.cards.working import working_key
from agent.commands.run import run_line
from agent.desk import Desk
from agent.notices import notify
from storage import outbox, people, queue
from storage.outbox import Outgoing
from storage.queue import Job
from tests.agent.commands.test_run import as_person
from tests.agent.conftest import NOW, MakeTicket


async def test_the_card_of_a_cancelled_press_comes_back(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket()
    await notify.show_card(desk, ticket)
    [posted] = list(await desk.tx.exec(select(Outgoing)))
    posted.state, posted.first_sent_at = "sent", NOW
    row = {"key": working_key("feed"), "kind": "replace", "lane": notify.edit_lane(notify.card_key(ticket))}
    working = notify.outgoing(desk, channel_id="C1", payload="{}", **row)
    working.ticket_id = ticket.id
    await outbox.add(desk.tx, working)
    press = Job(
        workspace_id="T1",
        kind="slack.press",
        args={},
        key="press",
        dedupe_key="press",
        due_at=NOW + timedelta(hours=1),
        created_at=NOW,
        correlation_id="feed",
    )
    await queue.put(desk.tx, press)
    (await people.the(desk.tx, "T1", "UBO")).is_admin = True
    number = (await desk.tx.exec(select(Job.id))).one()
    await run_line(await as_person(desk, "bo"), f"jobs cancel {number} pressed by mistake")
    edits = list(await desk.tx.exec(select(Outgoing).where(Outgoing.kind == "edit")))
    assert [edit.anchor for edit in edits] == [notify.card_key(ticket)]
