"""What is deleted in Slack is kept nowhere, whenever that is; of what is rewritten no word stands on record."""

from dataclasses import replace

import pytest

from agent.commands.run import run_line
from agent.desk import Desk
from agent.turns.begin import store
from agent.turns.edits import drop_said, drop_turn, edit_said, edit_turn
from agent.turns.meanwhile import OF_ITS_OWN
from agent.turns.texts import is_deleted
from bot.settings.kinds import TraceText
from storage import audit, feedback, turns_about
from storage.turns import DONE, RUNNING, Turn
from tests.agent.conftest import NOW

SAID = "1.3"


async def with_more(desk: Desk, **came_in: int) -> Turn:
    """A request whose asker has said something more while it ran."""
    assert desk.place
    turn = await store(desk, desk.place, "who is away?", key="turn:1")
    turn.state = RUNNING
    turn.follow_ups = [{"text": "in Lyon", "ts": SAID, "place": turn.place} | came_in]
    await desk.tx.flush()
    return turn


async def test_the_record_tells_of_an_edit_and_not_of_the_words(desk: Desk) -> None:
    turn = await with_more(desk)
    await edit_said(desk, turn, "in Turin", ts=SAID)
    await edit_turn(desk, turn, "who is there?", ts="1.4")
    assert "Turin" in str(turn.follow_ups)
    events = [event for event in audit.recorded(desk.tx) if event.action == "edit"]
    assert [event.after for event in events] == [{"turn": "T-1"}] * 2
    assert not any(word in str([(event.before, event.after) for event in events]) for word in ("Lyon", "Turin", "away"))


@pytest.mark.parametrize("state", [RUNNING, DONE])
@pytest.mark.parametrize("came_in", [{}, {"step": 1, "call": 1}, {"step": OF_ITS_OWN, "call": 0}])
async def test_what_was_said_meanwhile_is_forgotten_with_its_message(
    desk: Desk, state: str, came_in: dict[str, int]
) -> None:
    turn = await with_more(desk, **came_in)
    turn.state = state
    await edit_said(desk, turn, "in Turin", ts=SAID)
    assert ("Turin" in str(turn.follow_ups)) == (state == RUNNING), "of one that has ended nothing is rewritten"
    found = await turns_about.followed_up(desk.tx, turn.channel_id, SAID)
    assert found is turn
    await drop_said(desk, turn, ts=SAID)
    was_read = came_in.get("step") == 1
    assert turn.follow_ups == []
    assert (is_deleted(turn), turn.text == "") == (was_read and state == RUNNING, was_read and state == DONE)
    assert await turns_about.followed_up(desk.tx, turn.channel_id, SAID) is None


async def test_what_became_a_request_of_its_own_is_deleted_from_both(desk: Desk) -> None:
    assert desk.place
    first = await with_more(desk, step=OF_ITS_OWN, call=0)
    second = await store(desk, replace(desk.place, message_ts=SAID), "in Lyon", key="turn:2")
    second.follow_ups = [{"text": "in Basel", "ts": SAID, "place": first.place, "is_edit": True}]
    first.state = second.state = DONE
    await desk.tx.flush()
    await drop_turn(desk, second)
    assert (first.text, first.follow_ups, second.text) == ("who is away?", [], "")


@pytest.mark.parametrize(
    ("keep", "kept"), [("full", "ask bob@example.com"), ("redacted", "ask [redacted:email]"), ("none", "")]
)
async def test_why_an_answer_was_bad_is_kept_as_all_words_are(desk: Desk, keep: TraceText, kept: str) -> None:
    desk = replace(desk, settings=desk.settings.model_copy(update={"trace_text": keep}))
    turn = await with_more(desk)
    await run_line(desk, f"feedback {turn.name} down ask bob@example.com")
    [said] = await feedback.of_turns(desk.tx, [turn.id])
    assert (said.value, said.reason, said.at) == ("down", kept, NOW)
