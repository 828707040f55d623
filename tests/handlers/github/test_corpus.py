"""Every payload that GitHub has published, and broken versions of them, are taken in and stored byte for byte."""

import asyncio
from pathlib import Path

from sqlmodel import select

from storage.inbox import Delivery
from tests.corpus import broken, examples
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
    sound = [one for one in examples() if one.event != "ping"]
    sent = {f"github:{number}": (one.event, one.body) for number, one in enumerate(broken(sound, count=2000))}
    async with street_with(tmp_path, webhook_rate="5000/minute", webhook_network_rate="5000/minute") as street:

        async def send(key: str, event: str, body: bytes) -> int:
            return (await street.send(body=body, event=event, X_GitHub_Delivery=key.removeprefix("github:"))).status

        statuses = await asyncio.gather(*(send(key, *one) for key, one in sent.items()))
        stored = {delivery.dedupe_key: delivery.raw for delivery in await street.rows(select(Delivery))}
    assert (len(statuses), set(statuses)) == (2000, {202})
    assert stored == {key: body for key, (_, body) in sent.items()}
