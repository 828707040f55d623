"""A tool that says too little, asks for a right that is none, or could write without a key fails at import."""

from typing import Any

import pytest

from agent.kit.kinds import Line
from agent.kit.tool import Tool, tool
from agent.kit.world import Scope
from agent.specialists import TOOLS


async def reads(scope: Scope, words: Line) -> str:
    """What there is.

    Args:
        words: to look for; any
            for all.
    """
    return words


def writes(words: Line) -> str:
    """Keep it.

    Args:
        words: to keep.
    """
    return f"comment this {words}"


async def silent(scope: Scope) -> str:
    return ""


async def unsaid(scope: Scope, words: Line, branch: Line) -> str:
    """What there is.

    Args:
        words: to look for.
    """
    return words + branch


async def unknown(scope: Scope, words: Line) -> str:
    """What there is.

    Args:
        words: to look for.
        branch: which nobody gives it.
    """
    return words


async def shapeless(scope: Scope, words: dict[str, str]) -> str:
    """What there is.

    Args:
        words: to look for.
    """
    return str(words)


def test_what_is_said_of_it_is_what_a_model_is_held_to() -> None:
    found = tool(risk="read", reach="own", permission="see")(reads)
    assert (found.name, found.description, found.is_read) == ("reads", "What there is.", True)
    assert found.schema["required"] == ["words"]
    assert found.schema["additionalProperties"] is False
    assert found.schema["properties"]["words"]["description"] == "to look for; any for all."
    assert found.schema["properties"]["words"]["maxLength"] == 300
    assert tool(risk="write", reach="own", permission="comment", undo="none")(writes).line({"words": "x"})


@pytest.mark.parametrize(
    ("function", "given", "problem"),
    [
        (silent, {}, "its docstring is what the model is told of it, and it has none"),
        (unsaid, {}, r"its docstring and its parameters differ in \['branch'\]"),
        (unknown, {}, r"its docstring and its parameters differ in \['branch'\]"),
        (shapeless, {}, "words is dict.* which no argument can be"),
        (reads, {"permission": "fly"}, "there is no permission 'fly'"),
        (reads, {"permission": ""}, "there is no permission ''"),
        (writes, {"risk": "write"}, "a write says how it is undone"),
        (writes, {"risk": "destructive"}, "a destructive says how it is undone"),
        (writes, {"risk": "destructive", "undo": "none"}, "what ends something is approved first"),
        # What is done under a key is a command line, or an effect on GitHub; neither is any other coroutine.
        (reads, {"risk": "write", "undo": "none"}, "another write gives a command line"),
        (writes, {"risk": "write", "undo": "none", "reach": "github"}, "what asks GitHub .* is a coroutine"),
        (writes, {}, "what .* reads is a coroutine"),
    ],
)
def test_it_fails_at_import(function: Any, given: dict[str, Any], problem: str) -> None:
    with pytest.raises(TypeError, match=problem):
        tool(**({"risk": "read", "reach": "own", "permission": "see"} | given))(function)


@pytest.mark.parametrize("one", TOOLS.values(), ids=lambda one: one.name)
def test_every_tool_is_strict(one: Tool) -> None:
    properties = one.schema["properties"]
    assert one.schema["required"] == list(properties)
    assert one.schema["additionalProperties"] is False
    assert all(about["description"] for about in properties.values())
    assert one.is_read or one.undo
