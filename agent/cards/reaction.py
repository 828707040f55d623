"""The one reaction on what was reported: eyes at first, then an emoji for the ticket's status."""

from agent.desk import Desk
from agent.notices.notify import outgoing
from storage import outbox
from storage.tickets import Ticket

SEEN = "eyes"


async def show_status(desk: Desk, ticket: Ticket, *, before: str) -> None:
    """Swap the reaction on the report, wherever it was said: eyes, then one emoji for the status."""
    if ticket.said_at is None or ticket.is_out_of_reach:
        return
    channel_id, ts = ticket.said_at
    emoji = desk.settings.emoji
    was = SEEN if before == SEEN else emoji[before]
    if was == emoji[ticket.status]:
        return
    for kind, name in (("unreact", was), ("react", emoji[ticket.status])):
        row = outgoing(
            desk,
            key=f"{desk.key}:{kind}:{ticket.id}:{name}",
            kind=kind,
            lane=f"react:{channel_id}:{ts}",
            channel_id=channel_id,
            payload=name,
        )
        row.target_ts, row.ticket_id = ts, ticket.id
        await outbox.add(desk.tx, row)
