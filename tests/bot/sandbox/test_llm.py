"""The stand-in answers by what was said, fails on cue, and rejects what the real server rejects."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.sandbox.llm import Fault, LlmSandbox, Match, Reply, Rule
from bot.sandbox.llm.tokens import count

WORD = {"type": "object", "properties": {"word": {"type": "string"}}}
HEADERS = {"x-api-key": "any"}


@pytest.fixture
async def llm() -> AsyncIterator[LlmSandbox]:
    async with LlmSandbox.start() as sandbox:
        yield sandbox


@pytest.fixture
async def http(llm: LlmSandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(llm.url, headers=HEADERS) as session:
        yield session


def body(prompt: str, **more: object) -> dict[str, Any]:
    return {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": prompt}], **more}


async def text_for(http: aiohttp.ClientSession, prompt: str) -> str:
    async with http.post("/v1/messages", json=body(prompt)) as response:
        answer = await response.json()
    return str(answer["content"][0]["text"])


async def test_answers_by_what_was_said(llm: LlmSandbox, http: aiohttp.ClientSession) -> None:
    llm.answer(when="redis", json={"team": "Platform"})
    llm.answer(when=lambda request: "mail" in request["messages"][0]["content"], text="to the post office")
    llm.answer(text="once", times=1)
    said = [await text_for(http, prompt) for prompt in ("mail", "redis is down", "tea", "redis")]
    assert said == ["to the post office", '{"team": "Platform"}', "once", '{"team": "Platform"}']
    assert [request["messages"][0]["content"] for request in llm.requests] == ["mail", "redis is down", "tea", "redis"]


async def test_an_error_is_used_up_and_says_how_long_to_wait(llm: LlmSandbox, http: aiohttp.ClientSession) -> None:
    llm.answer(text="hello")
    llm.fail(status=429, retry_after=2.5)
    async with http.post("/v1/messages", json=body("hi")) as response:
        assert (response.status, response.headers["retry-after"]) == (429, "2.5")
        assert (await response.json())["error"]["type"] == "rate_limit_error"
    assert await text_for(http, "hi") == "hello"


async def test_a_dropped_answer_breaks_off_in_its_body(llm: LlmSandbox, http: aiohttp.ClientSession) -> None:
    llm.answer(text="hello")
    llm.drop()
    async with http.post("/v1/messages", json=body("hi")) as response:
        assert response.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()


CALLED = {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "look", "input": {}}]}
ANSWERED = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t2", "content": "ok"}]}


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ({"model": "m", "max_tokens": 9}, "messages: Field required"),
        (body(""), "messages: text content blocks must be non-empty"),
        (body("hi") | {"messages": [{"role": "assistant", "content": "hi"}]}, "messages: first message must use"),
        (body("hi", tools=[{"name": "close issue"}]), "tools: 'close issue' should match pattern"),
        (body("hi", tools=[{"name": "look"}, {"name": "look"}]), "tools: Tool names must be unique."),
        (body("hi") | {"messages": [*body("hi")["messages"], CALLED]}, "messages.1: `tool_use` ids were found without"),
        (body("hi") | {"messages": [*body("hi")["messages"], CALLED, ANSWERED]}, "messages.1: `tool_use` ids were"),
        (body("hi") | {"messages": [*body("hi")["messages"], ANSWERED]}, "messages.1: unexpected `tool_result` blocks"),
        (body("hi") | {"messages": ["hi"]}, "the body is malformed"),
    ],
)
async def test_what_the_real_server_rejects_is_rejected(
    llm: LlmSandbox, http: aiohttp.ClientSession, bad: dict[str, Any], problem: str
) -> None:
    async with http.post("/v1/messages", json=bad) as response:
        assert response.status == 400
        error = (await response.json())["error"]
    assert error["type"] == "invalid_request_error"
    assert error["message"].startswith(problem)
    assert llm.requests == []
    assert [(heard.path, heard.status, heard.body) for heard in llm.heard] == [("/v1/messages", 400, bad)]


async def test_nobody_gets_in_without_a_key_or_with_another_one(llm: LlmSandbox) -> None:
    llm.key = "right"
    async with aiohttp.ClientSession(llm.url) as session:
        for headers in ({}, {"x-api-key": "wrong"}):
            async with session.get("/v1/models", headers=headers) as response:
                assert response.status == 401
        for headers in ({"x-api-key": "right"}, {"authorization": "Bearer right"}):
            async with session.get("/v1/models", headers=headers) as response:
                assert response.status == 200
    assert [heard.status for heard in llm.heard] == [401, 401, 200, 200]


async def test_tokens_are_counted_without_asking_the_model(llm: LlmSandbox, http: aiohttp.ClientSession) -> None:
    async with http.post("/v1/messages/count_tokens", json=body("word " * 40)) as response:
        assert 40 <= (await response.json())["input_tokens"] <= 60
    assert llm.requests == []
    llm.counts = False
    async with http.post("/v1/messages/count_tokens", json=body("word")) as response:
        assert response.status == 404


@pytest.mark.parametrize(
    ("text", "expected"), [("", 1), ("word", 1), ("words", 2), ("äöüß", 2), ("日本語", 3), ("🙂🙂", 4), ("a日🙂", 4)]
)
def test_the_tokenizer_is_fixed(text: str, expected: int) -> None:
    assert count(text) == expected


async def test_a_request_that_no_rule_fits_is_told_the_nearest(llm: LlmSandbox, http: aiohttp.ClientSession) -> None:
    llm.add(
        Rule(name="greet", match=Match(purpose="^You greet", turn=3), reply=Reply(text="hello")),
        Rule(name="route", match=Match(purpose="^You route", text="checkout"), reply=Reply(text="create")),
    )
    async with http.post("/v1/messages", json=body("tea", system="You route requests.")) as response:
        assert (response.status, response.headers["x-should-retry"]) == (501, "false")
        message = (await response.json())["error"]["message"]
    assert message == (
        "no rule fits 'You route requests.', 'tea' (turn 0): "
        "the nearest is \"route\": text 'checkout' does not fit 'tea'"
    )


async def test_what_was_asked_and_answered_can_be_read_over_http(llm: LlmSandbox, http: aiohttp.ClientSession) -> None:
    llm.add(Rule(name="tea", reply=Reply(text="with milk"), faults=(Fault(kind="wrong_usage"),)))
    async with http.post("/v1/messages", json=body("tea"), headers={"X-Correlation-ID": "c-1"}):
        pass
    async with http.get("/sandbox/requests") as response:
        [heard] = await response.json()
    assert heard["body"] == body("tea")
    assert (heard["rule"], heard["fault"], heard["status"], heard["correlation_id"]) == (
        "tea",
        "wrong_usage",
        200,
        "c-1",
    )
    assert heard["said"] == {"text": "with milk", "calls": [], "stop": "end_turn", "usage": [0, 0]}


async def test_a_fault_for_ever_is_met_by_all_that_follow(llm: LlmSandbox, http: aiohttp.ClientSession) -> None:
    llm.fail(status=500)
    llm.meet(Fault(kind="status", status=529, times=None))
    statuses = []
    for _ in range(3):
        async with http.post("/v1/messages", json=body("hi")) as response:
            statuses.append(response.status)
    assert statuses == [500, 529, 529]


@pytest.mark.parametrize(
    ("system", "prompt", "more", "holds"),
    [
        ("You triage.", "<report>\nredis is down\n</report>", {}, '"priority": "critical"'),
        ("Plain words.", "<reason>\nfailed over to the replica\n</reason>", {}, '"text": "Switched to the copy"'),
        ("Purpose: capabilities", "go", {"tools": [{"name": "look", "input_schema": {"type": "object"}}]}, "look"),
        ("Purpose: capabilities", "go", {"output_config": {"format": {"schema": WORD}}}, '{"word": "text"}'),
        ("Purpose: capabilities", "go", {}, "ok"),
    ],
)
async def test_what_it_answers_by_itself(
    llm: LlmSandbox, http: aiohttp.ClientSession, system: str, prompt: str, more: dict[str, Any], holds: str
) -> None:
    async with http.post("/v1/messages", json=body(prompt, system=system, **more)) as response:
        [block] = (await response.json())["content"]
    assert holds in (block.get("text") or block["name"])
    llm.book.defaults = []
    async with http.post("/v1/messages", json=body(prompt, system=system, **more)) as response:
        assert response.status == 501
