"""Whether a write of the agent's is done at once or waits for somebody's approval (docs/agent.md has the table)."""

from collections.abc import Sequence
from typing import Literal

from agent.channels.settings import strictest
from agent.kit.tool import Tool
from bot.settings.kinds import Approvals

Verdict = Literal["direct", "proposal"]
MANY = 3  # objects that one turn may change without being asked


def decide(tool: Tool, *, ungrounded: Sequence[str], objects: int, approvals: Approvals) -> Verdict:
    """What becomes of a write that its asker may do.

    Args:
        ungrounded: the arguments that the asker has not said.
        objects: how many the turn would have changed with it.
        approvals: what the workspace and the channel want; the tool itself may only be stricter.
    """
    level = strictest(approvals, tool.approvals)
    if objects > MANY or level == "strict":
        return "proposal"
    if not ungrounded and level == "open":
        return "direct"
    if ungrounded or tool.reach == "github":
        return "proposal"
    return "direct"
