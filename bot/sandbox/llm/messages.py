"""The shapes of the Anthropic Messages API: its requests, its answers in one piece and as a stream."""

import json
from collections.abc import Iterator
from typing import Any

from bot.sandbox.llm.asked import Asked, Call, Request, Said, Tool
from bot.sandbox.llm.faults import Draft
from bot.sandbox.llm.problems import misnamed, missing, unanswered
from bot.sandbox.llm.wire import Api, Part, event, numbered, pieces

ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


def problem(body: Request) -> str | None:
    """Why the real server would refuse it."""
    if name := missing(body, "model", "max_tokens", "messages"):
        return f"{name}: Field required"
    if not all(message.get("content") for message in body["messages"]):
        return "messages: text content blocks must be non-empty"
    if body["messages"][0].get("role") != "user":
        return "messages: first message must use the user role"
    if name := misnamed(tool.get("name") for tool in body.get("tools") or ()):
        return f"tools: {name}"
    answers = [
        ([one["id"] for one in _of(message, "tool_use")], [one["tool_use_id"] for one in _of(message, "tool_result")])
        for message in body["messages"]
    ]
    return unanswered(answers, asks="`tool_use` ids", answers="`tool_result` blocks")


def read(body: Request) -> Asked:
    """What it asks."""
    shape = (body.get("output_config") or {}).get("format") or body.get("output_format") or {}
    return Asked(
        api="messages",
        body=body,
        model=body["model"],
        system=_text(body.get("system") or ""),
        said=tuple(_said(message) for message in body["messages"]),
        tools=tuple(Tool(tool["name"], tool.get("input_schema") or {}) for tool in body.get("tools") or ()),
        schema=shape.get("schema"),
        max_tokens=body.get("max_tokens", 4096),
        is_stream=bool(body.get("stream")),
    )


def message(draft: Draft, asked: Asked, number: int) -> dict[str, Any]:
    """The answer in one piece."""
    content: list[dict[str, Any]] = [{"type": "text", "text": draft.text}] if draft.text or not draft.calls else []
    for call, name, broken in _calls(draft, number):
        content.append({"type": "tool_use", "id": name, "name": call.name, "input": broken or dict(call.arguments)})
    return _empty(asked, number) | {"content": content, "stop_reason": draft.stop} | _usage(draft)


def events(draft: Draft, asked: Asked, number: int) -> Iterator[Part]:
    """The answer as a stream; without a stop reason it ends after its last block."""
    start = _empty(asked, number) | {"usage": {"input_tokens": (draft.usage or (0, 0))[0], "output_tokens": 1}}
    yield _event("message_start", message=start)
    blocks = [_text_block(draft.text)] if draft.text or not draft.calls else []
    blocks += [_call_block(call, name, broken=broken) for call, name, broken in _calls(draft, number)]
    for index, (first, deltas) in enumerate(blocks):
        yield _event("content_block_start", index=index, content_block=first)
        if not index:
            yield _event("ping")
        for delta in deltas:
            yield _event("content_block_delta", is_piece=True, index=index, delta=delta)
        if draft.stop or index + 1 < len(blocks):
            yield _event("content_block_stop", index=index)
    if draft.stop:
        usage = {"output_tokens": draft.usage[1]} if draft.usage else {}
        yield _event("message_delta", delta={"stop_reason": draft.stop, "stop_sequence": None}, usage=usage)
        yield _event("message_stop")


def error(status: int, text: str) -> dict[str, Any]:
    """A refusal."""
    return {
        "type": "error",
        "error": {"type": ERRORS.get(status, "api_error"), "message": text},
        "request_id": "req_failed",
    }


MESSAGES = Api(path="/v1/messages", problem=problem, read=read, message=message, events=events, error=error)


def _said(sent: dict[str, Any]) -> Said:
    calls = tuple(Call(block["name"], block.get("input") or {}) for block in _of(sent, "tool_use"))
    results = tuple(_text(block.get("content", "")) for block in _of(sent, "tool_result"))
    return Said(role=sent["role"], text=_text(sent["content"]), calls=calls, results=results)


def _of(sent: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    content = sent["content"]
    return [] if isinstance(content, str) else [block for block in content if block.get("type") == kind]


def _text(content: str | list[dict[str, Any]]) -> str:
    return content if isinstance(content, str) else "\n".join(block.get("text", "") for block in content).strip()


def _empty(asked: Asked, number: int) -> dict[str, Any]:
    return {
        "id": f"msg_{number:04}",
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def _usage(draft: Draft) -> dict[str, Any]:
    if draft.usage is None:
        return {}
    return {"usage": {"input_tokens": draft.usage[0], "output_tokens": draft.usage[1]}}


def _calls(draft: Draft, number: int) -> list[tuple[Call, str, str | None]]:
    """Each call with its id, the last one with what breaks its arguments."""
    broken = [None] * (len(draft.calls) - 1) + [draft.broken]
    return [
        (call, f"toolu_{name}", bad) for call, name, bad in zip(draft.calls, numbered(number), broken, strict=False)
    ]


def _text_block(text: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    return {"type": "text", "text": ""}, [{"type": "text_delta", "text": piece} for piece in pieces(text)]


def _call_block(call: Call, name: str, *, broken: str | None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    words = broken or json.dumps(dict(call.arguments), ensure_ascii=False)
    first = {"type": "tool_use", "id": name, "name": call.name, "input": {}}
    return first, [{"type": "input_json_delta", "partial_json": piece} for piece in ["", *pieces(words)]]


def _event(kind: str, *, is_piece: bool = False, **data: object) -> Part:
    return event({"type": kind, **data}, name=kind, is_piece=is_piece)
