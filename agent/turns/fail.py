"""A turn that cannot be brought to its end is given up: an apology that names it, what it did, and a way to go on."""

from dataclasses import replace

from agent.desk import Desk
from agent.kit.use import UNCERTAIN
from agent.language import of_channel, own
from agent.notices.notify import outgoing
from agent.people.admit import actor_of
from agent.questions.answers import close
from agent.turns import texts, undone
from agent.turns.handed_on import hand_on
from agent.turns.progress import take_away
from bot.messages import Button, Message, escape
from prompts.words import fixed, say, speaking
from storage import outbox, people, receipts, turns
from storage.database import tell
from storage.turn_news import TurnEnded
from storage.turns import FAILED, LIVE, ToolCall, Turn

SORRY = fixed(
    "Something went wrong on my side with {turn}, and I could not bring it to its end. {done} Reference: `{reference}`."
)
DONE_SO_FAR = fixed("Done before that: {what}.")
UNREAD = fixed("What you said here since then is worked on next.")


async def fail(desk: Desk, turn: Turn, *, name: str) -> None:
    """End it and say so where it was asked; nothing happens when it has ended.

    Args:
        name: of this end, for the key of the message.
    """
    if turn.state not in LIVE:
        return
    before, turn.state, turn.outcome, turn.ended_at = turn.state, FAILED, "error", desk.now
    for step in await turns.steps(desk.tx, turn.id):
        step.state = step.state if step.state == turns.DONE else FAILED
    await close(desk, turn)
    await take_away(desk, turn)
    with speaking(await _language(desk, turn)):
        message = await _apology(desk, turn)
    row = outgoing(
        desk,
        key=f"turn:{turn.id}:{name}",
        kind="post",
        lane=f"thread:{turn.channel_id}:{turn.thread_ts}",
        channel_id=turn.channel_id,
        payload=message.model_dump_json(),
    )
    row.thread_ts = turn.thread_ts
    await outbox.add(desk.tx, row)
    asker = await people.get(desk.tx, turn.actor_id)
    await hand_on(replace(desk, actor=await actor_of(desk.tx, asker)), turn, is_stopped=turn.stop_at is not None)
    await texts.cut_down(desk.tx, turn, "none" if texts.is_deleted(turn) else desk.settings.trace_text)
    tell(desk.tx, TurnEnded("error"))
    desk.audit("fail", "turn", turn.id, before={"state": before}, after={"state": FAILED})


async def _language(desk: Desk, turn: Turn) -> str:
    if turn.place["is_dm"]:
        return await own(desk.tx, turn.actor_id) or desk.settings.language
    return await of_channel(desk, turn.channel_id)


async def _apology(desk: Desk, turn: Turn) -> Message:
    made = [f"{one.name} {escape(one.said)}".removesuffix(".") for one in await receipts.of_turn(desk.tx, turn.id)]
    uses = [use for use in await turns.tool_calls(desk.tx, turn.id) if use.state == UNCERTAIN]
    told = [*([say(DONE_SO_FAR, what="; ".join(made))] if made else []), *map(_where_to_look, uses)]
    done = " ".join(told or [say("Nothing was changed.")])
    left = await undone.left_of(desk, turn, await people.names(desk.tx, desk.workspace_id), state=FAILED)
    text = say(SORRY, turn=turn.name, done=done, reference=turn.correlation_id or turn.name)
    text = "\n".join(filter(None, [text, left]))
    if turn.stop_at is None and any("step" not in one for one in turn.follow_ups):
        text = f"{text} {say(UNREAD)}"
    return Message(text=text, buttons=(Button(label=say("Try again"), action="continue", value=turn.name),))


def _where_to_look(use: ToolCall) -> str:
    """What people are told of what may have happened."""
    return Message.model_validate(use.shown).text if use.shown else escape(use.result)
