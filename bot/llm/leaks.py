"""A model that can call tools may write a call as text all the same: it is neither shown nor run, but asked for anew.

What only tells of a call is an answer like any. A call ends the text; among other words it is a correct one, or stands
behind the mark by which models begin one.
"""

import ast
import json
import re
from typing import NamedTuple

from bot.llm.checks import wrong
from bot.llm.modes import named
from bot.llm.port import Ask, Reply

MARKED = re.compile(
    r"(?:<\|?(?:tool_calls?|function_calls?|tool_use|python_tag|invoke)\b[^>\n]*>|<function=|\[TOOL_CALLS?\]|<｜tool)"
    r"[^{}]{0,80}\{",
    re.IGNORECASE,
)
CLOSING = re.compile(r"[\s`\])]*(?:</?[^<>\s]{1,40}>[\s`]*)*")  # what may stand behind a call that ends a text
OPENING = re.compile(r"[\s\[]*(?:```\w*)?[\s\[]*")  # and before one that is all of it
NAMED_BEFORE = re.compile(r"(?<![\w.])(\w+)[>(]\s*\Z")  # <function=NAME>{…}, NAME({…})
IN_PYTHON = re.compile(r"(?<![\w.])(\w+)\(([^()]{0,2000})\)[\s`]*\Z")
MOST_BRACES = 50  # the last ones, at which an object is looked for


class Written(NamedTuple):
    """A call as the end of a text: where it begins, and what it would be one of."""

    begins: int
    name: str | None
    arguments: object


def leaked(ask: Ask, reply: Reply) -> str | None:
    """The tool of the call that a reply ends with, empty where it names none that there is; None: it is prose.

    What a model refuses to do is no call.
    """
    if not ask.tools or reply.calls or reply.stop == "refusal":
        return None
    text, tools = reply.text.strip(), {tool.name: tool for tool in ask.tools}
    call = _object_at_end(text) or _python_at_end(text)
    is_marked = MARKED.search(text) is not None and (call is not None or text.endswith((">", "]", "}", "`")))
    if call is None or call.name is None:
        return "" if is_marked else None
    if is_marked or OPENING.fullmatch(text, 0, call.begins):
        has_arguments = call.arguments is not None
        return call.name if call.name in tools else "" if is_marked or has_arguments else None
    is_correct = call.name in tools and not wrong(call.arguments or {}, tools[call.name].schema)
    return call.name if is_correct else None


def _object_at_end(text: str) -> Written | None:
    """A JSON object with nothing behind it, with the name before it where it is only the arguments."""
    decoder, behind = json.JSONDecoder(), 0
    for start in [match.start() for match in re.finditer(r"\{", text)][-MOST_BRACES:]:
        if start < behind:  # a part of what was read already
            continue
        try:
            value, behind = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if CLOSING.fullmatch(text, behind):
            name, arguments = named(value)
            before = NAMED_BEFORE.search(text, 0, start)
            return (
                Written(before.start(), before[1], value)
                if before and name is None
                else Written(start, name, arguments)
            )
    return None


def _python_at_end(text: str) -> Written | None:
    """A call as a line of Python, by keywords alone."""
    found = IN_PYTHON.search(text)
    try:
        call = ast.parse(found[0].strip("` \n"), mode="eval").body if found else None
        given = {one.arg: ast.literal_eval(one.value) for one in call.keywords} if isinstance(call, ast.Call) else {}
    except (SyntaxError, ValueError):
        return None
    return Written(found.start(), found[1], given) if found and given and None not in given else None
