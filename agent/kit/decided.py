"""What the policy makes of one use of a write: which of its arguments nobody said, and how much the turn changed."""

from dataclasses import dataclass

from agent.channels.settings import approvals_in
from agent.desk import Desk
from agent.kit import policy
from agent.kit.arguments import grounds_of
from agent.kit.deed import Deed
from agent.kit.policy import Verdict
from agent.kit.tool import Tool
from agent.kit.use import Use
from agent.turns.grounds import ungrounded
from storage import receipts


@dataclass(frozen=True, kw_only=True)
class Decided:
    """`ungrounded`: the arguments that the asker has not said."""

    verdict: Verdict
    ungrounded: tuple[str, ...]


async def decide(desk: Desk, tool: Tool, use: Use, would: Deed) -> Decided:
    """Whether it is done at once or waits.

    Raises:
        UserError: somebody is named whom nobody knows.
    """
    missing = ungrounded(await grounds_of(desk, tool, use.call.arguments, this=use.words.ticket), use.words)
    changed = {(one.object_kind, one.object_id) for one in await receipts.of_turn(desk.tx, use.turn.id)}
    verdict = policy.decide(
        tool,
        ungrounded=missing,
        objects=len(changed | ({(would.object_kind, would.object_id)} if would.is_done else set())),
        approvals=await approvals_in(desk, use.turn.channel_id),
        to_others=bool(missing) and tool.reach == "slack",
    )
    return Decided(verdict=verdict, ungrounded=missing)
