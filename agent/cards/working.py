"""A card that was pressed says “working…” at once, and how it is once that has ended, in whichever way."""

from agent.cards.card import card
from agent.desk import Desk
from agent.language import of_ticket
from agent.notices import notify
from prompts.words import speaking
from storage import outbox, tickets
from storage.outbox import Outgoing
from storage.tickets import Ticket


def working_key(correlation_id: str) -> str:
    """The key of “working…”: the press and the job that works it off share their correlation id."""
    return f"press:{correlation_id}:working"


async def at_work(desk: Desk, *, channel_id: str, message_ts: str, reply_url: str) -> Outgoing | None:
    """What the pressed message says until its press is worked off; None when it is no card.

    It goes by the press's response_url, which takes no turn of an edit, in the lane of the card's edits, so that what
    comes of the press follows it.
    """
    ticket = await _on_card(desk, channel_id, message_ts)
    if ticket is None:
        return None
    with speaking(await of_ticket(desk, ticket)):
        payload = (await card(desk, ticket)).at_work().model_dump_json()
    row = notify.outgoing(
        desk,
        key=working_key(desk.correlation_id),
        kind="replace",
        lane=notify.edit_lane(notify.card_key(ticket)),
        channel_id=channel_id,
        payload=payload,
    )
    row.reply_url, row.ticket_id = reply_url, ticket.id
    return row


async def bring_back(desk: Desk, correlation_id: str) -> None:
    """Show the card whose press began this, if a card's did."""
    if ticket_id := await outbox.ticket_of(desk.tx, working_key(correlation_id)):
        await notify.show_card(desk, await tickets.get(desk.tx, ticket_id))


async def _on_card(desk: Desk, channel_id: str, message_ts: str) -> Ticket | None:
    """The ticket whose card this message is."""
    posted = await outbox.posted_at(desk.tx, channel_id, message_ts)
    if posted is None or posted.ticket_id is None:
        return None
    ticket = await tickets.get(desk.tx, posted.ticket_id)
    return ticket if posted.key == notify.card_key(ticket) else None
