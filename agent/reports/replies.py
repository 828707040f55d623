"""What people write to one another in a ticket's thread is kept as comments, without an answer."""

from agent.channels.settings import is_let_in
from agent.commands.grammar import parse
from agent.commands.registry import VERBS
from agent.commands.verb import Slot
from agent.desk import Desk
from agent.memory import heard
from agent.notices import notify
from agent.reports.report import add_comment
from agent.tickets import merging
from bot.access import Target, can
from bot.errors import UserError
from bot.messages import Message, escape
from prompts.words import say
from storage import calendars, outbox, settings_kv, thread_links, tickets
from storage.database import Tx
from storage.tickets import Ticket

KEPT, OFF = "replies", "off"  # key of settings_kv, in the scope team:<id>
SHOWN = 100  # characters of what reads like a command


async def are_kept(tx: Tx, ticket_id: int) -> bool:
    """Whether the ticket's team wants that; a ticket without a team keeps them."""
    ticket = await tickets.get(tx, ticket_id)
    scope = calendars.of_team(ticket.team_id) if ticket.team_id else None
    return scope is None or await settings_kv.get(tx, scope, KEPT) != OFF


async def hear_reply(desk: Desk, text: str) -> None:
    """Keep it, of whoever may report here, and as a comment where the thread has a ticket; what reads like a command
    brings one hint to each person in a thread."""
    place = desk.place
    assert place is not None  # a reply was said somewhere
    assert place.thread_ts is not None  # and in a thread
    ticket_id = await thread_links.ticket_of(desk.tx, desk.workspace_id, place.channel_id, place.thread_ts)
    may_speak = can(desk.asker, "report", Target()) and await is_let_in(desk, desk.asker)
    if not may_speak or (ticket_id is not None and not await are_kept(desk.tx, ticket_id)):
        return
    await heard.keep(desk, text)
    if ticket_id is None:
        return
    own = await tickets.get(desk.tx, ticket_id)
    if not await desk.sees(own):
        return
    await add_comment(desk, await _meant(desk, own), text, place)
    if _is_command(text):
        await _hint(desk, text)


async def _meant(desk: Desk, own: Ticket) -> Ticket:
    """Of a duplicate the ticket that it is one of, if the asker may know that."""
    try:
        return await merging.meant(desk, own)
    except UserError:
        return own


def _is_command(text: str) -> bool:
    """Whether it would be one, had it mentioned the bot."""
    parsed = parse(text, VERBS, has_thread_ticket=True, is_message=True)
    return parsed is not None and not parsed.problem and Slot.TEXT not in parsed.verb.takes


async def _hint(desk: Desk, text: str) -> None:
    """For who wrote it alone, and once in this thread."""
    place = desk.place
    assert place is not None  # as above
    key = f"hint:{desk.asker.person_id}:{place.channel_id}:{place.thread_ts}"
    if await outbox.exists_for(desk.tx, key):
        return
    line = escape((await desk.read_out(text)).replace("\n", " ").replace("`", "")[:SHOWN])
    said = say("I keep what is said here as comments. To have it done, mention me: `@chargehand {line}`.", line=line)
    payload = Message(text=said).model_dump_json()
    row = notify.outgoing(desk, key=key, kind="whisper", lane=key, channel_id=place.channel_id, payload=payload)
    row.thread_ts, row.user_id = place.thread_ts, desk.asker.slack_id
    await outbox.add(desk.tx, row)
