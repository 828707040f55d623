"""What was approved is held against what is there right before it is done: if that has changed, it is asked anew."""

from collections.abc import Sequence

from agent.desk import Desk
from agent.home import follow
from agent.kit.deed import Deed
from agent.kit.tool import Tool
from agent.proposals import asking
from agent.proposals.fields import changes
from agent.proposals.of_turns import Instead, propose_for
from bot.messages import escape
from prompts.words import phrase
from storage.proposals import APPROVED, STALE, Proposal
from storage.turns import Turn


async def ask_anew(
    desk: Desk, turn: Turn, old: Proposal, *, tool: Tool, asks: str, would: Deed, moved: Sequence[str]
) -> None:
    """Nothing is done; what it would do now is asked in its place.

    Args:
        asks: what it would do now, to follow "asks to".
        moved: the shown fields that are others by now.
    """
    news = "; ".join(await changes(desk, old.before, {name: would.before.get(name) for name in moved}))
    gone = phrase("{proposal} was approved, but this has changed since: {news}.", proposal=old.name, news=news)
    _mark(desk, old, moved)
    new = await propose_for(
        desk,
        turn,
        tool=tool,
        arguments=old.arguments,
        asks=asks,
        would=would,
        ungrounded=old.ungrounded,
        instead=Instead(old=old, why=gone),
    )
    how = phrase("not done, since this has changed: {news}; {proposal} asks again", news=news, proposal=new.name)
    await asking.rewrite(desk, old, how)


async def give_up(desk: Desk, old: Proposal, *, why: str) -> None:
    """Nothing is left to be done: it is as it was wanted already."""
    _mark(desk, old, [])
    await asking.rewrite(desk, old, phrase("not done: {why}", why=escape(why)))
    await follow.touched(desk)


def _mark(desk: Desk, old: Proposal, moved: Sequence[str]) -> None:
    old.state = STALE
    desk.audit("stale", "proposal", old.id, before={"state": APPROVED}, after={"state": STALE, "changed": list(moved)})
