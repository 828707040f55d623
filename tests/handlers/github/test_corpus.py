"""Every payload that GitHub has published is taken in and stored byte for byte."""

from pathlib import Path

from sqlmodel import select

from storage.inbox import Delivery
from tests.corpus import examples
from tests.handlers.github.conftest import street_with


async def test_all_published_payloads_are_accepted(tmp_path: Path) -> None:
    async with street_with(tmp_path, webhook_rate="1000/minute") as street:
        for one in examples():
            answer = await street.send(body=one.body, event=one.event, X_GitHub_Delivery=str(one))
            assert answer.status == (200 if one.event == "ping" else 202), f"{one}: {answer.said}"
        stored = {delivery.dedupe_key: delivery.raw for delivery in await street.rows(select(Delivery))}
    assert stored == {f"github:{one}": one.body for one in examples() if one.event != "ping"}
