"""A message becomes a turn: stored, with the job that works on it, in the transaction that read the message."""

from dataclasses import asdict
from datetime import timedelta

from agent.desk import Desk
from agent.reply import Reply, text_reply
from bot.errors import UserError
from prompts.words import fixed, say
from storage import queue, turns
from storage.turns import QUEUED, Turn

TURN = "turn"  # the kind of its job
MOST_WAITING = 10  # turns of one thread
REST = timedelta(minutes=30)


async def begin(desk: Desk, text: str, *, forced: str = "") -> Reply | None:
    """Have the agent work on it; the answer comes when it is done.

    Args:
        forced: the specialist that the asker has chosen.

    Raises:
        UserError: the thread has too many already.
    """
    place = desk.place
    if place is None:
        raise UserError(say("Ask me in Slack: in a channel, in a thread or directly."))
    key = f"turn:{desk.key}"
    if await turns.by_key(desk.tx, key):
        return None
    if resting := await _too_many(desk):
        return resting
    turn = Turn(
        workspace_id=desk.workspace_id,
        number=await turns.next_number(desk.tx, desk.workspace_id),
        key=key,
        actor_id=desk.asker.person_id,
        slack_id=desk.asker.slack_id,
        surface=desk.surface,
        channel_id=place.channel_id,
        thread_ts=place.thread_ts,
        message_ts=place.message_ts,
        place=asdict(place),
        text=text,
        forced=forced,
        state=QUEUED,
        created_at=desk.now,
        deadline_at=desk.now + timedelta(hours=1),
        correlation_id=desk.correlation_id,
    )
    desk.tx.add(turn)
    await desk.tx.flush()
    desk.audit("ask", "turn", turn.id, before={}, after={"turn": turn.name})
    await put(desk, turn, why="asked")
    return None


async def put(desk: Desk, turn: Turn, *, why: str) -> None:
    """Have the agent go on with a turn; those of one thread wait for each other."""
    key = f"turn:{turn.channel_id}:{turn.thread_ts or turn.slack_id}"
    await desk.put(TURN, {"turn_id": turn.id}, key=key, dedupe_key=f"turn:{turn.id}:{why}", priority=queue.INTERACTIVE)


async def _too_many(desk: Desk) -> Reply | None:
    """A thread that began very many lately rests, and says so once.

    Raises:
        UserError: very many wait in it.
    """
    place, settings = desk.place, desk.settings
    assert place is not None  # begin() has one
    where = (place.channel_id, place.thread_ts)
    if len(await turns.live_in(desk.tx, *where)) >= MOST_WAITING:
        full = fixed("{count} requests of this thread wait already. Ask again when they are done, or write `stop`.")
        raise UserError(say(full, count=MOST_WAITING))
    limits = ((timedelta(minutes=1), settings.turns_per_minute), (timedelta(hours=1), settings.turns_per_hour))
    for span, most in limits:
        count = await turns.count_since(desk.tx, *where, desk.now - span)
        if count >= most:
            text = fixed(
                "That were {count} requests of this thread in a short time, so I rest here for {minutes} minutes."
                " Commands work as ever: `help` lists them."
            )
            return text_reply(say(text, count=count, minutes=int(REST.total_seconds() // 60)))
    return None
