"""Failures on cue: each happens as often as said, to the calls it is meant for, before or after the effect."""

import aiohttp
import pytest

from bot.sandbox.github import Fault, GitHubSandbox
from bot.sandbox.github.faults import When
from tests.bot.sandbox.github.client import Client, client
from tests.bot.sandbox.slack_app import Clock

ISSUES = "/repos/acme/shop/issues"


async def _open(call: Client) -> int:
    return (await call("POST", ISSUES, {"title": "x"})).status


def _opened(github: GitHubSandbox) -> int:
    return len(github.repository("acme/shop").issues)


@pytest.mark.parametrize(("when", "opened"), [("before", 0), ("after", 1)])
async def test_a_broken_server_may_have_done_it_all_the_same(github: GitHubSandbox, when: When, opened: int) -> None:
    github.fail(Fault(call=f"POST {ISSUES}", status=502, when=when))
    async with client(github) as call:
        assert (await call("GET", ISSUES)).status == 200
        assert await _open(call) == 502
        assert _opened(github) == opened
        assert await _open(call) == 201


@pytest.mark.parametrize(("when", "opened"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize(("kind", "error"), [("reset", aiohttp.ClientError), ("hang", TimeoutError)])
async def test_no_answer_may_mean_either(
    github: GitHubSandbox, kind: str, error: type[Exception], when: When, opened: int
) -> None:
    github.fail(Fault(kind="reset" if kind == "reset" else "hang", when=when))
    timeout = aiohttp.ClientTimeout(total=0.2)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        with pytest.raises(error):
            await _open(Client(http, github.url, github.token))
    assert _opened(github) == opened
    assert [one.status for one in github.calls()] == [None]


async def test_a_slow_answer_comes(github: GitHubSandbox) -> None:
    github.fail(Fault(kind="slow", seconds=0.05))
    async with client(github) as call:
        assert await _open(call) == 201


@pytest.mark.parametrize(
    ("fault", "status", "headers"),
    [
        (Fault(kind="secondary", retry_after=7), 403, {"retry-after": "7"}),
        (Fault(kind="secondary", status=429), 429, {}),
        (
            Fault(kind="secondary", retry_after="Fri, 15 Jan 2027 08:00:09 GMT"),
            *(403, {"retry-after": "Fri, 15 Jan 2027 08:00:09 GMT"}),
        ),
        (Fault(kind="primary"), 403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1800003600"}),
        (Fault(status=404), 404, {}),
        (Fault(status=401), 401, {}),
    ],
)
async def test_a_refusal_says_what_github_says(
    github: GitHubSandbox, fault: Fault, status: int, headers: dict[str, str]
) -> None:
    github.fail(fault)
    async with client(github) as call:
        refused = await call("GET", ISSUES)
    assert refused.status == status
    assert {name: refused.headers.get(name) for name in headers} == headers
    assert ("retry-after" in refused.headers) == ("retry-after" in headers)
    assert ("secondary rate limit" in refused.body["message"]) == (fault.kind == "secondary")


async def test_planned_faults_can_be_many_and_forgotten(github: GitHubSandbox) -> None:
    github.fail(Fault(status=503, times=3))
    async with client(github) as call:
        assert [(await call("GET", ISSUES)).status for _ in range(2)] == [503, 503]
        github.mend()
        assert (await call("GET", ISSUES)).status == 200


async def test_an_hour_s_calls_run_out(github: GitHubSandbox, clock: Clock) -> None:
    github.limits.per_hour = 2
    async with client(github) as call:
        assert [(await call("GET", ISSUES)).headers["x-ratelimit-remaining"] for _ in range(2)] == ["1", "0"]
        refused = await call("GET", ISSUES)
        assert (refused.status, refused.headers["x-ratelimit-reset"]) == (403, "1800003600")
        assert (await call("GET", "/rate_limit")).body["resources"]["core"]["remaining"] == 0
        clock.advance(3600)
        assert (await call("GET", ISSUES)).status == 200


async def test_writing_too_fast_is_refused_when_turned_on(github: GitHubSandbox, clock: Clock) -> None:
    github.limits.enforces_pace = True
    async with client(github) as call:
        assert {await _open(call) for _ in range(80)} == {201}
        refused = await call("POST", ISSUES, {"title": "x"})
        assert (refused.status, refused.headers["retry-after"]) == (403, "60")
        clock.advance(60)
        assert await _open(call) == 201
