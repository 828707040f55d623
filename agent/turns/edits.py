"""The message that began a turn is rewritten or deleted: what waits follows it, what runs is told, what ended stays."""

from dataclasses import replace

from agent.desk import Desk
from agent.people.admit import actor_of
from agent.proposals.proposal import withdraw
from agent.turns import texts
from agent.turns.begin import put
from agent.turns.control import control_word
from storage import live_turns, people, proposals
from storage.turns import LIVE, QUEUED, RUNNING, STOPPED, WAITING, Turn


async def edit_turn(desk: Desk, turn: Turn, text: str, *, ts: str) -> None:
    """The new words count: at once while it waits, at its next question to the model while it runs."""
    if turn.text == text or turn.state not in LIVE:
        return
    if control_word(text) == "aside":  # it is for others now
        await drop_turn(desk, turn)
        return
    desk.audit("edit", "turn", turn.id, before={"text": turn.text}, after={"text": text})
    if turn.state == QUEUED:
        turn.text = text
    elif turn.state == RUNNING:
        place = turn.place | {"message_ts": turn.message_ts}
        said = {"text": text, "place": place, "ts": turn.message_ts or ts, "is_edit": True}
        turn.follow_ups = [*turn.follow_ups, said]


async def drop_turn(desk: Desk, turn: Turn) -> None:
    """One that waits is not begun any more, one that is worked on stops; once it has ended its words are forgotten."""
    if turn.state in {RUNNING, WAITING}:
        turn.place = turn.place | {texts.DELETED: True}
        await live_turns.ask_to_stop(desk.tx, [turn.id], by=turn.actor_id, at=desk.now)
        as_asker = replace(desk, actor=await actor_of(desk.tx, await people.get(desk.tx, turn.actor_id)))
        for proposal in await proposals.open_of_turn(desk.tx, turn.id):
            await withdraw(as_asker, proposal)
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
