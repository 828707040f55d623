"""What a specialist is: a prompt, the tools that it may be granted, and a line that tells the router of it."""

from collections.abc import Collection
from dataclasses import dataclass

from agent.kit.tool import Tool

PERSON = frozenset({"person"})


@dataclass(frozen=True, kw_only=True)
class Specialist:
    """`calls`: answers of a model that one step of it may take; `origins`: whose words may lead to it."""

    name: str
    purpose: str
    tools: tuple[Tool, ...] = ()
    calls: int = 5
    origins: Collection[str] = PERSON

    @property
    def prompt(self) -> str:
        """The name of its template."""
        return f"specialist_{self.name}"

    @property
    def has_writes(self) -> bool:
        return any(not tool.is_read for tool in self.tools)
