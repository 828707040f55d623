"""The stand-in answers by what was said, fails on cue, and rejects what the real server rejects."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.sandbox.llm import LlmSandbox

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
    llm.fail(status=429, retry_after=2.5)
    async with http.post("/v1/messages", json=body("hi")) as response:
        assert (response.status, response.headers["retry-after"]) == (429, "2.5")
        assert (await response.json())["error"]["type"] == "rate_limit_error"
    assert await text_for(http, "hi")


async def test_a_dropped_answer_breaks_off_in_its_body(llm: LlmSandbox, http: aiohttp.ClientSession) -> None:
    llm.drop()
    async with http.post("/v1/messages", json=body("hi")) as response:
        assert response.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ({"model": "m", "max_tokens": 9}, "messages: Field required"),
        (body(""), "messages: text content blocks must be non-empty"),
        (body("hi", stream=True), "stream: this stand-in answers in one piece"),
    ],
)
async def test_what_the_real_server_rejects_is_rejected(
    llm: LlmSandbox, http: aiohttp.ClientSession, bad: dict[str, Any], problem: str
) -> None:
    async with http.post("/v1/messages", json=bad) as response:
        assert response.status == 400
        assert (await response.json())["error"] == {"type": "invalid_request_error", "message": problem}
    assert llm.requests == []


async def test_nobody_gets_in_without_a_key_or_with_another_one(llm: LlmSandbox) -> None:
    llm.key = "right"
    async with aiohttp.ClientSession(llm.url) as session:
        for headers in ({}, {"x-api-key": "wrong"}):
            async with session.get("/v1/models", headers=headers) as response:
                assert response.status == 401
        for headers in ({"x-api-key": "right"}, {"authorization": "Bearer right"}):
            async with session.get("/v1/models", headers=headers) as response:
                assert response.status == 200


async def test_tokens_are_counted_without_asking_the_model(llm: LlmSandbox, http: aiohttp.ClientSession) -> None:
    async with http.post("/v1/messages/count_tokens", json=body("word " * 40)) as response:
        assert 40 <= (await response.json())["input_tokens"] <= 60
    assert llm.requests == []
