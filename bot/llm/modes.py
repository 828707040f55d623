"""How a model is asked that can call tools, that can only keep to a schema, or neither; and how its answer is read."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot.llm.checks import first_object, loaded, require, wrong
from bot.llm.port import Answer, Ask, Call, Message, Reply, Stop, Tool, WrongAnswerError, user
from bot.settings.providers import Mode
from prompts import render

AGAIN = "Answer again with exactly one JSON object that names one of the actions, and nothing else."


def _control(name: str, description: str, **texts: str) -> Tool:
    fields = {key: {"type": "string", "description": meaning} for key, meaning in texts.items()}
    return Tool(name=name, description=description, schema=object_of(fields))


def object_of(fields: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    """The schema of an object with these keys, all of them required, and no others."""
    return {"type": "object", "properties": dict(fields), "required": list(fields), "additionalProperties": False}


REPLY = _control("reply", "Answer the person; nothing is left to do.", text="what the person reads")
ASK = _control("ask", "Ask the person what you cannot go on without.", question="one question")
DONE = _control("done", "All is done, and there is nothing to say besides.")
# What an answer may be besides a call; the last two of these end it, the first is a call to whoever runs the loop.
CONTROLS = (ASK, REPLY, DONE)

INSIDE = ("step", "function", "function_call", "tool_call")  # keys under which a call may be wrapped
NAMES = ("action", "name", "tool", "tool_name", "function")
ARGUMENTS = ("arguments", "args", "parameters", "input", "tool_input")


def actions(ask: Ask) -> tuple[Tool, ...]:
    """All that one answer may be in a union: the tools that were granted, and the controls."""
    granted = {tool.name for tool in ask.tools}
    return (*ask.tools, *(control for control in CONTROLS if control.name not in granted))


def union(tools: Sequence[Tool]) -> dict[str, object]:
    """The schema of one action with its arguments."""
    shapes = [
        object_of({"action": {"type": "string", "enum": [tool.name]}, "arguments": tool.schema}) for tool in tools
    ]
    return object_of({"step": {"anyOf": shapes}})


def is_by_action(ask: Ask, mode: Mode) -> bool:
    """Whether each answer is one action in JSON."""
    return bool(ask.tools) and mode != "native"


def shape(ask: Ask, mode: Mode) -> Ask:
    """The question as a model of this mode can take it."""
    if is_by_action(ask, mode):
        tools = actions(ask)
        shown = [{"name": one.name, "description": one.description, "schema": _text(one.schema)} for one in tools]
        schema, is_enforced = union(tools), mode == "json_schema"
        told = render("answer_by_action", tools=shown, schema="" if is_enforced else _text(schema))
        messages = tuple(_joined(_in_words(ask.messages)))
        system = f"{ask.system}\n\n{told}"
        return replace(ask, tools=(), schema=schema if is_enforced else None, messages=messages, system=system)
    if mode == "none" and ask.schema is not None:
        told = render("answer_in_words", schema=_text(ask.schema))
        return replace(ask, schema=None, system=f"{ask.system}\n\n{told}")
    return ask


def read(ask: Ask, mode: Mode, reply: Reply) -> Answer:
    """What a reply is an answer of; what it took and whose it is are filled in later.

    Raises:
        WrongAnswerError: it is none; the text tells the model why.
    """
    if is_by_action(ask, mode):
        return _action(ask, mode, reply.text)
    if ask.tools:
        calls = tuple(_checked(ask, call, number) for number, call in enumerate(reply.calls, _said_calls(ask) + 1))
        return Answer(text=reply.text, calls=calls, stop="tools" if calls else _prose_stop(reply))
    if ask.is_structured:
        return Answer(text=reply.text, parsed=_structured(ask, mode, reply.text))
    if not reply.text.strip():
        raise WrongAnswerError("That answer was empty. Answer in words.")
    return Answer(text=reply.text, stop=_prose_stop(reply))


def refused(ask: Ask, mode: Mode, reply: Reply) -> Answer:
    """What a model said before it would not go on; of an action, which it broke off, that is nothing to be read."""
    is_words = not is_by_action(ask, mode) or "{" not in reply.text
    return Answer(text=reply.text if is_words else "", stop="refusal")


def _structured(ask: Ask, mode: Mode, text: str) -> object:
    if mode == "none" and (found := first_object(text)) is not None:
        text = _text(found)
    if ask.read:
        return ask.read(text)
    value = loaded(text)
    require(value, ask.schema or {})
    return value


def _action(ask: Ask, mode: Mode, text: str) -> Answer:
    value = first_object(text) if mode == "none" else loaded(text)
    if value is None and "{" not in text and text.strip():
        return Answer(text=text)  # who cannot write JSON may still have answered
    known = {tool.name: tool for tool in actions(ask)}
    name, arguments = named(value) if isinstance(value, dict) else (None, None)
    if name not in known:
        raise WrongAnswerError(f"That answer was refused.\n- action: must be one of {', '.join(known)}\n{AGAIN}")
    arguments = {} if arguments is None else arguments
    require(arguments, known[name].schema, what="arguments", again=AGAIN)
    assert isinstance(arguments, dict)  # as every schema of a tool says
    if known[name] in (REPLY, DONE):
        return Answer(text=str(arguments.get("text", "")))
    return Answer(calls=(Call(id=f"c{_said_calls(ask) + 1}", name=name, arguments=arguments),), stop="tools")


def named(value: Mapping[str, object]) -> tuple[str | None, object]:
    """The name and the arguments of a call, under whichever of the usual keys; None where there is none."""
    for key in INSIDE:
        if isinstance(inner := value.get(key), dict):
            return named({**value, **inner, key: None})
    if isinstance(calls := value.get("tool_calls"), list) and calls and isinstance(calls[0], dict):
        return named(calls[0])
    name = next((found for key in NAMES if isinstance(found := value.get(key), str)), None)
    arguments = next((value[key] for key in ARGUMENTS if value.get(key) is not None), None)
    if isinstance(arguments, str):
        arguments = first_object(arguments) or arguments
    return name, arguments


def _checked(ask: Ask, call: Call, number: int) -> Call:
    """A call under an id of ours, with what is wrong with it: the one who runs it tells the model."""
    tool = next((tool for tool in ask.tools if tool.name == call.name), None)
    if tool is None:
        problem = f"there is no tool {call.name}; there are {', '.join(tool.name for tool in ask.tools)}"
    else:
        problem = call.problem or "; ".join(wrong(call.arguments, tool.schema, what="arguments")[:5])
    return replace(call, id=f"c{number}", problem=problem)


def _said_calls(ask: Ask) -> int:
    return sum(len(message.calls) for message in ask.messages)


def _prose_stop(reply: Reply) -> Stop:
    return "cut" if reply.stop == "cut" else "end"


def _in_words(messages: Sequence[Message]) -> Iterator[Message]:
    """A log with calls as one without: each call as the JSON that it would be, its result as what is said to that."""
    results = {result.call_id: result for message in messages for result in message.results}
    for message in messages:
        for call in message.calls:
            step = {"step": {"action": call.name, "arguments": dict(call.arguments)}}
            yield Message(role="assistant", text=_text(step))
            if result := results.get(call.id):
                yield user(f"{'Error' if result.is_error else 'Result'} of {call.name}:\n{result.text}")
        if not message.text or message.calls:
            continue
        if message.role == "assistant":
            yield replace(message, text=_text({"step": {"action": "reply", "arguments": {"text": message.text}}}))
        else:
            yield user(message.text)


def _joined(messages: Iterator[Message]) -> Iterator[Message]:
    """Messages by turns: the templates of many small models take no two of one role."""
    last: Message | None = None
    for message in messages:
        if last and last.role == message.role:
            last = replace(last, text=f"{last.text}\n\n{message.text}")
            continue
        if last:
            yield last
        last = message
    if last:
        yield last


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
