"""A request whose answer nobody reads along may be answered with what is private, and so counts as private itself."""

from dataclasses import replace
from pathlib import Path

import pytest

from agent.desk import Desk
from agent.language import LANGUAGE, of_asked
from agent.turns.context import seen
from bot.events import Place, Surface
from storage import settings_kv, turns
from storage.database import Tx
from tests.agent.worlds import with_turn, world_of


@pytest.mark.parametrize(
    ("surface", "then", "now", "is_private"),
    [
        ("mention", {}, Place(channel_id="C1"), False),
        ("button", {}, Place(channel_id="C1"), False),
        ("slash", {}, Place(channel_id="C1"), True),  # its asker alone reads the answer
        ("dm", {"is_dm": True}, Place(channel_id="D1", is_dm=True), True),
        ("mention", {"is_private": True}, Place(channel_id="C1", is_private=True), True),
        ("mention", {}, Place(channel_id="C1", is_private=True), True),  # it was made so meanwhile
    ],
)
async def test_what_is_not_read_along_counts_as_private(
    tmp_path: Path, surface: str, then: dict[str, bool], now: Place, is_private: bool
) -> None:
    async with with_turn(tmp_path) as db:
        world = world_of(db, anthropic_api_key="sk-test")

        async def desk(tx: Tx) -> Desk:
            return replace(await world.desk(tx), place=now)

        async with db.write() as tx:
            turn = await turns.get(tx, 1)
            turn.surface, turn.place = surface, then
        assert (await seen(replace(world, desk=desk), turn)).is_private is is_private
        assert turn.is_private is (surface == "slash" or bool(then)), "its words are shown on record alone"


@pytest.mark.parametrize(
    ("surface", "is_read_along", "language"),
    [("mention", False, "de"), ("agent", True, "de"), ("agent", False, "en"), ("slash", False, "en")],
)
async def test_what_one_person_sees_is_in_their_language(
    desk: Desk, surface: Surface, *, is_read_along: bool, language: str
) -> None:
    await settings_kv.put(desk.tx, "C1", LANGUAGE, "de", workspace_id="T1")
    assert await of_asked(replace(desk, surface=surface, is_read_along=is_read_along)) == language
