"""The other API: chat completions in one piece and as a stream, with tools, schemas, usage and faults."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.sandbox.llm import Call, Fault, LlmSandbox, Match, Reply, Rule

PATH = "/v1/chat/completions"
LOOK = {
    "type": "function",
    "function": {"name": "get_issue", "parameters": {"type": "object", "properties": {"number": {"type": "integer"}}}},
}
LOOKS = Rule(
    name="look",
    match=Match(purpose="^explore", tools=("get_issue",), turn=0),
    reply=Reply(calls=(Call("get_issue", {"number": 12}), Call("get_issue", {"number": 13}))),
)
TELLS = Rule(match=Match(result="closed", turn=1), reply=Reply(text="Both are closed."))


@pytest.fixture
async def llm() -> AsyncIterator[LlmSandbox]:
    async with LlmSandbox.start() as sandbox:
        yield sandbox


@pytest.fixture
async def http(llm: LlmSandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(llm.url, headers={"authorization": "Bearer any"}) as session:
        yield session


def body(*said: dict[str, Any], **more: Any) -> dict[str, Any]:
    system = {"role": "system", "content": "Rules first.\nPurpose: explore\nMore."}
    return {"model": "qwen", "messages": [system, {"role": "user", "content": "why is #12 open?"}, *said], **more}


async def sent(http: aiohttp.ClientSession, asked: dict[str, Any]) -> dict[str, Any]:
    async with http.post(PATH, json=asked) as response:
        assert response.status == 200, await response.text()
        answer: dict[str, Any] = await response.json()
        return answer


async def chunks(http: aiohttp.ClientSession, asked: dict[str, Any]) -> list[str]:
    async with http.post(PATH, json=asked | {"stream": True}) as response:
        assert response.content_type == "text/event-stream"
        text = await response.text()
    return [line.removeprefix("data: ") for line in text.splitlines() if line]


async def test_a_conversation_with_two_calls_at_once(llm: LlmSandbox, http: aiohttp.ClientSession) -> None:
    llm.add(LOOKS, TELLS)
    first = await sent(http, body(tools=[LOOK]))
    [choice] = first["choices"]
    calls = choice["message"]["tool_calls"]
    assert choice["finish_reason"] == "tool_calls"
    assert [json.loads(call["function"]["arguments"])["number"] for call in calls] == [12, 13]
    results = [{"role": "tool", "tool_call_id": call["id"], "content": "closed"} for call in calls]
    last = await sent(http, body(choice["message"], *results, tools=[LOOK]))
    assert last["choices"][0] == {
        "index": 0,
        "message": {"role": "assistant", "content": "Both are closed."},
        "finish_reason": "stop",
    }
    usage = last["usage"]
    assert (
        usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] > first["usage"]["prompt_tokens"]
    )


async def test_a_stream_holds_the_same_and_ends_with_usage_and_done(
    llm: LlmSandbox, http: aiohttp.ClientSession
) -> None:
    llm.add(LOOKS)
    *events, usage, done = await chunks(http, body(tools=[LOOK], stream_options={"include_usage": True}))
    assert done == "[DONE]"
    assert json.loads(usage)["choices"] == []
    assert json.loads(usage)["usage"]["completion_tokens"] > 0
    parts = [json.loads(event)["choices"][0] for event in events]
    assert parts[0]["delta"]["role"] == "assistant"
    assert [part["finish_reason"] for part in parts] == [None] * (len(parts) - 1) + ["tool_calls"]
    arguments = {0: "", 1: ""}
    for part in parts:
        for call in part["delta"].get("tool_calls", ()):
            arguments[call["index"]] += call["function"]["arguments"]
    assert [json.loads(words)["number"] for words in arguments.values()] == [12, 13]


async def test_usage_in_a_stream_is_for_who_wants_it(llm: LlmSandbox, http: aiohttp.ClientSession) -> None:
    llm.answer(text="hello there")
    events = await chunks(http, body())
    said = [json.loads(event)["choices"][0]["delta"].get("content") or "" for event in events[:-1]]
    assert ("".join(said), "usage" in events[-2], events[-1]) == ("hello there", False, "[DONE]")


async def test_a_schema_gets_what_fits_it(llm: LlmSandbox, http: aiohttp.ClientSession) -> None:
    llm.answer(json={"word": "rose"})
    shape = {"type": "json_schema", "json_schema": {"name": "w", "schema": {"type": "object"}}}
    answer = await sent(http, body(response_format=shape, tools=None))
    assert json.loads(answer["choices"][0]["message"]["content"]) == {"word": "rose"}


@pytest.mark.parametrize(
    ("kind", "finish", "holds"),
    [
        ("max_tokens", "length", "half of a sent"),
        ("refusal", "content_filter", None),
        ("broken_json", "tool_calls", "half of a sent"),
        ("unknown_tool", "tool_calls", "no_such_tool"),
        ("leaked", "stop", "```json"),
        ("no_stop", None, "get_issue"),
    ],
)
async def test_what_goes_wrong(
    llm: LlmSandbox, http: aiohttp.ClientSession, kind: Any, finish: str | None, holds: str | None
) -> None:
    llm.add(Rule(match=LOOKS.match, reply=LOOKS.reply, faults=(Fault(kind=kind, times=2),)))
    [choice] = (await sent(http, body(tools=[LOOK])))["choices"]
    assert choice["finish_reason"] == finish
    assert (holds or "") in str(choice["message"])
    events = await chunks(http, body(tools=[LOOK]))
    assert (events[-1] == "[DONE]") == (finish is not None)


async def test_an_event_is_no_json_and_a_stream_breaks_off(llm: LlmSandbox, http: aiohttp.ClientSession) -> None:
    llm.answer(text="hello there")
    llm.corrupt()
    bad = 0
    for event in (await chunks(http, body()))[:-1]:
        try:
            json.loads(event)
        except ValueError:
            bad += 1
    assert bad == 1
    llm.drop()
    with pytest.raises(aiohttp.ClientPayloadError):
        await chunks(http, body())


async def test_errors_have_the_shape_of_this_api(llm: LlmSandbox, http: aiohttp.ClientSession) -> None:
    lost = {"role": "tool", "tool_call_id": "c9", "content": "closed"}
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"model": "m"}, 400, "Missing required parameter: 'messages'."),
        (body(lost), 400, "messages.1: unexpected `tool` messages"),
        (body(), 501, "no rule fits 'explore', 'why is #12 open?' (turn 0)"),
    ]
    for asked, status, words in cases:
        async with http.post(PATH, json=asked) as response:
            assert response.status == status
            assert (await response.json())["error"]["message"].startswith(words)
    llm.fail(status=429, retry_after=3600)
    async with http.post(PATH, json=body()) as response:
        assert (response.status, response.headers["retry-after"]) == (429, "3600")
