"""A card or a proposal that was pressed says “working…” at once, and how it is once that has ended, in any way."""

import re

from agent.cards.card import card
from agent.desk import Desk
from agent.language import of_place, of_ticket
from agent.notices import notify
from agent.proposals.deciding import is_undecided
from agent.proposals.places import shown_at
from bot.messages import Message
from prompts.words import speaking
from storage import outbox, proposals, tickets
from storage.outbox import Outgoing
from storage.receipts import Receipt
from storage.tickets import Ticket

_PROPOSAL = re.compile(r"P-(\d{1,9})(?:@\d+)?$")


def working_key(correlation_id: str) -> str:
    """The key of “working…”: the press and the job that works it off share their correlation id."""
    return f"press:{correlation_id}:working"


async def at_work(desk: Desk, *, channel_id: str, message_ts: str, reply_url: str, value: str = "") -> Outgoing | None:
    """What the pressed message says until its press is worked off; None when it is no card, and nothing that waits.

    It goes by the press's response_url, which takes no turn of an edit, in the lane of the message's edits, so that
    what comes of the press follows it.

    Args:
        value: what its button held.
    """
    ticket = await _on_card(desk, channel_id, message_ts)
    if ticket is None:
        return await _proposal_at_work(desk, value, channel_id, message_ts, reply_url)
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


async def _proposal_at_work(
    desk: Desk, value: str, channel_id: str, message_ts: str, reply_url: str
) -> Outgoing | None:
    """The same of a message that asks for approval, while it can be given."""
    named = _PROPOSAL.match(value)
    proposal = await proposals.by_number(desk.tx, desk.workspace_id, int(named[1])) if named else None
    if proposal is None or not is_undecided(desk, proposal):
        return None
    posted = await shown_at(desk, proposal, channel_id, message_ts)
    words = await outbox.words_at(desk.tx, posted) if posted else None
    if posted is None or words is None:
        return None
    with speaking(await of_place(desk, channel_id)):
        payload = Message.model_validate_json(words).at_work().model_dump_json()
    row = notify.outgoing(
        desk,
        key=working_key(desk.correlation_id),
        kind="replace",
        lane=_lane(posted),
        channel_id=channel_id,
        payload=payload,
    )
    row.reply_url, row.anchor = reply_url, posted.key
    return row


def _lane(posted: Receipt) -> str:
    """In which a message that asks for approval changes when it is pressed (agent/notices/notify.py: settle)."""
    return f"edit:{posted.channel_id}:{posted.ts}"


async def bring_back(desk: Desk, correlation_id: str, *, is_settled: bool = False) -> None:
    """Show the card whose press began this, if a card's did, or what asks for approval.

    Args:
        is_settled: the answer to the press takes the place of what was pressed.
    """
    key = working_key(correlation_id)
    if ticket_id := await outbox.ticket_of(desk.tx, key):
        await notify.show_card(desk, await tickets.get(desk.tx, ticket_id))
    elif not is_settled and (anchor := await outbox.anchor_of(desk.tx, key)):
        await _ask_again(desk, anchor)


async def _ask_again(desk: Desk, key: str) -> None:
    """The message under this key says what it said before it was pressed, or what has become of it meanwhile."""
    posted = await outbox.receipt(desk.tx, key)
    words = await outbox.words_at(desk.tx, posted) if posted else None
    if posted is None or words is None:
        return
    at = f"{key}:{desk.key}:back"
    row = notify.outgoing(desk, key=at, kind="edit", lane=_lane(posted), channel_id=posted.channel_id, payload=words)
    row.anchor = key
    await outbox.edit(desk.tx, row)


async def _on_card(desk: Desk, channel_id: str, message_ts: str) -> Ticket | None:
    """The ticket whose card this message is."""
    posted = await outbox.posted_at(desk.tx, channel_id, message_ts)
    if posted is None or posted.ticket_id is None:
        return None
    ticket = await tickets.get(desk.tx, posted.ticket_id)
    return ticket if posted.key == notify.card_key(ticket) else None
