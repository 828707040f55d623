"""Where a proposal is shown: a button that stands anywhere else is a copy, and decides nothing."""

from agent.desk import Desk
from bot.errors import Stray
from bot.messages import linked
from prompts.words import fixed, say
from storage import outbox, tickets, turns
from storage.proposals import Proposal
from storage.receipts import Receipt

COPIED = fixed(
    "{proposal} still waits: this button is a copy of one, and decides nothing. It is decided where it was asked, or by"
    " `approve {name}`."
)


def key_of(proposal: Proposal) -> str:
    """The idempotency keys of all messages of one of the agent's, and of the direct ones of any, begin like this."""
    return f"proposal:{proposal.id}:"


async def shown_at(desk: Desk, proposal: Proposal, channel_id: str, ts: str) -> Receipt | None:
    """The message of a proposal that stands there, if it is one."""
    posted = await outbox.posted_at(desk.tx, channel_id, ts)
    own = {key for key, _ in proposal.told}
    return posted if posted and (posted.key in own or posted.key.startswith(key_of(proposal))) else None


async def link_to(desk: Desk, proposal: Proposal) -> str | None:
    """Where it was asked for; none for others where that was a direct message."""
    if proposal.turn_id:
        turn = await turns.get(desk.tx, proposal.turn_id)
        is_closed = turn.place.get("is_dm") and turn.actor_id != desk.asker.person_id
        return None if is_closed else turn.place.get("permalink")
    return (await tickets.get(desk.tx, proposal.ticket_id)).permalink if proposal.ticket_id else None


async def check_pressed(desk: Desk, proposal: Proposal) -> None:
    """Let pass what was typed, what the Home tab has, and a button of one of its own messages.

    Raises:
        Stray: it was pressed on a copy.
    """
    place = desk.place
    if desk.surface != "button" or place is None or not place.message_ts:
        return
    if await shown_at(desk, proposal, place.channel_id, place.message_ts) or await _is_just_posted(desk, proposal):
        return
    name = linked(proposal.name, await link_to(desk, proposal))
    raise Stray(say(COPIED, proposal=name, name=proposal.name))


async def _is_just_posted(desk: Desk, proposal: Proposal) -> bool:
    """Whether one of its messages may stand in Slack of which nobody here knows yet where."""
    for key, _ in proposal.told:
        if await outbox.exists_for(desk.tx, key) and await outbox.receipt(desk.tx, key) is None:
            return True
    return False
