"""A model call over a real socket ends in a finished answer or in one kind of error, with words for the card."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.errors import ModelError
from bot.llm.chain import Chain
from bot.llm.faults import TRIES
from bot.llm.port import Ask, user
from bot.llm.trial import listed
from bot.sandbox.llm import LlmSandbox
from tests.bot.llm.models import KEY, opened

SCHEMA = {"type": "object", "properties": {"word": {"type": "string", "maxLength": 9}}, "required": ["word"]}
ASK = Ask(system="You name things.", messages=(user("What is red?"),), schema=SCHEMA, max_tokens=64, deadline=5)
ROSE = '{"word": "rose"}'


@pytest.fixture
async def llm() -> AsyncIterator[LlmSandbox]:
    async with LlmSandbox.start() as sandbox:
        sandbox.answer(text=ROSE)
        yield sandbox


@pytest.fixture
async def model(llm: LlmSandbox) -> AsyncIterator[Chain]:
    async with opened(llm.url) as chain:
        yield chain


async def refusal(model: Chain, *, deadline: float = 5) -> str:
    with pytest.raises(ModelError) as raised:
        await model.ask(replace(ASK, deadline=deadline))
    return str(raised.value)


async def test_an_answer_says_who_gave_it_and_what_it_took(model: Chain) -> None:
    answer = await model.ask(ASK)
    assert (answer.text, answer.parsed, answer.stop) == (ROSE, {"word": "rose"}, "end")
    assert (answer.provider, answer.model, answer.request_id) == ("anthropic", "claude-haiku-5-5", "req_0001")
    assert (answer.attempts, answer.is_second_choice, answer.is_cached, answer.cost) == (1, False, False, None)
    assert answer.usage.input > 0
    assert answer.usage.output > 0


async def test_the_question_is_sent_with_its_schema_and_cap(llm: LlmSandbox, model: Chain) -> None:
    await model.ask(ASK)
    request = llm.requests[0]
    assert (request["model"], request["max_tokens"], request["system"]) == ("claude-haiku-5-5", 64, "You name things.")
    assert request["messages"] == [{"role": "user", "content": "What is red?"}]
    assert request["output_config"]["format"]["type"] == "json_schema"
    word = request["output_config"]["format"]["schema"]["properties"]["word"]
    assert "maxLength" not in word  # the API rejects it as a keyword, so it is told in words
    assert "maxLength: 9" in word["description"]


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ('{"word": "rhododendron"}', "word: must have at most this many characters: 9"),
        ('{"word": 3}', "word: must be string"),
        ('{"colour": "red"}', "word: is missing"),
        ("a rose", "is no JSON"),
    ],
)
async def test_an_answer_that_the_server_should_not_have_given_is_asked_for_again_once(
    llm: LlmSandbox, wrong: str, complaint: str
) -> None:
    async with LlmSandbox.start() as other, opened(other.url) as model:
        other.answer(text=wrong, times=1)
        other.answer(text=ROSE)
        answer = await model.ask(replace(ASK, again="main"))
        assert (answer.text, answer.model, answer.attempts) == (ROSE, "claude-sonnet-5-5", 2)
        first, answered, complained = other.requests[1]["messages"]
        assert (first["content"], answered["content"]) == ("What is red?", wrong)
        assert complaint in complained["content"]


async def test_two_wrong_answers_are_none(llm: LlmSandbox) -> None:
    async with LlmSandbox.start() as other, opened(other.url) as model:
        other.answer(text=" ")
        assert await refusal(model) == "model gave no valid answer"
        assert other.requests[1]["messages"][1]["content"] == "(nothing)"
        assert len(other.requests) == 2


PASSING = [
    (lambda llm, n: llm.fail(status=500, times=n), "model failed (500)"),
    (lambda llm, n: llm.fail(status=529, times=n), "model is overloaded (529)"),
    (lambda llm, n: llm.fail(status=408, times=n), "model rejected the request (408)"),
    (lambda llm, n: llm.leave_open(times=n), "model answer was cut off"),
    (lambda llm, n: llm.drop(times=n), "model connection broke"),
    (lambda llm, n: llm.corrupt(times=n), "model answer was unreadable"),
    (lambda llm, n: llm.corrupt("{}", times=n), "model answer was unreadable"),
    (lambda llm, n: llm.corrupt("<html>Welcome to the wifi</html>", times=n), "model answer was unreadable"),
]


@pytest.mark.parametrize(("fault", "words"), PASSING)
async def test_a_passing_fault_is_tried_again(
    llm: LlmSandbox, model: Chain, fault: Callable[[LlmSandbox, int], None], words: str
) -> None:
    fault(llm, TRIES - 1)
    answer = await model.ask(ASK)
    assert (answer.text, answer.attempts) == (ROSE, TRIES)
    fault(llm, TRIES)
    assert await refusal(model) == words
    assert len(llm.requests) == 2 * TRIES


LASTING = [
    (lambda llm: llm.fail(status=400), "model rejected the request (400)"),
    (lambda llm: llm.fail(status=401), "model refused the key (401)"),
    (lambda llm: llm.fail(status=403), "model refused the key (403)"),
    (lambda llm: llm.fail(status=404), "model is not known (404)"),
    (lambda llm: llm.fail(status=429, retry_after=30), "model rate limit (429)"),  # longer than anybody waits
    (lambda llm: llm.refuse(), "model answer was a refusal"),
]


@pytest.mark.parametrize(("fault", "words"), LASTING)
async def test_what_another_try_cannot_mend_is_one_call_and_one_short_reason(
    llm: LlmSandbox, model: Chain, fault: Callable[[LlmSandbox], None], words: str
) -> None:
    fault(llm)
    assert await refusal(model) == words
    assert len(llm.requests) == 1
    assert (await model.ask(ASK)).text == ROSE


async def test_a_cut_answer_is_asked_for_once_more_with_twice_the_tokens(llm: LlmSandbox, model: Chain) -> None:
    llm.truncate()
    assert (await model.ask(ASK)).text == ROSE
    llm.truncate(times=2)
    assert await refusal(model) == "model answer was cut off"
    assert [request["max_tokens"] for request in llm.requests] == [64, 128, 64, 128]


async def test_a_silent_model_is_abandoned_at_the_deadline_and_its_connection_closed(
    llm: LlmSandbox, model: Chain
) -> None:
    llm.stall()
    assert await refusal(model, deadline=0.5) == "model timed out"
    async with asyncio.timeout(20):
        await llm.hung_up.wait()


async def test_a_cancelled_call_closes_its_connection_and_frees_its_slot(llm: LlmSandbox) -> None:
    async with opened(llm.url, llm_concurrency=1) as model:
        llm.stall()
        call = asyncio.create_task(model.ask(ASK))
        async with asyncio.timeout(20):
            await llm.stalled.wait()
            call.cancel()
            await llm.hung_up.wait()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert (await model.ask(ASK)).text == ROSE


async def test_nobody_listening_is_said_so() -> None:
    async with LlmSandbox.start() as gone:
        url = gone.url
    async with opened(url) as model:
        assert await refusal(model) == "model is unreachable"


async def test_more_calls_than_slots_wait_for_one_within_their_deadline(llm: LlmSandbox) -> None:
    async with opened(llm.url, llm_concurrency=1) as model:
        llm.stall()
        first = asyncio.create_task(model.ask(ASK))
        async with asyncio.timeout(20):
            await llm.stalled.wait()
        assert await refusal(model, deadline=0.05) == "model is busy"
        assert len(llm.requests) == 1
        llm.release()
        assert (await first).text == ROSE


async def test_a_wrong_key_is_neither_shown_nor_logged_and_the_request_id_only_logged(
    llm: LlmSandbox, model: Chain
) -> None:
    llm.key = "another"
    with capture_logs() as logs:
        words = await refusal(model)
    assert words == "model refused the key (401)"
    assert [entry["request_id"] for entry in logs if "request_id" in entry] == ["req_failed"]
    assert KEY not in str(logs)


async def test_the_free_check_says_which_models_there_are(llm: LlmSandbox, model: Chain) -> None:
    assert "claude-haiku-5-5" in await listed(model.providers[0])
    llm.key = "another"
    with pytest.raises(ModelError, match=r"^model refused the key \(401\)$"):
        await listed(model.providers[0])
    assert llm.requests == []
