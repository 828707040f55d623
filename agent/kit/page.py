"""All tools as people and programs read of them: what each is for, whose records it touches, who may use it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.specialists.specialist import Specialist


def described(specialists: "Iterable[Specialist]") -> list[dict[str, Any]]:
    """Each tool once, in the order in which the specialists name them."""
    known: dict[str, dict[str, Any]] = {}
    for specialist in specialists:
        for tool in specialist.tools:
            facts = {
                "name": tool.name,
                "risk": tool.risk,
                "reach": tool.reach,
                "permission": tool.permission,
                "undo": tool.undo,
                "timeout": tool.timeout,
                "description": tool.description,
                "schema": tool.schema,
                "specialists": [],
            }
            known.setdefault(tool.name, facts)["specialists"].append(specialist.name)
    return list(known.values())
