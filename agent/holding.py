"""What is decided about a notice is kept with its reason; one that is held back is planned for when it suits."""

from agent.attention import Sort, Verdict
from agent.desk import Desk
from storage import notices, reminders
from storage.notices import Notice
from storage.people import Person
from storage.reminders import Reminder
from storage.tickets import Ticket

HELD, FLUSH = "held", "flush"


async def keep(
    desk: Desk, ticket: Ticket, person: Person, verdict: Verdict, *, key: str, sort: Sort, text: str
) -> bool:
    """Keep the decision; whether the person is to be told now. What was decided under a key before stays so."""
    notice = Notice(
        workspace_id=desk.workspace_id,
        person_id=person.id,
        ticket_id=ticket.id,
        key=key,
        sort=sort.name,
        state=verdict.fate,
        reason=verdict.reason,
        text=text if verdict.fate == "held" else "",
        at=desk.now,
        release_at=verdict.until,
    )
    if not await notices.add(desk.tx, notice):
        return False
    if verdict.until:
        await plan_flush(desk, person.id, notice)
    if verdict.is_woken:
        desk.audit("woken", "person", person.id, before={}, after={"ticket": ticket.name, "reason": verdict.reason})
    return verdict.fate == "told"


async def plan_flush(desk: Desk, person_id: int, notice: Notice) -> None:
    """All that is held for somebody until a moment comes then, as one message."""
    assert notice.release_at is not None  # or it waits for the digest
    flush = Reminder(
        workspace_id=desk.workspace_id,
        kind=HELD,
        step=FLUSH,
        person_id=person_id,
        due_at=notice.release_at,
        reason=notice.reason,
        plan_key=f"{HELD}:{person_id}:{notice.release_at.isoformat()}",
        created_at=desk.now,
    )
    await reminders.plan(desk.tx, [flush])
