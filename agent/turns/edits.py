"""What began a turn, or was said while it ran, is rewritten or deleted: what waits follows, what runs is told."""

from agent.desk import Desk
from agent.proposals.of_turns import withdraw_all
from agent.turns import texts
from agent.turns.begin import put
from agent.turns.control import control_word
from agent.turns.marks import WAITS, mark
from agent.turns.meanwhile import OF_ITS_OWN
from bot.redact import redact
from storage import live_turns, people, turns_about
from storage.turns import LIVE, QUEUED, RUNNING, STOPPED, WAITING, Turn


async def edit_turn(desk: Desk, turn: Turn, text: str, *, ts: str) -> None:
    """The new words count: at once while it is queued, at its next question to the model later, as long as it lives."""
    text = redact(text)
    if turn.text == text or turn.state not in LIVE:
        return
    if control_word(text) == "aside":  # it is for others now
        await drop_turn(desk, turn)
        return
    desk.audit("edit", "turn", turn.id, before={}, after={"turn": turn.name})  # whose words go in time
    if turn.state == QUEUED:
        turn.text = text
    else:
        place = turn.place | {"message_ts": turn.message_ts}
        said = {"text": text, "place": place, "ts": turn.message_ts or ts, "is_edit": True}
        turn.follow_ups = [*turn.follow_ups, said]


async def edit_said(desk: Desk, turn: Turn, text: str, *, ts: str) -> None:
    """What the model has not read yet is replaced; of what it has it is told the new words."""
    text = redact(text)
    *_, last = [said for said in turn.follow_ups if said["ts"] == ts]
    if last["text"] == text or turn.state not in LIVE:
        return
    desk.audit("edit", "turn", turn.id, before={}, after={"turn": turn.name})
    if "step" in last:
        new = {name: value for name, value in last.items() if name not in {"step", "call"}}
        turn.follow_ups = [*turn.follow_ups, new | {"text": text, "is_edit": True}]
    else:
        turn.follow_ups = [said | {"text": text} if said is last else said for said in turn.follow_ups]


async def drop_said(desk: Desk, turn: Turn, *, ts: str) -> None:
    """None of its words are read any more, nor kept; of a turn whose models have read them no words are."""
    was_read = any(said.get("step", OF_ITS_OWN) != OF_ITS_OWN for said in turn.follow_ups if said["ts"] == ts)
    turn.follow_ups = [said for said in turn.follow_ups if said["ts"] != ts]
    if turn.state not in LIVE:
        if was_read:
            await texts.cut_down(desk.tx, turn, "none")
        desk.audit("forget", "turn", turn.id, before={}, after={"why": "deleted"})
        return
    if was_read:
        turn.place = turn.place | {texts.DELETED: True}
    await mark(desk, turn.channel_id, ts, WAITS, is_gone=True)
    desk.audit("cancelled", "turn", turn.id, before={}, after={"why": "deleted"})


async def drop_turn(desk: Desk, turn: Turn) -> None:
    """One that waits is not begun any more, one that is worked on stops; once it has ended its words are forgotten."""
    if ts := turn.message_ts:
        earlier = await turns_about.followed_up(desk.tx, turn.channel_id, ts, besides=turn.id)
        if earlier:  # it was said while that one ran, and began this one after it
            await drop_said(desk, earlier, ts=ts)
    if turn.state in {RUNNING, WAITING}:
        turn.place = turn.place | {texts.DELETED: True}
        if turn.stop_at is None:
            desk.audit(
                "stop", "turn", turn.id, before={"state": turn.state}, after={"state": STOPPED, "why": "deleted"}
            )
        await live_turns.ask_to_stop(desk.tx, [turn.id], by=turn.actor_id, at=desk.now)
        await withdraw_all(desk, turn, await people.get(desk.tx, turn.actor_id))
        if turn.state == WAITING:  # nobody works on it who would say so
            await put(desk, turn, why="deleted")
        return
    if turn.state == QUEUED:
        turn.state, turn.outcome, turn.ended_at = STOPPED, "stopped", desk.now
        await texts.cut_down(desk.tx, turn, "none")
        desk.audit("cancelled", "turn", turn.id, before={}, after={"why": "deleted"})
    elif turn.state not in LIVE:
        await texts.cut_down(desk.tx, turn, "none")
        desk.audit("forget", "turn", turn.id, before={}, after={"why": "deleted"})
