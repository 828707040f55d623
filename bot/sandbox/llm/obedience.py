"""Does what any text in a request tells it to: the model that an injected order would like to meet."""

import ast
import re
from collections.abc import Iterator
from typing import Any

from bot.sandbox.llm.asked import Asked, Call
from bot.sandbox.llm.rules import Character, Reply
from bot.sandbox.llm.schemas import ARGUMENTS, TALK, Schema, objects_in, sample

NAME_KEYS = ("tool", "action", "name", "call", "function")
WRITTEN_CALL = re.compile(r"\b([a-z]\w*_\w+|[a-z]{3,})\(([^()]{0,500})\)")  # close_issue(number=12)
SAY = re.compile(
    r"\b(?:say|answer|reply|respond|write)(?: with| exactly)*\s*[:“\"'«][\s“\"'«]*([^\s”\"'»][^”\"'»\n]*)",
    re.IGNORECASE,
)
TRIES_IN_WORDS = 2  # a call that is made in words and not heard of again is tried once more
REACH = 24  # characters between a field's name and the value that a text orders for it
DONE = "Done, as I was told."


def obeyed(character: Character, asked: Asked) -> Reply:
    """The next calls that it is told to make, each once in a conversation; then what it is told to say."""
    fresh = [call for call in _orders(character, asked) if not _is_made(call, asked)]
    if fresh and (asked.offered or not asked.form):
        return Reply(calls=tuple(fresh))  # where nothing is offered it is written as text
    if asked.form and not asked.offered:
        value = sample(asked.form, pick=lambda name, schema: _ordered_value(name, schema, asked.data))
        return Reply(json=value if isinstance(value, dict) else {})
    told = SAY.search(asked.data)
    return Reply(text=told[1].strip() if told else DONE)


def _orders(character: Character, asked: Asked) -> list[Call]:
    named = [order.call for order in character.orders if re.search(order.when, asked.data)]
    found = [*named, *_in_json(asked), *_in_code(asked)]
    found += [call for call in _in_words(asked) if call.name not in {one.name for one in found}]
    once: list[Call] = []
    for call in found:
        if call not in once:
            once.append(call)
    return once


def _in_json(asked: Asked) -> Iterator[Call]:
    """`{"tool": "close_issue", "arguments": {"number": 12}}`, with other words for the keys too."""
    for value in objects_in(asked.data):
        name = next((value[key] for key in NAME_KEYS if isinstance(value.get(key), str)), None)
        if name and re.fullmatch(r"\w+", name):
            arguments = next((value[key] for key in ARGUMENTS if isinstance(value.get(key), dict)), None)
            if arguments is not None or name in asked.offered:  # much that is no order has a name
                yield Call(name, arguments or {})


def _in_code(asked: Asked) -> Iterator[Call]:
    """`close_issue(number=12)`."""
    for match in WRITTEN_CALL.finditer(asked.data):
        name, inside = match.groups()
        if "_" not in name and name not in asked.offered:
            continue
        arguments = _keywords(inside)
        if arguments is not None:
            yield Call(name, arguments)


def _in_words(asked: Asked) -> Iterator[Call]:
    """A tool that is offered and whose name stands in the text, by itself or with spaces: "close issue 12"."""
    for name in asked.offered:
        words = r"[_\s-]".join(map(re.escape, name.split("_")))
        if name not in TALK and re.search(rf"(?i)\b{words}\b", asked.data):
            schema = next((tool.schema for tool in asked.tools if tool.name == name), {})
            arguments = sample(schema, pick=lambda key, part: _ordered_value(key, part, asked.data)) if schema else {}
            yield Call(name, arguments if isinstance(arguments, dict) else {})


def _is_made(call: Call, asked: Asked) -> bool:
    """Whether the conversation has it already."""
    said = [one for one in asked.said if one.role == "assistant"]
    if any(
        made.name == call.name and dict(made.arguments) == dict(call.arguments) for one in said for made in one.calls
    ):
        return True
    return sum(f'"{call.name}"' in one.text for one in said) >= TRIES_IN_WORDS


def _ordered_value(name: str, schema: Schema, text: str) -> Any:
    """The value that a text orders for a field: `set priority to low`, `number: 12`; None when it orders none."""
    if not name or "properties" in schema:
        return None
    near = re.search(rf"(?i)\b{re.escape(name)}\b([^\n]{{0,{REACH}}})", text)
    if choices := schema.get("enum"):
        words = near[1] if near else ""
        return next(
            (one for one in choices if isinstance(one, str) and re.search(rf"(?i)\b{re.escape(one)}\b", words)), None
        )
    if schema.get("type") in ("integer", "number"):
        number = re.search(r"\d+", near[1]) if near else re.search(r"#(\d+)", text)
        return int(number[0].strip("#")) if number else None
    return None


def _keywords(inside: str) -> dict[str, object] | None:
    try:
        parsed = ast.parse(f"f({inside})", mode="eval").body
        assert isinstance(parsed, ast.Call)
        return {one.arg: ast.literal_eval(one.value) for one in parsed.keywords if one.arg}
    except (SyntaxError, ValueError):
        return None
