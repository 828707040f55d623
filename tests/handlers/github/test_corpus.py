"""Every payload that GitHub has published, and broken versions of them, are taken in and stored byte for byte."""

import asyncio
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from sqlmodel import select

from storage.inbox import Delivery
from tests.corpus import Example, broken, examples
from tests.handlers.github.conftest import street_with


async def test_all_published_payloads_are_accepted(tmp_path: Path) -> None:
    async with street_with(tmp_path, webhook_rate="1000/minute") as street:
        for one in examples():
            answer = await street.send(body=one.body, event=one.event, X_GitHub_Delivery=str(one))
            assert answer.status == (200 if one.event == "ping" else 202), f"{one}: {answer.said}"
        stored = {delivery.dedupe_key: delivery.raw for delivery in await street.rows(select(Delivery))}
    assert stored == {f"github:{one}": one.body for one in examples() if one.event != "ping"}


async def test_broken_payloads_are_accepted(tmp_path: Path) -> None:
    """What in them cannot be worked with is found out later, in their jobs."""
    drawn: list[Example] = []

    @given(one=broken([one for one in examples() if one.event != "ping"]))
    @settings(
        max_examples=2000,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def draw(one: Example) -> None:
        drawn.append(one)

    draw()
    sent = {f"github:{number}": one for number, one in enumerate(drawn)}
    async with street_with(tmp_path, webhook_rate="5000/minute", webhook_network_rate="5000/minute") as street:

        async def send(key: str, one: Example) -> int:
            guid = key.removeprefix("github:")
            return (await street.send(body=one.body, event=one.event, X_GitHub_Delivery=guid)).status

        statuses = await asyncio.gather(*(send(key, one) for key, one in sent.items()))
        stored = {delivery.dedupe_key: delivery.raw for delivery in await street.rows(select(Delivery))}
    assert (len(statuses), set(statuses)) == (2000, {202})
    assert stored == {key: one.body for key, one in sent.items()}
