"""No secret that somebody writes to the agent, or that a model makes of it, is stored while a request lives."""

from dataclasses import replace

from agent.desk import Desk
from agent.questions.answers import answer
from agent.turns.begin import follows_up, store
from agent.turns.edits import edit_said, edit_turn
from agent.turns.keep import stored
from bot.llm.port import Call
from storage.questions import Question
from storage.turns import RUNNING
from tests.agent.conftest import NOW

TOKEN = "xoxb-" + "1234567890-abcdefghij"  # nobody's
MASKED = "use [redacted:slack-token]"


async def test_what_is_said_is_masked_before_it_is_written(desk: Desk) -> None:
    assert desk.place
    place = replace(desk.place, thread_ts="1.1", root_text=f"use {TOKEN}", files=f"use {TOKEN}")
    turn = await store(desk, place, f"use {TOKEN}", key="turn:1")
    assert (turn.text, turn.place["root_text"], turn.place["files"]) == (MASKED, MASKED, MASKED)
    await edit_turn(desk, turn, f"now use {TOKEN}", ts="1.2")
    assert turn.text == f"now {MASKED}"
    turn.state = RUNNING
    await desk.tx.flush()
    assert await follows_up(replace(desk, place=replace(place, message_ts="1.3")), f"use {TOKEN}")
    await edit_said(desk, turn, f"or use {TOKEN}", ts="1.3")
    [said] = turn.follow_ups
    assert (said["text"], said["place"]["root_text"]) == (f"or {MASKED}", MASKED)


async def test_what_is_answered_is_masked_too(desk: Desk) -> None:
    assert desk.place
    turn = await store(desk, desk.place, "which?", key="turn:1")
    about = {"turn_id": turn.id, "step": 1, "model_call": 1, "call_id": "c1", "channel_id": "C1", "slot": "which"}
    asked = Question(workspace_id="T1", text="Which?", choices=[], created_at=NOW, due_at=NOW, **about)
    desk.tx.add(asked)
    await desk.tx.flush()
    await answer(desk, [asked], f"use {TOKEN}")
    assert asked.answer == MASKED


def test_a_call_is_done_as_it_is_stored() -> None:
    call = Call(id="c1", name="comment", arguments={"text": f"use {TOKEN}", "more": [f"use {TOKEN}", 3]})
    assert stored(call)["arguments"] == {"text": MASKED, "more": [MASKED, 3]}
