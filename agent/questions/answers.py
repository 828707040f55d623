"""What whoever was asked answers: a press, or any reply of theirs in the thread; then the work goes on."""

from collections.abc import Sequence

from agent.desk import Desk
from agent.questions.shown import reword
from agent.turns.begin import put
from agent.turns.control import is_go_ahead
from bot.redact import redact
from storage import questions, turns
from storage.questions import ANSWERED, EXPIRED, OPEN, SKIPPED, WITHDRAWN, Question
from storage.turns import Turn

GO_AHEAD = "just do it"


async def take(desk: Desk, text: str) -> bool:
    """Whether words answer what their speaker was asked where they are said; then they are kept as the answer."""
    asked = await _asked_here(desk)
    if asked:  # by the newest request, where several ask
        await answer(desk, [one for one in asked if one.turn_id == asked[-1].turn_id], text)
    return bool(asked)


async def is_asked(desk: Desk) -> bool:
    """Whether the agent waits here for an answer of who is at the desk."""
    return bool(await _asked_here(desk))


async def _asked_here(desk: Desk) -> list[Question]:
    place = desk.place
    if place is None or (not place.is_dm and place.thread_ts in {None, place.message_ts}):
        return []  # it opens a thread of its own
    slack_id = desk.asker.slack_id
    asked = await questions.open_in(desk.tx, [place.channel_id], place.thread_ts, slack_id)
    if asked or not place.is_dm:
        return asked
    # Alone with somebody it is all one talk, whether they answer below the question or after it.
    return await questions.open_in(desk.tx, [place.channel_id, slack_id], None, slack_id)


async def answer(desk: Desk, asked: Sequence[Question], words: str) -> None:
    """Keep the answer to these; the turn goes on once nothing of it is open.

    "Just do it" ends all that the turn asks.
    """
    turn = await turns.get(desk.tx, asked[0].turn_id)
    words = redact(words)
    is_skipped = is_go_ahead(words)
    if is_skipped:
        asked = await _open_of(desk, turn)
    for one in asked:
        one.state, one.answered_at = SKIPPED if is_skipped else ANSWERED, desk.now
        one.answer = _words_of(one, words)
    told = {one.slot: one.state for one in asked}
    desk.audit("answer", "turn", turn.id, before=dict.fromkeys(told, OPEN), after=told)
    await desk.tx.flush()
    await reword(desk, asked)
    if not await _open_of(desk, turn):
        await put(desk, turn, why=f"answer:{max(one.id for one in asked)}")


def _words_of(one: Question, words: str) -> str:
    """A choice that was typed says what its button says."""
    said = words.strip().casefold()
    return next((meant for label, meant in one.choices if said in {label.casefold(), meant.casefold()}), words)


async def close(desk: Desk, turn: Turn) -> None:
    """The turn has ended: what it asked is no longer waited for."""
    left = await _open_of(desk, turn)
    for one in left:
        one.state = EXPIRED if one.due_at <= desk.now else WITHDRAWN
    await desk.tx.flush()
    await reword(desk, left)


async def is_over(desk: Desk, turn: Turn) -> bool:
    """Whether it has waited in vain."""
    return any(one.due_at <= desk.now for one in await _open_of(desk, turn))


async def _open_of(desk: Desk, turn: Turn) -> list[Question]:
    return [one for one in await questions.of_turn(desk.tx, turn.id) if one.state == OPEN]
