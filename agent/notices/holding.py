"""What is decided about a notice is kept with its reason; one that is held back is planned for when it suits."""

from agent.desk import Desk
from agent.notices.attention import Sort, Verdict
from agent.notices.standing import quiet_until
from prompts.words import fixed
from storage import notices, reminders
from storage.audit import Change
from storage.notices import Notice
from storage.people import Person
from storage.reminders import Reminder
from storage.tickets import Ticket

HELD, FLUSH = "held", "flush"
# Why one that was held back is told after all.
WITH_DIGEST, WHEN_IT_SUITED = fixed("told with the daily digest"), fixed("told when it suited them")
LATER = (WITH_DIGEST, WHEN_IT_SUITED)


async def keep(
    desk: Desk, ticket: Ticket | None, person: Person, verdict: Verdict, *, key: str, sort: Sort, text: str
) -> bool:
    """Keep the decision; whether the person is to be told now. What was decided under a key before stays so."""
    notice = Notice(
        workspace_id=desk.workspace_id,
        person_id=person.id,
        ticket_id=ticket.id if ticket else None,
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
        about: Change = {"ticket": ticket.name} if ticket else {}
        desk.audit("woken", "person", person.id, before={}, after=about | {"reason": verdict.reason})
    return verdict.fate == "told"


async def hasten(desk: Desk, person: Person, *, with_digest: bool = False) -> None:
    """What was held until they are back comes now that they are, or as soon as their hours allow.

    Args:
        with_digest: also what waited for a digest, which comes no more.
    """
    until = (await quiet_until(desk, person))[0] or desk.now
    for notice, *_ in await notices.held(desk.tx, person.id):
        is_later = notice.release_at is not None and notice.release_at > until
        if is_later or (with_digest and notice.release_at is None):
            notice.release_at = until
            await plan_flush(desk, person.id, notice)


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
