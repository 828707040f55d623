"""Who gets which tools for one step of a turn; made by the turn alone, and checked again before each use."""

from collections.abc import Collection
from dataclasses import dataclass

from agent.channels.settings import EVERY, READS, tools_in
from agent.desk import Desk
from agent.kit.tool import Tool
from bot.access import Target, can
from bot.errors import UserError
from bot.events import Actor
from prompts.words import say

WITHOUT_TOOLS = {"github", "system"}  # origins whose words nobody of this workspace has said


@dataclass(frozen=True, kw_only=True)
class Grant:
    """The tools of one step. Only `mint` makes it, and only a turn calls that (a test sees to it)."""

    turn_id: int
    step: int
    origin: str
    actor_id: int
    tools: frozenset[str]

    def has(self, tool: Tool) -> bool:
        return tool.name in self.tools


def mint(
    *, turn_id: int, step: int, origin: str, actor: Actor, tools: Collection[Tool], only: Collection[str] | None = None
) -> Grant:
    """The tools that this person may have here, out of those that the specialist could use.

    Args:
        only: those that the channel allows; None: all.
    """
    may = [one for one in tools if only is None or one.name in only] if origin not in WITHOUT_TOOLS else []
    names = frozenset(one.name for one in may if is_open_to(actor, one))
    return Grant(turn_id=turn_id, step=step, origin=origin, actor_id=actor.person_id, tools=names)


def is_open_to(actor: Actor, tool: Tool) -> bool:
    """Whether there could be anything that this person may do with it; what exactly is asked for each use."""
    if not actor.is_active or actor.is_outsider:
        return False
    return tool.permission != "administer" or can(actor, "administer", Target())


def allows(level: str, tool: Tool) -> bool:
    """Whether a channel with this level of tools (agent/channels/settings.py) has this one."""
    return tool.is_read or level == EVERY or (level != READS and not tool.is_outside)


async def check_still(desk: Desk, grant: Grant, tool: Tool) -> None:
    """Let a write pass, of whoever the tools were granted to, with their roles and the channel as they are now.

    Raises:
        UserError: something has changed.
    """
    if desk.asker.person_id != grant.actor_id or not is_open_to(desk.asker, tool):
        raise UserError(say("Your permissions have changed since you asked."))
    if desk.place and not allows(await tools_in(desk.tx, desk.place.channel_id), tool):
        raise UserError(say("In this channel I may not do that: see `channel show`."))
