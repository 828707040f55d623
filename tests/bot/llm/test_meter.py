"""What the model takes is counted: time, tokens, money, and every call that came to nothing by its reason."""

from datetime import UTC, datetime

import pytest
import structlog
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from bot.errors import ModelError
from bot.limiter import Limiter
from bot.llm.breaker import IN_A_ROW
from bot.llm.faults import TRIES
from bot.llm.port import Ask, user
from bot.metrics import REGISTRY
from bot.sandbox.llm import LlmSandbox
from storage.database import Database
from tests.bot.llm.models import opened

LEFT_ALONE = "is_left_alone_after_repeated_failures"
ASK = Ask(system="s", messages=(user("What is red?"),), schema={"type": "object"}, max_tokens=64, deadline=5)
PRICES = '{"claude-haiku-5-5": {"input": 3, "output": 15}}'


def total(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"chargehand_{name}", labels) or 0.0


@pytest.fixture
def limiter(file: Database) -> Limiter:
    return Limiter(file, holder="one", clock=lambda: datetime.now(UTC))


async def test_a_call_is_timed_counted_and_priced(limiter: Limiter) -> None:
    before = {name: total(name) for name in ("llm_seconds_count", "llm_cost_usd_total")}
    served = {"provider": "anthropic", "direction": "input", "result": "served"}
    tokens = total("llm_tokens_total", **served)
    async with LlmSandbox.start() as llm:
        llm.answer(text="{}")
        async with opened(llm.url, limiter=limiter, prices=PRICES) as model:
            with structlog.contextvars.bound_contextvars(correlation_id="c-1"):
                answer = await model.ask(ASK)
            assert model.last_call
            assert (model.last_call.problem, await model.left_alone()) == (None, "")
    assert llm.correlation_ids == ["c-1"]
    assert total("llm_seconds_count") == before["llm_seconds_count"] + 1
    assert total("llm_tokens_total", **served) == tokens + answer.usage.input
    cost = (answer.usage.input * 3 + answer.usage.output * 15) / 1_000_000
    assert answer.cost == pytest.approx(cost)
    assert total("llm_cost_usd_total") - before["llm_cost_usd_total"] == pytest.approx(cost)


async def test_failures_are_counted_by_their_reason_until_it_is_left_alone(limiter: Limiter) -> None:
    failed, alone = (total("llm_errors_total", **{"class": name}) for name in ("failed", LEFT_ALONE))
    async with LlmSandbox.start() as llm, opened(llm.url, limiter=limiter) as model:
        while not await model.left_alone():
            llm.fail(status=500, times=TRIES)
            with pytest.raises(ModelError):
                await model.ask(ASK)
            failed += 1
        with pytest.raises(ModelError):
            await model.ask(ASK)
        assert model.last_call
        assert model.last_call.problem == "model failed (500)"
        assert len(llm.requests) == IN_A_ROW
    assert total("llm_errors_total", **{"class": "failed"}) == failed
    assert total("llm_errors_total", **{"class": LEFT_ALONE}) == alone + 1
    assert total("breaker_state", provider="anthropic") == 1
    assert total("api_requests_total", service="anthropic", code="500") >= IN_A_ROW


def test_prometheus_can_read_it_all() -> None:
    families = list(text_string_to_metric_families(generate_latest(REGISTRY).decode()))
    assert len(families) > 40
