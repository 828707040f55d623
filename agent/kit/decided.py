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

GITHUB = "github"  # the kind of an object there: `acme/shop#12`, or `acme/shop` for an issue that is to be opened


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
    repository = would.object_id.partition("#")[0] if tool.is_outside else ""
    wanted = await grounds_of(desk, tool, use.call.arguments, this=use.words.ticket, repository=repository)
    missing = ungrounded(wanted, use.words)
    done = await receipts.of_turn(desk.tx, use.turn.id)
    changed = {_object(one.object_kind, one.object_id, key=one.key) for one in done}
    if would.is_done:
        changed.add(_object(would.object_kind, would.object_id, key=use.effect_key))
    is_passed_on = use.step > len(use.turn.route.get("steps", ()))  # no router chose who works on it
    verdict = policy.decide(
        tool,
        ungrounded=missing,
        objects=len(changed),
        approvals="strict" if is_passed_on else await approvals_in(desk, use.turn.channel_id),
    )
    return Decided(verdict=verdict, ungrounded=missing)


def _object(kind: str, object_id: str, *, key: str) -> tuple[str, str, str]:
    """What a write is about; what has no number on GitHub before it is there is another one each time.

    Args:
        key: of the write.
    """
    return kind, object_id, "" if kind != GITHUB or "#" in object_id else key
