"""`mute` in a thread: Chargehand begins nothing there by itself until somebody says `unmute`; a mention is answered."""

from datetime import datetime

from agent.desk import Desk
from agent.reply import Reply, text_reply
from bot.errors import UserError
from bot.events import Place
from bot.messages import escape, moment
from prompts.words import fixed, say
from storage import people, settings_kv
from storage.database import Tx

MUTED = "muted"  # key of settings_kv, in the scope of a thread; its value is since when
QUIET = fixed(
    "@{who} has muted me in this thread: I say nothing here by myself, and hear only what mentions me, until somebody"
    " writes `@chargehand unmute`. Cards are kept up to date."
)
LOUD = fixed("@{who} has unmuted me in this thread.")


def scope_of(channel_id: str, thread_ts: str | None) -> str:
    """Of a thread in settings_kv; what is said in a direct message outside of threads is one, too."""
    return f"thread:{channel_id}/{thread_ts or ''}"


async def is_muted(tx: Tx, channel_id: str, thread_ts: str | None) -> bool:
    """Whether nothing may be begun or told in a thread that nobody there asked for: no turn, narration or hint."""
    return await settings_kv.get(tx, scope_of(channel_id, thread_ts), MUTED) is not None


async def mute(desk: Desk) -> Reply:
    """Be quiet in the thread where it is said: for everybody who may speak to the bot there.

    Raises:
        UserError: it is not said in a thread.
    """
    place = _thread(desk)
    row = next(iter(await settings_kv.of_scope(desk.tx, scope_of(place.channel_id, place.thread_ts))), None)
    if row:
        who, since = await _name(desk, row.set_by), moment(datetime.fromisoformat(row.value))
        already = fixed("@{who} has muted me in this thread {since} already; `unmute` ends that.")
        return text_reply(say(already, who=who, since=since), is_private=True)
    scope = scope_of(place.channel_id, place.thread_ts)
    await settings_kv.put(desk.tx, scope, MUTED, desk.now.isoformat(), workspace_id=desk.workspace_id, set_by=desk.who)
    _record(desk, "mute", place)
    return text_reply(say(QUIET, who=escape(desk.asker.name)))


async def unmute(desk: Desk) -> Reply:
    """Take it back; whoever says it.

    Raises:
        UserError: it is not said in a thread, or not in one that is muted.
    """
    place = _thread(desk)
    if not await is_muted(desk.tx, place.channel_id, place.thread_ts):
        raise UserError(say("I am not muted in this thread. `unmute CH-1` is about your own news of a ticket."))
    await settings_kv.drop(desk.tx, scope_of(place.channel_id, place.thread_ts), MUTED)
    _record(desk, "unmute", place)
    return text_reply(say(LOUD, who=escape(desk.asker.name)))


def _thread(desk: Desk) -> Place:
    place = desk.place
    if place is None or (not place.is_dm and place.thread_ts in {None, place.message_ts}):
        how = fixed(
            "Say this in the thread that it is about. `channel mute` is about the whole channel, `mute CH-1` about your"
            " own news of a ticket."
        )
        raise UserError(say(how))
    return place


def _record(desk: Desk, action: str, place: Place) -> None:
    where = {"channel": place.channel_id, "thread": place.thread_ts}
    is_muted = action == "mute"
    desk.audit(action, "thread", 0, before=where | {"muted": not is_muted}, after=where | {"muted": is_muted})


async def _name(desk: Desk, set_by: str) -> str:
    kind, _, number = set_by.partition(":")
    return escape((await people.get(desk.tx, int(number))).name) if kind == "person" else escape(set_by)
