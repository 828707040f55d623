"""A card that was pressed says “working…” at once, and then what came of it, also when nothing did."""

from agent.cards.card import card
from agent.cards.working import working_key
from agent.commands import stale
from agent.commands.grammar import parse
from agent.commands.reading import NAMED_TICKET
from agent.commands.registry import VERBS
from agent.commands.run import run
from agent.commands.verb import Reply
from agent.desk import Desk
from agent.language import of_ticket
from agent.notices import notify
from bot.errors import Refused, UserError
from prompts.words import fixed, say, speaking
from storage import outbox, tickets
from storage.outbox import Outgoing
from storage.tickets import Ticket

UNKNOWN = fixed("I know this button no longer: it was made by another release of mine.")


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


async def run_pressed(desk: Desk, line: str) -> Reply:
    """Run what a button or a menu says.

    Raises:
        UserError: it does not fit the ticket any more, or is a button of another release: with how the ticket stands,
            and a link. Refused: the asker may not.
    """
    parsed = parse(line, VERBS)
    try:
        if parsed is None:
            raise UserError(say(UNKNOWN))
        return await run(desk, parsed)
    except Refused:
        raise
    except UserError as error:
        if ticket := await _named(desk, line):
            raise UserError(f"{error} {await stale.present(desk, ticket)}", buttons=error.buttons) from error
        raise


async def _named(desk: Desk, line: str) -> Ticket | None:
    """The ticket that stands behind the verb, if the asker may know of it."""
    found = NAMED_TICKET.match(line.partition(" ")[2])
    ticket = await tickets.by_number(desk.tx, desk.workspace_id, int(found.group(1))) if found else None
    return ticket if ticket and await desk.sees(ticket) else None


async def _on_card(desk: Desk, channel_id: str, message_ts: str) -> Ticket | None:
    """The ticket whose card this message is."""
    posted = await outbox.posted_at(desk.tx, channel_id, message_ts)
    if posted is None or posted.ticket_id is None:
        return None
    ticket = await tickets.get(desk.tx, posted.ticket_id)
    return ticket if posted.key == notify.card_key(ticket) else None
