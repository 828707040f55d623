"""Who gets which tools for one step of a turn; made by the turn alone, and checked again before each use.

They are the specialist's, cut by the origin of the words, the channel, a pause and what the person's roles allow at
best; with those of a dry run nothing can be changed.
"""

from collections.abc import Collection
from dataclasses import dataclass

from agent.channels.settings import EVERY, READS, tools_in
from agent.desk import Desk
from agent.kit.tool import Tool
from bot.access import Target, check, could
from bot.errors import UserError
from bot.events import Actor
from prompts.words import say
from storage import pauses

WITHOUT_TOOLS = {"github", "system"}  # origins whose words nobody of this workspace has said


@dataclass(frozen=True, kw_only=True)
class Grant:
    """The tools of one step. Only `mint` makes it, and only a turn calls that (a test sees to it).

    `is_dry`: what they would do is found out and told, and nothing of it is done.
    """

    turn_id: int
    step: int
    origin: str
    actor_id: int
    tools: frozenset[str]
    is_dry: bool = False

    def has(self, tool: Tool) -> bool:
        return tool.name in self.tools


def mint(
    *,
    turn_id: int,
    step: int,
    origin: str,
    actor: Actor,
    tools: Collection[Tool],
    only: Collection[str] | None = None,
    is_dry: bool = False,
) -> Grant:
    """The tools that this person may have here, out of those that the specialist could use.

    Args:
        only: those that were granted at first; None: all.
    """
    may = [one for one in tools if only is None or one.name in only] if origin not in WITHOUT_TOOLS else []
    names = frozenset(one.name for one in may if is_open_to(actor, one))
    return Grant(turn_id=turn_id, step=step, origin=origin, actor_id=actor.person_id, tools=names, is_dry=is_dry)


def is_open_to(actor: Actor, tool: Tool) -> bool:
    """Whether there could be anything that this person may do with it; what exactly is asked for each use."""
    return actor.is_active and not actor.is_outsider and could(actor, tool.permission)


def check_open_to(actor: Actor, tool: Tool) -> None:
    """Let pass whom there could be anything to do with it.

    Raises:
        Refused: with who could.
    """
    if not is_open_to(actor, tool):
        check(actor, tool.permission, Target(), doing=say("have me use `{tool}`", tool=tool.name))


def allows(level: str, tool: Tool) -> bool:
    """Whether a channel with this level of tools (agent/channels/settings.py) has this one."""
    return tool.is_read or level == EVERY or (level != READS and not tool.is_outside)


def left_of(tools: Collection[Tool], *, actor: Actor, level: str) -> list[Tool]:
    """Those that neither the channel nor the role of who asks has cut, whatever it would be about."""
    return [tool for tool in tools if allows(level, tool) and is_open_to(actor, tool)]


async def check_still(desk: Desk, grant: Grant, tool: Tool) -> None:
    """Let a use pass, of whoever the tools were granted to, with their roles and the channel as they are now.

    Raises:
        UserError: something has changed.
    """
    if desk.asker.person_id != grant.actor_id or not is_open_to(desk.asker, tool):
        raise UserError(say("Your permissions have changed since you asked."))
    if await pauses.current(desk.tx):
        raise UserError(say("An admin has paused the agent since you asked."))
    if desk.place and not allows(await tools_in(desk.tx, desk.place.channel_id), tool):
        raise UserError(say("In this channel I may not do that: see `channel show`."))
