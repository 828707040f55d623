"""What was asked in other threads of the same place on the same subject, as data for who works on a request."""

from collections.abc import Iterable
from datetime import timedelta

from agent.desk import Desk
from agent.memory.pieces import Voices
from agent.reports.similar import significant
from agent.turns.texts import DELETED
from bot.messages import cut, plain
from bot.redact import redact
from prompts.blocks import Trust, as_data_block
from storage import live_turns
from storage.live_turns import Asked
from storage.turns import ALONE, Turn

SOURCE = "asked in another thread of this place"
DAYS = 14
SHOWN = 3
SHARED = 2  # words that have to be the same
ENOUGH = 0.34  # of the words of the shorter one of both
LONGEST = 300  # characters of one that are told


async def asked_elsewhere(desk: Desk, turn: Turn, request: str, voices: Voices) -> tuple[str, ...]:
    """Best first, each with its name, who asked and what came of it.

    Whoever reads this answer could read them where they were asked: they are of the same channel.

    Args:
        request: the words of the turn as they are read out.
    """
    lately = await live_turns.asked_in(desk.tx, turn.channel_id, since=desk.now - timedelta(days=DAYS), before=turn.id)
    others = {one.id: one for one in lately if _is_open(one) and one.thread_ts != turn.thread_ts}
    said = {one.id: plain(one.text, voices.names) for one in others.values()}
    return tuple(_block(others[number], said[number], voices, turn.fence) for number in alike(request, said.items()))


def _is_open(asked: Asked) -> bool:
    """Whether everybody in the channel could read it, and its asker has not deleted it."""
    return asked.surface != ALONE and not asked.place.get(DELETED)


def alike(request: str, others: Iterable[tuple[int, str]]) -> list[int]:
    """Which of them share the subject of a request by their words: best first, of two as good the newer one."""
    mine = significant(request)
    scored = []
    for number, text in others:
        theirs = significant(text)
        both, least = len(mine & theirs), min(len(mine), len(theirs))
        if both >= SHARED and both >= ENOUGH * least:
            scored.append((-both / least, -number))
    return [-number for _, number in sorted(scored)[:SHOWN]]


def _block(asked: Asked, said: str, voices: Voices, fence: str) -> str:
    source = f"{SOURCE}, T-{asked.number}, {asked.created_at:%Y-%m-%d %H:%M} UTC, {asked.outcome or asked.state}"
    author = f"@{voices.names.get(asked.slack_id, asked.slack_id)}"
    trust: Trust = "outside" if asked.slack_id in voices.outsiders else "member"
    return as_data_block(redact(cut(said, LONGEST)), source=source, author=author, trust=trust, fence=fence)
