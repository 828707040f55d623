"""Managers whose team's notices are `all` hear of each change of its tickets, but for their own.

With `important` and `none` they read of the changes of critical and high ones in their digest.
"""

from collections.abc import Collection

from agent.cards.briefing import see, why_in_digest
from agent.desk import Desk
from agent.language import of_person
from agent.notices import notify
from agent.notices.attention import NEWS
from agent.status_words import words
from prompts.words import Phrase, say, speaking
from storage import notices, tickets
from storage.tickets import LOUD, Ticket

OVERSEEN = "overseen"  # by this what it told is told apart from other messages of one piece of work
OWN_WORDS = {"release", "move"}  # these tell managers themselves, with who has it now
PRIORITY = {"priority", "set"}  # what becomes loud by these is told at once


async def tell_overseers(
    desk: Desk, ticket: Ticket, action: str, change: Phrase | str, *, told: Collection[int | None]
) -> None:
    """One direct message for one change.

    Args:
        action: as it stands in the audit record.
        change: in words, "resolved by @x".
        told: the ids of people who are told of it as something else.
    """
    if action in OWN_WORDS or (action == "unassign" and await _is_told_itself(desk, ticket)):
        return
    digest = await why_in_digest(desk, ticket, is_important=False)
    if digest and (ticket.priority not in LOUD or action in PRIORITY):
        return
    for manager in await notify.managers_of(desk, ticket):
        if manager.id not in told:
            day = f"{desk.now:%Y-%m-%d}"  # one line of a ticket in a digest: what became of it last
            key = notify.direct_key(OVERSEEN, day if digest else desk.key, ticket, manager.id)
            with speaking(await of_person(desk, manager.id)):
                slots = {"ticket": notify.headline(ticket), "priority": words(ticket.priority)}
                text = say("{ticket} ({priority}): {change}.", change=change, **slots)
                if not digest or not await notices.reword(desk.tx, key, text + see(ticket)):
                    await notify.tell(desk, ticket, manager, text, key=key, sort=NEWS, digest=digest)


async def _is_told_itself(desk: Desk, ticket: Ticket) -> bool:
    """Whether managers are called, or told by the list of what somebody left, now that it was taken from people."""
    return desk.actor is None or not await tickets.assignees(desk.tx, ticket.id)
