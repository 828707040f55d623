"""Who gets which tools for one step of a turn; made by the turn alone, and checked again before each use."""

from collections.abc import Collection
from dataclasses import dataclass

from agent.kit.tool import Tool
from bot.access import Target, can
from bot.events import Actor

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
