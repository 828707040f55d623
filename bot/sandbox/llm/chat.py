"""The shapes of OpenAI's chat completions, as llama.cpp, Ollama, vLLM and others serve them."""

import json
from collections.abc import Iterator
from typing import Any

from bot.sandbox.llm.asked import Asked, Call, Request, Said, Tool
from bot.sandbox.llm.faults import Draft
from bot.sandbox.llm.problems import misnamed, missing, unanswered
from bot.sandbox.llm.wire import Api, Part, event, numbered, pieces

STOPS = {"end_turn": "stop", "tool_use": "tool_calls", "max_tokens": "length", "refusal": "content_filter"}
ERRORS = {401: "authentication_error", 429: "rate_limit_exceeded", 500: "server_error"}
CREATED = 1_767_225_600  # the same for every answer


def problem(body: Request) -> str | None:
    """Why a server would refuse it."""
    if name := missing(body, "model", "messages"):
        return f"Missing required parameter: '{name}'."
    if not all(one.get("content") or one.get("tool_calls") or one["role"] == "tool" for one in body["messages"]):
        return "Invalid value for 'content': expected a non-empty string."
    if name := misnamed((tool.get("function") or {}).get("name") for tool in body.get("tools") or ()):
        return f"Invalid 'tools': {name}"
    turns: list[tuple[list[str], list[str]]] = []
    for sent in body["messages"]:
        if sent["role"] != "tool":
            turns.append(([call["id"] for call in sent.get("tool_calls") or ()], []))
        elif turns and turns[-1][0]:
            turns.append(([], [sent["tool_call_id"]]))
        elif turns:
            turns[-1][1].append(sent["tool_call_id"])
    return unanswered(turns, asks="`tool_calls`", answers="`tool` messages")


def read(body: Request) -> Asked:
    """What it asks."""
    shape = body.get("response_format") or {}
    systems = [_text(one["content"]) for one in body["messages"] if one["role"] in ("system", "developer")]
    functions = [tool["function"] for tool in body.get("tools") or ()]
    return Asked(
        api="chat",
        body=body,
        model=body["model"],
        system="\n".join(systems),
        said=tuple(_said(one) for one in body["messages"] if one["role"] not in ("system", "developer")),
        tools=tuple(Tool(function["name"], function.get("parameters") or {}) for function in functions),
        schema=(shape.get("json_schema") or {}).get("schema"),
        max_tokens=body.get("max_completion_tokens") or body.get("max_tokens") or 4096,
        is_stream=bool(body.get("stream")),
        wants_usage=bool((body.get("stream_options") or {}).get("include_usage")),
    )


def message(draft: Draft, asked: Asked, number: int) -> dict[str, Any]:
    """The answer in one piece."""
    said: dict[str, Any] = {"role": "assistant", "content": draft.text or None}
    if draft.stop == "refusal":
        said["refusal"] = draft.text
    if draft.calls:
        said["tool_calls"] = [
            {"id": f"call_{name}", "type": "function", "function": {"name": call.name, "arguments": words}}
            for call, name, words in _calls(draft, number)
        ]
    choice = {"index": 0, "message": said, "finish_reason": _stop(draft)}
    return _head("chat.completion", asked, number) | {"choices": [choice]} | _usage(draft)


def events(draft: Draft, asked: Asked, number: int) -> Iterator[Part]:
    """The answer as a stream; without a stop reason it ends after its last piece, without [DONE]."""
    head = _head("chat.completion.chunk", asked, number)

    def chunk(delta: dict[str, Any], *, stop: str | None = None, is_piece: bool = False) -> Part:
        return event(head | {"choices": [{"index": 0, "delta": delta, "finish_reason": stop}]}, is_piece=is_piece)

    yield chunk({"role": "assistant", "content": ""})
    for piece in pieces(draft.text):
        yield chunk({"content": piece}, is_piece=True)
    for index, (call, name, words) in enumerate(_calls(draft, number)):
        first: dict[str, Any] = {"id": f"call_{name}", "type": "function"}
        first["function"] = {"name": call.name, "arguments": ""}
        parts: list[dict[str, Any]] = [{"function": {"arguments": piece}} for piece in pieces(words)]
        for part in (first, *parts):
            yield chunk({"tool_calls": [{"index": index, **part}]}, is_piece=True)
    if draft.stop is None:
        return
    yield chunk({}, stop=_stop(draft))
    if asked.wants_usage:
        yield event(head | {"choices": []} | _usage(draft))
    yield event("[DONE]")


def error(status: int, text: str) -> dict[str, Any]:
    """A refusal."""
    kind = ERRORS.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"error": {"message": text, "type": kind, "param": None, "code": None}}


CHAT = Api(path="/v1/chat/completions", problem=problem, read=read, message=message, events=events, error=error)


def _said(sent: dict[str, Any]) -> Said:
    if sent["role"] == "tool":
        return Said(role="user", results=(_text(sent["content"]),))
    functions = [call["function"] for call in sent.get("tool_calls") or ()]
    calls = tuple(Call(one["name"], _arguments(one.get("arguments", ""))) for one in functions)
    return Said(role=sent["role"], text=_text(sent.get("content") or ""), calls=calls)


def _arguments(words: str) -> dict[str, object]:
    try:
        value = json.loads(words)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _text(content: str | list[dict[str, Any]]) -> str:
    return content if isinstance(content, str) else "\n".join(part.get("text", "") for part in content)


def _calls(draft: Draft, number: int) -> list[tuple[Call, str, str]]:
    words = [json.dumps(dict(call.arguments), ensure_ascii=False) for call in draft.calls]
    if draft.broken and words:
        words[-1] = draft.broken
    return list(zip(draft.calls, numbered(number), words, strict=False))


def _stop(draft: Draft) -> str | None:
    return STOPS.get(draft.stop, draft.stop) if draft.stop else None


def _head(kind: str, asked: Asked, number: int) -> dict[str, Any]:
    return {"id": f"chatcmpl-{number:04}", "object": kind, "created": CREATED, "model": asked.model}


def _usage(draft: Draft) -> dict[str, Any]:
    if draft.usage is None:
        return {}
    read, wrote = draft.usage
    return {"usage": {"prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote}}
