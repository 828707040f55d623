"""What people write to one another in a ticket's thread is kept as comments, without an answer."""

from agent.channels.muted import is_muted
from agent.channels.settings import is_let_in
from agent.channels.unasked import looks_aimed, without_name
from agent.commands import stop
from agent.commands.run import run_line
from agent.desk import Desk
from agent.memory import heard
from agent.notices import notify
from agent.questions.answers import is_asked, take
from agent.reports.report import add_comment
from agent.tickets import merging
from agent.turns.control import control_word
from bot.access import Target, can
from bot.messages import Message, escape
from prompts.words import fixed, say
from storage import calendars, outbox, settings_kv, thread_links, tickets
from storage.database import Tx

KEPT_HERE = fixed("I keep what is said here as comments. To have it done, mention me: `@chargehand {line}`.")
NOT_HEARD = fixed(
    "I hear only what mentions me: `@chargehand {line}`. With `channel follow threads` managers have me hear replies."
)
KEPT, OFF = "replies", "off"  # key of settings_kv, in the scope team:<id>
SHOWN = 100  # characters of what reads like a command


async def are_kept(tx: Tx, ticket_id: int) -> bool:
    """Whether the ticket's team wants that; a ticket without a team keeps them."""
    ticket = await tickets.get(tx, ticket_id)
    scope = calendars.of_team(ticket.team_id) if ticket.team_id else None
    return scope is None or await settings_kv.get(tx, scope, KEPT) != OFF


async def hear_reply(desk: Desk, text: str) -> None:
    """Keep it, of whoever may report here, and as a comment where the thread has a ticket; what looks as if it were
    meant for the bot brings one hint to each person in a thread."""
    place = desk.place
    assert place is not None  # a reply was said somewhere
    assert place.thread_ts is not None  # and in a thread
    ticket_id = await thread_links.ticket_of(desk.tx, desk.workspace_id, place.channel_id, place.thread_ts)
    may_speak = can(desk.asker, "report", Target()) and await is_let_in(desk, desk.asker)
    if not may_speak or control_word(text) == "aside":
        return
    is_kept = ticket_id is None or await are_kept(desk.tx, ticket_id)
    if not (is_kept or await is_asked(desk)):
        return
    await heard.keep(desk, text)
    if await _answers(desk, text):
        return
    if ticket_id is not None and not (is_kept and await _commented(desk, ticket_id, text)):
        return
    if looks_aimed(text, has_ticket=ticket_id is not None):
        await _hint(desk, text, is_kept=ticket_id is not None)


async def _commented(desk: Desk, ticket_id: int, text: str) -> bool:
    """Whether who wrote it may know of the thread's ticket; then it is a comment of that one, or of the one that keeps
    what is said there."""
    own = await tickets.get(desk.tx, ticket_id)
    if not await desk.sees(own):
        return False
    assert desk.place is not None  # as above
    await add_comment(desk, await merging.keeper(desk, own), text, desk.place)
    return True


async def _answers(desk: Desk, text: str) -> bool:
    """Whether it is for the agent, which asked who says it something here; then `stop` counts too."""
    if not await is_asked(desk):
        return False
    word = control_word(text)
    if word == "stop":
        await run_line(desk, stop.VERB.name)
    return word is not None or await take(desk, text)


async def _hint(desk: Desk, text: str, *, is_kept: bool) -> None:
    """For who wrote it alone, and once in this thread; where it is muted nobody is told anything."""
    place = desk.place
    assert place is not None  # as above
    key = f"hint:{desk.asker.person_id}:{place.channel_id}:{place.thread_ts}"
    is_quiet = await is_muted(desk.tx, place.channel_id, place.thread_ts)
    if is_quiet or await outbox.exists_for(desk.tx, key):
        return
    line = escape((await desk.read_out(without_name(text))).replace("\n", " ").replace("`", "")[:SHOWN])
    said = say(KEPT_HERE if is_kept else NOT_HEARD, line=line)
    payload = Message(text=said).model_dump_json()
    row = notify.outgoing(desk, key=key, kind="whisper", lane=key, channel_id=place.channel_id, payload=payload)
    row.thread_ts, row.user_id = place.thread_ts, desk.asker.slack_id
    await outbox.add(desk.tx, row)
