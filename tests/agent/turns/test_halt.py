"""A `stop` in a thread means what is at work there, and its record names no turn that something else has ended."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.commands.stop import LATELY, VERB
from agent.commands.verb import Said
from agent.desk import Desk
from agent.turns.begin import kept
from agent.turns.edits import drop_turn
from storage import audit, live_turns, stops
from storage.turns import RUNNING, Turn

NOTHING = "There is nothing to stop here."


def at(desk: Desk, *, thread: str | None, channel: str = "C1") -> Desk:
    assert desk.place is not None
    return replace(desk, place=replace(desk.place, channel_id=channel, thread_ts=thread, message_ts="99.9"))


async def begun(desk: Desk, key: str, **where: str | None) -> Turn:
    there = at(desk, thread=where["thread"], channel=where.get("channel") or "C1")
    assert there.place is not None
    return await kept(there, there.place, "who is on duty?", key=key)


async def stop(desk: Desk) -> str:
    return (await VERB.act(desk, Said(text=""))).message.text


@pytest.mark.parametrize(("thread", "said"), [("1.1", NOTHING), ("2.2", "Stopping."), ("99.9", "Stopping.")])
async def test_a_thread_stops_its_own_and_the_channel_what_one_waits_for(desk: Desk, thread: str, said: str) -> None:
    elsewhere = await begun(desk, "a", thread="2.2")
    assert await stop(at(desk, thread=thread)) == said
    await desk.tx.refresh(elsewhere)
    assert (elsewhere.stop_at is not None) == (said != NOTHING)


async def test_what_was_stopped_long_ago_or_elsewhere_is_not_stopped_again(desk: Desk) -> None:
    old, there = await begun(desk, "a", thread="2.2"), await begun(desk, "b", thread="3.3")
    by = desk.asker.person_id
    await live_turns.ask_to_stop(desk.tx, [old.id], by=by, at=desk.now - LATELY - timedelta(seconds=1))
    await live_turns.ask_to_stop(desk.tx, [there.id], by=by, at=desk.now)
    assert [one.id for one in await stops.told_to_stop(desk.tx, by=by, since=desk.now - LATELY)] == [there.id]
    assert await stop(at(desk, thread="1.1")) == NOTHING
    assert await stop(at(desk, thread="3.3")) == "Stopping."


async def test_the_end_of_a_request_that_was_deleted_is_on_record_so_that_no_stop_tells_of_it(desk: Desk) -> None:
    turn = await begun(desk, "a", thread="2.2")
    turn.state = RUNNING
    await drop_turn(desk, turn)
    assert ("stop", str(turn.id)) in [(one.action, one.object_id) for one in audit.recorded(desk.tx)]
