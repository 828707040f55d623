"""Failures on cue: each happens as often as said, to the calls it is meant for, before or after the effect."""

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack import SlackSandbox
from tests.bot.sandbox.slack_app import error_of, web_client


async def test_an_error_happens_as_often_as_said(slack: SlackSandbox) -> None:
    slack.fail(method="chat.postMessage", error="fatal_error", times=2)
    web = web_client(slack)
    for _ in range(2):
        assert await error_of(web.chat_postMessage(channel="C0OPS", text="lost")) == "fatal_error"
    await web.chat_postMessage(channel="C0OPS", text="kept")
    assert [message.plain for message in slack.messages("#ops")] == ["kept"]


async def test_a_fault_can_be_for_one_channel(slack: SlackSandbox) -> None:
    slack.fail(method="chat.postMessage", error="fatal_error", channel="#payments")
    slack.fail(method="chat.postMessage", error="restricted_action", channel="@bob")
    web = web_client(slack)
    assert (await web.chat_postMessage(channel="C0OPS", text="hi"))["ok"]
    assert (await web.chat_postMessage(channel="U0CAROL", text="hi"))["ok"]
    assert await error_of(web.chat_postMessage(channel="C0PAYMENTS", text="hi")) == "fatal_error"
    assert await error_of(web.chat_postMessage(channel="U0BOB", text="hi")) == "restricted_action"


async def test_too_many_requests_say_when_to_come_back(slack: SlackSandbox) -> None:
    slack.fail(method="*", status=429, retry_after=30)
    with pytest.raises(SlackApiError) as refused:
        await web_client(slack).auth_test()
    response = refused.value.response
    assert (response.status_code, response["error"], response.headers["Retry-After"]) == (429, "ratelimited", "30")


@pytest.mark.parametrize(("when", "posted"), [("before", 0), ("after", 1)])
async def test_a_broken_server_may_have_done_it_all_the_same(slack: SlackSandbox, when: str, posted: int) -> None:
    slack.fail(method="chat.postMessage", status=502, when="after" if when == "after" else "before")
    with pytest.raises((SlackApiError, aiohttp.ClientError)):
        await web_client(slack).chat_postMessage(channel="C0OPS", text="hi")
    assert len(slack.messages("#ops")) == posted
    assert slack.calls("chat.postMessage")[0].answer == {"ok": False, "error": "HTTP 502"}


@pytest.mark.parametrize(("when", "posted"), [("before", 0), ("after", 1)])
async def test_no_answer_lets_the_client_time_out(slack: SlackSandbox, when: str, posted: int) -> None:
    slack.fail(method="chat.postMessage", hang=True, when="after" if when == "after" else "before")
    url, headers = f"{slack.api_url}chat.postMessage", {"Authorization": f"Bearer {slack.bot_token}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        asking = asyncio.create_task(http.post(url, json={"channel": "C0OPS", "text": "hi"}))
        await slack.until(lambda: slack.calls("chat.postMessage"))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asking, 0.05)
    assert len(slack.messages("#ops")) == posted
    assert slack.calls("chat.postMessage")[0].answer is None


async def test_planned_faults_can_be_forgotten(slack: SlackSandbox) -> None:
    slack.fail(error="fatal_error", times=100)
    slack.mend()
    assert (await web_client(slack).auth_test())["ok"]
