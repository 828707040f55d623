"""A thread in which very many requests came rests for a while, and no more wait in one than it can have at a time."""

from datetime import datetime, timedelta

from agent.desk import Desk
from agent.notices.post import say_where_asked
from agent.reply import Reply, text_reply
from bot.errors import UserError
from bot.events import Place
from bot.messages import Message, moment
from prompts.words import fixed, say
from storage import live_turns, outbox

MOST_WAITING = 10  # turns of one thread, and messages of the asker's that one of them has not read yet
REST = timedelta(minutes=30)


async def rests_until(desk: Desk, place: Place, *, ends: int | None = None) -> datetime | None:
    """When a thread that began very many requests in a short time may begin the next one; None: now.

    Args:
        ends: the id of a turn that ends with this work.

    Raises:
        UserError: very many wait in it.
    """
    settings, where, of = desk.settings, (place.channel_id, place.thread_ts), _whose(desk, place)
    if len([one for one in await live_turns.live_in(desk.tx, *where, of=of) if one.id != ends]) >= MOST_WAITING:
        full = fixed("{count} requests of this thread wait already. Ask again when they are done, or write `stop`.")
        raise UserError(say(full, count=MOST_WAITING))
    spans = ((timedelta(minutes=1), settings.turns_per_minute), (timedelta(hours=1), settings.turns_per_hour))
    begun = await live_turns.begun_since(desk.tx, *where, desk.now - timedelta(hours=1) - REST, of=of)
    rests = [
        last + REST
        for span, most in spans
        for first, last in zip(begun, begun[most - 1 :], strict=False)
        if last - first <= span
    ]
    return max((end for end in rests if end > desk.now), default=None)


def _whose(desk: Desk, place: Place) -> int | None:
    """What is asked in no thread (`/chargehand ask …`) is counted for each person: nobody reads it but they."""
    return None if place.thread_ts else desk.asker.person_id


async def resting(desk: Desk, place: Place, until: datetime) -> Reply:
    """Said once for everybody in the thread, then to each who asks for more."""
    text = fixed(
        "Very many requests came in this thread in a short time, so I rest here until {until}. Commands work as ever:"
        " `help` lists them."
    )
    said = say(text, until=moment(until))
    key = f"rest:{place.channel_id}:{place.thread_ts or _whose(desk, place)}:{until.isoformat()}"
    if await outbox.exists_for(desk.tx, key):
        return text_reply(said, is_private=True)
    await say_where_asked(desk, Message(text=said), key=key)
    return Reply(message=Message(text=said), is_shown=True)
