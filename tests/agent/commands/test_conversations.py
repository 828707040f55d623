"""What was asked of the agent is listed for who may know of it, and in public only what everybody may."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest

from agent.commands.conversations import in_days
from agent.commands.run import run_line
from agent.desk import Desk
from agent.turns.explain import explain
from bot.errors import Stray, UserError
from storage import people
from storage.turns import Turn

PRIVATE, OTHER, OPEN, DM = "CPRIVATE", "COTHER", "COPEN", "DANN"
INSIDERS = {PRIVATE: frozenset({"UANN", "UBO"}), OTHER: frozenset({"UBO"})}


async def asked(
    desk: Desk,
    number: int,
    who: str,
    channel: str,
    text: str,
    *,
    days: int = 1,
    surface: str = "mention",
    **place: object,
) -> None:
    desk.tx.add(
        Turn(
            workspace_id="T1",
            number=number,
            key=f"t{number}",
            actor_id=(await people.the(desk.tx, "T1", who)).id,
            slack_id=who,
            surface=surface,
            channel_id=channel,
            place={"permalink": f"https://acme.example/{number}"} | place,
            text=text,
            state="done",
            created_at=desk.now - timedelta(days=days),
        )
    )
    await desk.tx.flush()


@pytest.fixture
async def ann(desk: Desk) -> Desk:
    """Ann's desk, after some requests; she is in one of two private channels."""
    await asked(desk, 1, "UBO", OPEN, "open to all")
    await asked(desk, 2, "UBO", PRIVATE, "among us", is_private=True)
    await asked(desk, 3, "UBO", OTHER, "among others", is_private=True)
    await asked(desk, 4, "UANN", DM, "my own words", is_dm=True)
    await asked(desk, 5, "UBO", "DBO", "his own words", is_dm=True)
    await asked(desk, 6, "UANN", OPEN, "long ago", days=15)
    await asked(desk, 7, "UBO", OTHER, "before it was private")
    await asked(desk, 8, "UBO", OPEN, "for me alone", surface="slash")
    return replace(desk, insiders=INSIDERS)


def words(text: str) -> set[str]:
    known = ("open to all", "among us", "among others", "my own", "his own", "long ago", "before it was private")
    return {one for one in (*known, "for me alone") if one in text}


async def test_who_asks_alone_reads_of_their_own_places(ann: Desk) -> None:
    answer = (await run_line(ann, "conversations")).message.text
    assert words(answer) == {"open to all", "among us", "my own"}
    assert answer.startswith("*3 requests* since")
    assert words((await run_line(ann, "conversations 30")).message.text) >= {"long ago"}
    with pytest.raises(UserError, match="Name 1 to 90 days"):
        await run_line(ann, "conversations 91")


@pytest.mark.parametrize(("channel", "seen"), [(OPEN, {"open to all"}), (PRIVATE, {"open to all", "among us"})])
async def test_where_others_read_along_only_what_they_may_know_of_is_told(
    ann: Desk, channel: str, seen: set[str]
) -> None:
    assert ann.place
    there = replace(ann, is_read_along=True, place=replace(ann.place, channel_id=channel))
    told = await in_days(there, 0)
    assert words(told) == seen
    lines = told.splitlines()
    assert any(line.startswith("*T-1*") and line.endswith("https://acme.example/1") for line in lines)
    assert (await in_days(there, 0, start=2)).splitlines() == (lines[1:] or ["nothing was asked"])


async def test_what_was_asked_for_oneself_alone_is_ones_own(ann: Desk) -> None:
    bo = replace(ann, actor=replace(ann.asker, person_id=(await people.the(ann.tx, "T1", "UBO")).id, slack_id="UBO"))
    assert "for me alone" in words(await in_days(bo, 0))
    assert "for me alone" not in words(await in_days(replace(bo, is_read_along=True), 0))
    admin = replace(ann, actor=replace(ann.asker, is_admin=True))
    assert "for me alone" not in words(await in_days(admin, 0))
    for number, is_told in ((1, True), (8, False), (7, False), (2, False)):
        with nullcontext() if is_told else pytest.raises(Stray):
            assert (await explain(admin, number)).message.text.startswith(f"*T-{number}* is done.")


async def test_a_long_list_goes_on_where_it_was_cut(ann: Desk) -> None:
    for number in range(100, 130):
        await asked(ann, number, "UANN", OPEN, f"request {number}")
    told = (await in_days(ann, 1)).splitlines()
    assert (len(told), told[-1]) == (21, "[cut here: it goes on from line 21 of 33]")
    further = (await in_days(ann, 1, start=21)).splitlines()
    assert len(further) == 13
    assert not set(told) & set(further)


async def test_a_guest_reads_of_what_they_asked_alone(ann: Desk) -> None:
    guest = replace(ann, actor=replace(ann.asker, is_outsider=True))
    assert words(await in_days(guest, 30)) == {"my own", "long ago"}
