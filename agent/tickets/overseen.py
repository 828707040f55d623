"""Managers whose team's notices are `all` hear of each change of its tickets, but for their own."""

from collections.abc import Collection

from agent.cards.briefing import hears_of_all
from agent.desk import Desk
from agent.language import of_person
from agent.notices import notify
from agent.notices.attention import NEWS
from agent.status_words import words
from prompts.words import Phrase, say, speaking
from storage.tickets import Ticket

OVERSEEN = "overseen"  # by this what it told is told apart from other messages of one piece of work
OWN_WORDS = {"release", "move"}  # these tell managers themselves, with who has it now


async def tell_overseers(
    desk: Desk, ticket: Ticket, action: str, change: Phrase | str, *, told: Collection[int | None]
) -> None:
    """One direct message for one change.

    Args:
        action: as it stands in the audit record.
        change: in words, "resolved by @x".
        told: the ids of people who are told of it as something else.
    """
    is_told_otherwise = action in OWN_WORDS or (action == "unassign" and desk.actor is None)  # of somebody who left
    if is_told_otherwise or not await hears_of_all(desk, ticket):
        return
    for manager in await notify.managers_of(desk, ticket):
        if manager.id not in told and desk.may_see(manager.slack_id, ticket):
            key = notify.direct_key(OVERSEEN, desk.key, ticket, manager.id)
            with speaking(await of_person(desk, manager.id)):
                slots = {"ticket": notify.headline(ticket), "priority": words(ticket.priority)}
                text = say("{ticket} ({priority}): {change}.", change=change, **slots)
                await notify.tell(desk, ticket, manager, text, key=key, sort=NEWS)
