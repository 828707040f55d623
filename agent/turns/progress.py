"""A request that takes long shows a message with a Stop button in its thread, which goes once the work has ended."""

from agent.desk import Desk
from agent.kit.world import World
from agent.notices.notify import outgoing
from agent.notices.post import say_where_asked
from agent.turns.begin import place_of
from bot.messages import Button, Message
from prompts.words import fixed, say
from storage import outbox, turns
from storage.outbox import DELETE
from storage.turns import Turn

PROGRESS = "progress"  # in a turn's place: the key of the message that stands there
AT_WORK = fixed("I am still at it.")
STOP = "stop"  # the action of the button; its value is the turn


def stop_button(turn: Turn) -> Button:
    """Does what the word does, for this turn alone."""
    return Button(label=say("Stop"), action=STOP, value=turn.name)


async def offer_stop(world: World, turn: Turn) -> None:
    """Say in the thread that it is worked on, with the button; what only its asker sees has one from the start."""
    if place_of(turn).reply_url:
        return
    async with world.db.write() as tx:
        desk, kept = await world.desk(tx), await turns.get(tx, turn.id)
        key = f"turn:{turn.id}:{PROGRESS}:{desk.key}"
        if kept.stop_at or kept.place.get(PROGRESS):
            return
        kept.place = kept.place | {PROGRESS: key}
        message = Message(text=say(AT_WORK), buttons=(stop_button(kept),))
        await say_where_asked(desk, message, key=key)


async def take_away(desk: Desk, turn: Turn) -> None:
    """The message goes with the end of the work, whatever that is."""
    key = turn.place.get(PROGRESS)
    if not key:
        return
    turn.place = {name: value for name, value in turn.place.items() if name != PROGRESS}
    lane = f"thread:{turn.channel_id}:{turn.thread_ts}"
    row = outgoing(desk, key=f"{key}:gone", kind=DELETE, lane=lane, channel_id=turn.channel_id, payload="")
    row.anchor = key
    await outbox.add(desk.tx, row)
