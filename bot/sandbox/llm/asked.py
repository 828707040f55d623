"""A request as rules and characters see it, by whichever of the two APIs it came."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass as validated

from bot.sandbox.llm import tokens
from bot.sandbox.llm.schemas import TALK, Schema, actions, objects_in, written_in

Request = dict[str, Any]  # the body of a POST
ApiName = Literal["messages", "chat"]
PURPOSE = re.compile(r"^\W*purpose\W*:\s*(.+)$", re.IGNORECASE | re.MULTILINE)


@validated(frozen=True, config=ConfigDict(extra="forbid"))
class Call:
    """One use of a tool."""

    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Tool:
    """A tool that the request offers."""

    name: str
    schema: Schema


@dataclass(frozen=True, kw_only=True)
class Said:
    """One message of the conversation; `results` are what tools answered."""

    role: Literal["user", "assistant"]
    text: str = ""
    calls: tuple[Call, ...] = ()
    results: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked, and all that was said before; `schema` is the one the server is told to enforce."""

    api: ApiName
    body: Request
    model: str
    system: str
    said: tuple[Said, ...]
    tools: tuple[Tool, ...] = ()
    schema: Schema | None = None
    max_tokens: int = 4096
    is_stream: bool = False
    wants_usage: bool = True

    @property
    def purpose(self) -> str:
        """What the system prompt says it is for: its line `Purpose: …`, else its first one."""
        if named := PURPOSE.search(self.system):
            return named[1].strip()
        return next((line.strip() for line in self.system.splitlines() if line.strip()), "")

    @cached_property
    def user_texts(self) -> list[str]:
        """What the user's side said in words, the oldest first."""
        return [one.text for one in self.said if one.role == "user" and one.text.strip()]

    @property
    def opening(self) -> str:
        """The first of them."""
        return self.user_texts[0] if self.user_texts else ""

    @property
    def text(self) -> str:
        """The last of them."""
        return self.user_texts[-1] if self.user_texts else ""

    @property
    def turn(self) -> int:
        """How often the model has spoken."""
        return sum(one.role == "assistant" for one in self.said)

    @property
    def result(self) -> str | None:
        """What tools said last; where tools are offered in words only, what the user's side said last."""
        native = [text for one in self.said for text in one.results]
        if native:
            return native[-1]
        return self.text if self.turn and not self.tools and self.offered else None

    @property
    def called(self) -> tuple[str, ...]:
        """The tools that the model called when it last spoke, also in words."""
        last = next((one for one in reversed(self.said) if one.role == "assistant"), None)
        if last is None:
            return ()
        inner = [value for said in objects_in(last.text) for value in (said, *said.values())]
        spoken = [word for value in inner if isinstance(value, dict) for word in value.values()]
        return (*(call.name for call in last.calls), *(word for word in spoken if word in self.offered))

    @cached_property
    def form(self) -> Schema | None:
        """What the answer should look like: enforced, else as it is described in words."""
        return self.schema or (None if self.tools else written_in(self.system) or written_in(self.opening))

    @cached_property
    def offered(self) -> tuple[str, ...]:
        """The names of the tools, or of the actions that the answer may be."""
        return tuple(tool.name for tool in self.tools) or tuple(one.name for one in actions(self.form))

    @property
    def usable(self) -> tuple[str, ...]:
        """The tools among them: an action that only says or asks something is none."""
        return self.offered if self.tools else tuple(name for name in self.offered if name not in TALK)

    @cached_property
    def data(self) -> str:
        """Everything that the model reads and that is not the system's words."""
        parts = [(one.text, *one.results) for one in self.said if one.role == "user"]
        return "\n".join(part for texts in parts for part in texts if part)

    @cached_property
    def everything(self) -> str:
        """All words, the system's first, then what was said as it was sent."""
        messages = [one for one in self.body["messages"] if one.get("role") not in ("system", "developer")]
        return "\n".join([self.system, *(str(message.get("content")) for message in messages)])

    @cached_property
    def tokens(self) -> int:
        """How many tokens the model reads: words, calls and results, tools and schema."""
        said = [
            (one.text, *one.results, *(f"{call.name}{_dumped(call.arguments)}" for call in one.calls))
            for one in self.said
        ]
        told = [f"{tool.name}{_dumped(tool.schema)}" for tool in self.tools]
        shape = [_dumped(self.schema)] if self.schema else []
        return tokens.count("\n".join([self.system, *(part for texts in said for part in texts), *told, *shape]))


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
