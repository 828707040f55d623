"""What is read back after a time away: a stop is honoured without a word, a change is asked about."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from agent.desk import Desk
from agent.late import hear_late
from agent.turns.begin import STILL, kept
from storage.alarms import Alarm
from storage.audit import AuditEvent
from tests.agent.conftest import MakeTicket

LONG = timedelta(hours=3)


@pytest.mark.parametrize("text", ["stop", "Stopp!", "abbrechen", "never mind", "mute please"])
async def test_a_stop_that_is_read_back_is_honoured_in_silence(desk: Desk, text: str) -> None:
    """It ends what was asked before it; what was asked since goes on."""
    assert desk.place is not None
    places = [replace(desk.place, thread_ts="10.1", message_ts=ts) for ts in ("10.1", "10.2", "10.3")]
    before, after = [await kept(desk, place, "dig", key=f"t{place.message_ts}") for place in places[::2]]
    reply = await hear_late(replace(desk, place=places[1]), text, sent_at=desk.now - timedelta(minutes=5))
    for turn in (before, after):
        await desk.tx.refresh(turn)
    is_stop = not text.startswith("mute")
    assert (reply is None, before.stop_at is not None, after.stop_at) == (is_stop, is_stop, None)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("could you give CH-1 to <@UCY> please", ["could you give CH-1 to <@UCY> please"]),
        ("remind me in 2 hours to look at the logs", ["remind me in 2 hours to look at the logs"]),
        ("remind me tomorrow at 9 and close CH-1", []),  # more than the grammar knows: its ticket is shown
    ],
)
async def test_what_would_change_something_is_asked_about_whoever_read_it(
    desk: Desk, make_ticket: MakeTicket, text: str, lines: list[str]
) -> None:
    """Whether the grammar or the rules know what it means."""
    await make_ticket()
    desk = replace(desk, place=desk.place and replace(desk.place, thread_ts="50.1", message_ts="50.1"))
    reply = await hear_late(desk, text, sent_at=desk.now - LONG)
    assert reply is not None
    assert [(button.action, button.value) for button in reply.message.buttons] == [(STILL, line) for line in lines]
    assert list(await desk.tx.exec(select(Alarm))) == []
    assert list(await desk.tx.exec(select(AuditEvent).where(AuditEvent.object_kind == "ticket"))) == []
