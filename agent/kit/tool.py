"""A tool: one function whose signature and docstring are all that a model is told of it."""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, get_args, get_origin

from agent.kit.kinds import Kind, Sort
from bot.access import RULES
from bot.llm import port
from bot.settings.kinds import Approvals

if TYPE_CHECKING:
    from agent.kit.effect import At, Effect
    from agent.kit.world import Scope

Risk = Literal["read", "write", "destructive"]
Reach = Literal["own", "slack", "github"]
READ_SECONDS, WRITE_SECONDS = 15.0, 30.0
MOST_ITEMS = 10
_ARGUMENT = re.compile(r"^ {8}(\w+): (.+(?:\n {12,}\S.*)*)$", re.MULTILINE)

Reads: TypeAlias = Callable[..., Awaitable[str]]
Writes: TypeAlias = Callable[..., str]
GIVEN = {"scope", "at"}  # what code gives a tool besides the arguments


@dataclass(frozen=True, kw_only=True)
class Tool:
    """What a specialist may be granted.

    Attributes:
        risk: read: it only looks. write: it changes something, and `undo` says how that is taken back.
            destructive: it ends something, so somebody approves it first.
        approvals: the level that holds for it where the workspace and the channel are less strict.
        reach: whose records it changes or reads: our own, Slack's, GitHub's.
        permission: the action (bot/access.py) that whoever asks needs.
        function: a read's takes the scope and the arguments and gives what the model is told; a write's gives the
            command line that does it, so that it is checked, recorded and undone like any command; one that writes on
            GitHub takes where that is (`at`) and gives the effect (agent/kit/effect.py).
        sorts: what each argument is, for the ground that it needs in the asker's words.
    """

    name: str
    description: str
    schema: Mapping[str, Any]
    risk: Risk
    reach: Reach
    permission: str
    undo: str
    timeout: float
    function: Callable[..., Any]
    approvals: Approvals = "open"
    sorts: Mapping[str, Sort] = field(default_factory=dict)

    @property
    def is_read(self) -> bool:
        return self.risk == "read"

    @property
    def is_outside(self) -> bool:
        """Whether it writes where no transaction of ours reaches."""
        return not self.is_read and self.reach == "github"

    @property
    def offered(self) -> port.Tool:
        """As a model is told of it."""
        return port.Tool(name=self.name, description=self.description, schema=self.schema)

    async def read(self, scope: "Scope", arguments: Mapping[str, Any]) -> str:
        """What a read finds."""
        found: str = await self.function(scope, **arguments)
        return found

    async def effect(self, at: "At", arguments: Mapping[str, Any]) -> "Effect":
        """What a write on GitHub would do."""
        found: Effect = await self.function(at, **arguments)
        return found

    def line(self, arguments: Mapping[str, Any]) -> str:
        """The command line of a write."""
        line: str = self.function(**arguments)
        return line


def tool(
    *,
    risk: Risk,
    reach: Reach,
    permission: str,
    undo: str = "",
    timeout: float | None = None,
    approvals: Approvals = "open",
) -> Callable[[Callable[..., Any]], Tool]:
    """Make a tool of a function.

    Args:
        undo: how a write is taken back, or why it cannot be.
        timeout: seconds for one use.
        approvals: the least strict level that it is used under; of what ends something always strict.

    Raises:
        TypeError: at import: the docstring says too little, the permission is none, a write does not say how it is
            undone, or what ends something would not always be approved.
    """

    def made(function: Callable[..., Any]) -> Tool:
        name = function.__name__
        described, arguments = _described(function)
        if permission not in RULES:
            raise TypeError(f"tool {name}: there is no permission {permission!r} in bot/access.py")
        if risk != "read" and not undo:
            raise TypeError(f"tool {name}: a {risk} says how it is undone, or why it cannot be")
        if risk == "destructive" and approvals != "strict":
            raise TypeError(f"tool {name}: what ends something is approved first: approvals is strict")
        if (risk == "read" or reach == "github") != inspect.iscoroutinefunction(function):
            raise TypeError(
                f"tool {name}: what asks GitHub or reads is a coroutine, another write gives a command line"
            )
        parameters = [one for one in inspect.signature(function).parameters.values() if one.name not in GIVEN]
        if missing := {one.name for one in parameters} ^ arguments.keys():
            raise TypeError(f"tool {name}: its docstring and its parameters differ in {sorted(missing)}")
        properties = {one.name: _schema(name, one) | {"description": arguments[one.name]} for one in parameters}
        return Tool(
            name=name,
            description=described,
            schema={
                "type": "object",
                "properties": properties,
                "required": list(properties),
                "additionalProperties": False,
            },
            risk=risk,
            reach=reach,
            permission=permission,
            undo=undo,
            timeout=timeout or (READ_SECONDS if risk == "read" else WRITE_SECONDS),
            function=function,
            approvals=approvals,
            sorts={one.name: _sort(one.annotation) for one in parameters},
        )

    return made


def _described(function: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    doc = inspect.getdoc(function) or ""
    described, _, rest = doc.partition("\n\nArgs:\n")
    if not described.strip():
        raise TypeError(f"tool {function.__name__}: its docstring is what the model is told of it, and it has none")
    indented = "\n".join(f"    {line}" for line in rest.splitlines())
    return " ".join(described.split()), {name: " ".join(said.split()) for name, said in _ARGUMENT.findall(indented)}


def _schema(tool_name: str, parameter: inspect.Parameter) -> dict[str, Any]:
    """An argument's JSON schema.

    Raises:
        TypeError: its type is none that a model can be held to.
    """
    annotation = parameter.annotation
    if get_origin(annotation) is list:
        inner = get_args(annotation)[0]
        items, kind = _schema(tool_name, parameter.replace(annotation=inner)), _kind(inner)
        return {"type": "array", "items": items, "minItems": kind.least if kind else 1, "maxItems": MOST_ITEMS}
    if get_origin(annotation) is Literal:
        return {"type": "string", "enum": list(get_args(annotation))}
    if kind := _kind(annotation):
        return {"type": "string", "minLength": 1, "maxLength": kind.longest, "pattern": kind.pattern}
    if annotation in {bool, int}:
        return {"type": "boolean"} if annotation is bool else {"type": "integer", "minimum": 0}
    raise TypeError(f"tool {tool_name}: {parameter.name} is {annotation}, which no argument can be")


def _kind(annotation: object) -> Kind | None:
    if get_origin(annotation) is not Annotated:
        return None
    return next((one for one in get_args(annotation)[1:] if isinstance(one, Kind)), None)


def _sort(annotation: Any) -> Sort:
    inner = get_args(annotation)[0] if get_origin(annotation) is list else annotation
    if kind := _kind(inner):
        return kind.sort
    return "number" if inner is int else "choice"
