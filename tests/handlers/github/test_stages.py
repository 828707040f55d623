"""What becomes of each delivery is a line in the log and a count, in the same words as for Slack's events."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from bot.metrics import REGISTRY
from tests.handlers.github.conftest import Street
from tests.logs import captured


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    with captured() as stream:
        yield stream


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    told = [json.loads(line) for line in log.getvalue().splitlines()]
    return [line for line in told if line["event"].startswith("delivery.")]


def count(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"chargehand_{name}", labels) or 0.0


def deliveries(outcome: str, *, event: str = "issues") -> float:
    return count("deliveries_total", source="github", event=event, outcome=outcome)


async def test_a_delivery_and_its_repetition(log: io.StringIO, street: Street) -> None:
    stored, again, acks = deliveries("stored"), deliveries("duplicate"), count("ack_seconds_count")
    for _ in range(2):
        answer = await street.send(X_GitHub_Delivery="guid-1", X_Correlation_ID="from-outside")
        assert answer.status == 202
    told = lines(log)
    assert [line["event"] for line in told] == [
        "delivery.received",
        "delivery.stored",
        "delivery.received",
        "delivery.duplicate",
    ]
    assert {(line["source"], line["kind"], line["dedupe_key"], line["correlation_id"]) for line in told} == {
        ("github", "issues", "github:guid-1", "from-outside")
    }
    assert ["delivery_id" in line for line in told] == [False, True, False, False]
    assert (deliveries("stored"), deliveries("duplicate")) == (stored + 1, again + 1)
    assert count("ack_seconds_count") == acks + 2


async def test_what_asks_for_nothing_is_ignored(log: io.StringIO, street: Street) -> None:
    before = deliveries("ignored", event="watch")
    assert (await street.send({"action": "started"}, event="watch")).status == 202
    assert [line["event"] for line in lines(log)] == ["delivery.received", "delivery.ignored"]
    assert deliveries("ignored", event="watch") == before + 1


async def test_a_refusal_is_counted_by_its_reason(log: io.StringIO, street: Street) -> None:
    before, acks = count("webhook_rejected_total", reason="signature"), count("ack_seconds_count")
    assert (await street.send(X_Hub_Signature_256="sha256=0")).status == 401
    [line] = lines(log)
    assert (line["event"], line["reason"], line["status"]) == ("delivery.rejected", "signature", 401)
    assert count("webhook_rejected_total", reason="signature") == before + 1
    assert count("ack_seconds_count") == acks
