"""The card whose press is worked off shows how it is, with its controls, once that has ended in whichever way."""

from agent.desk import Desk
from agent.notices import notify
from storage import outbox, tickets


def working_key(correlation_id: str) -> str:
    """The key of “working…”: the press and the job that works it off share their correlation id."""
    return f"press:{correlation_id}:working"


async def bring_back(desk: Desk, correlation_id: str) -> None:
    """Show the card whose press began this, if a card's did."""
    if ticket_id := await outbox.ticket_of(desk.tx, working_key(correlation_id)):
        await notify.show_card(desk, await tickets.get(desk.tx, ticket_id))
