"""What is addressed to the agent has one stored outcome, also where it is refused or joins what is at work."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from agent.channels.settings import EVERY
from agent.commands.run import run_line
from agent.desk import Desk
from agent.turns.begin import ASKED, begin, follows_up
from agent.turns.context import open_to
from agent.turns.handed_on import hand_on
from agent.turns.resting import MOST_WAITING, rests_until
from bot.events import Place
from bot.settings import Settings
from storage import pauses, turns, turns_about
from storage.pauses import Pause
from storage.turns import Turn
from tests.agent.conftest import NOW

LINK = "https://x.slack.com/archives/C1/p{seconds}{rest}"
ADDED = [{"text": "and more", "ts": f"20.{number}"} for number in range(MOST_WAITING)]


def at(desk: Desk, ts: str) -> Desk:
    """Somebody says something else in the same thread."""
    place = Place(channel_id="C1", channel_name="ops", thread_ts="10.1", message_ts=ts)
    return replace(desk, place=place, key=f"job:{ts}")


async def keep(desk: Desk, number: int, **fields: Any) -> Turn:
    values: dict[str, Any] = {
        "workspace_id": "T1",
        "number": number,
        "key": f"turn:{number}",
        "actor_id": desk.asker.person_id,
        "slack_id": desk.asker.slack_id,
        "surface": "mention",
        "channel_id": "C1",
        "thread_ts": "10.1",
        "message_ts": f"{number}.1",
        "place": asdict(desk.place) if desk.place else {},
        "text": "go through all tickets",
        "created_at": NOW,
    }
    turn = Turn(**(values | fields))
    desk.tx.add(turn)
    await desk.tx.flush()
    return turn


@pytest.mark.parametrize("why", ["paused", "full", "resting"])
async def test_a_refusal_is_kept_found_and_counts_for_nothing(desk: Desk, why: str) -> None:
    told = {"paused": "has paused the agent", "full": "wait already", "resting": "I rest here"}
    said = at(desk, "1700000001.000200")
    if why == "paused":
        await pauses.begin(desk.tx, Pause(who="bo", why="costs"), workspace_id="T1", set_by="person:2")
    else:
        for number in range(1, MOST_WAITING + 1):
            await keep(desk, number, state="queued" if why == "full" else "done")
    reply = await begin(said, "who has the most?")
    assert reply is not None
    assert told[why] in reply.message.text
    link = LINK.format(seconds="1700000001", rest="000200")
    [number] = await turns_about.about(desk.tx, "T1", link) or ()
    turn = await turns.get(desk.tx, number)
    assert (turn.state, turn.outcome, turn.text) == ("refused", "refusal", "who has the most?")
    assert told[why] in turn.note
    assert await begin(said, "who has the most?") is None, "the same message again is the same request"
    assert (await explained(desk, turn)).count(told[why]) == 1


async def explained(desk: Desk, turn: Turn) -> str:
    return (await run_line(desk, f"why {turn.name}")).message.text


async def test_what_joins_a_request_is_found_by_its_own_message(desk: Desk) -> None:
    running = await keep(desk, 1, state="running")
    assert await follows_up(at(desk, "1700000001.000200"), "only those of Platform")
    link = LINK.format(seconds="1700000001", rest="000200")
    assert await turns_about.about(desk.tx, "T1", link) == {running.id}


async def test_more_than_it_can_read_is_refused_and_kept(desk: Desk) -> None:
    running = await keep(desk, 1, state="running", follow_ups=ADDED)
    assert await follows_up(at(desk, "21.1"), "one more thing"), "nothing else is made of it"
    [_, turn] = await desk.tx.exec(select(Turn).order_by(Turn.number))
    assert (turn.state, turn.note) == (
        "refused",
        "10 more words of yours wait already. Wait for the answer, or write `stop`.",
    )
    assert running.follow_ups == ADDED


async def test_what_was_read_already_waits_no_more(desk: Desk) -> None:
    await keep(desk, 1, state="running", follow_ups=[one | {"step": 1, "call": 2} for one in ADDED])
    assert await follows_up(at(desk, "21.1"), "one more thing")


async def test_to_go_on_counts_like_any_request(desk: Desk) -> None:
    for number in range(1, 7):
        await keep(desk, number, state="stopped")
    reply = await run_line(at(desk, "21.1"), "continue")
    assert "I rest here until" in reply.message.text
    assert len(list(await desk.tx.exec(select(Turn)))) == 6


async def test_what_is_asked_in_no_thread_is_counted_for_each_person(desk: Desk) -> None:
    """Five colleagues who write `/chargehand ask …` in one channel are no thread."""
    slash = replace(desk, place=Place(channel_id="C1", reply_url="https://x"))
    assert slash.place is not None
    for number in range(1, MOST_WAITING + 1):
        await keep(desk, number, actor_id=2, thread_ts=None, state="queued")
    assert await rests_until(slash, slash.place) is None
    for number in range(11, 17):
        await keep(desk, number, thread_ts=None, state="done")
    assert await rests_until(slash, slash.place) is not None


async def test_ask_says_that_it_is_no_report(desk: Desk) -> None:
    there = replace(at(desk, "21.1"), settings=Settings(_env_file=None, anthropic_api_key="sk-test"))
    await run_line(there, "ask redis is down")
    [turn] = await desk.tx.exec(select(Turn))
    assert turn.forced == ASKED
    for text, is_open in (("redis is down", False), ("open a ticket for the crash", True)):
        turn.text = text
        assert ("create" in [one.name for one in open_to(there, turn, level=EVERY)]) == is_open


@pytest.mark.parametrize(("before", "state"), [(0, "queued"), (7, "refused")])
async def test_what_came_too_late_is_begun_next_unless_the_thread_rests(desk: Desk, before: int, state: str) -> None:
    for number in range(2, 2 + before):
        await keep(desk, number, state="done", created_at=NOW - timedelta(seconds=number))
    place = asdict(at(desk, "20.1").place or Place(channel_id="C1"))
    unread = {"text": "and who is away?", "place": place, "ts": "20.1"}
    ended = await keep(desk, 1, follow_ups=[unread], state="running", created_at=NOW - timedelta(hours=2))
    await hand_on(desk, ended, is_stopped=False)
    last = list(await desk.tx.exec(select(Turn).order_by(Turn.number)))[-1]
    assert (last.text, last.state) == ("and who is away?", state)
