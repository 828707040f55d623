"""A client that sends too much is told when to come back; GitHub's own networks may send more; nobody can pretend."""

import asyncio
from io import BytesIO
from pathlib import Path

from sqlmodel import select

from bot.github import facts
from storage.gaps import Gap
from storage.inbox import Delivery
from tests.handlers.github.conftest import Street, street_with


async def test_the_101st_request_of_a_minute_waits(street: Street) -> None:
    for number in range(100):
        answer = await street.send()
        assert answer.status == 202
        assert answer.headers["X-RateLimit-Remaining"] == str(99 - number)
    refused = await street.send(X_Forwarded_For="203.0.113.7")
    assert (refused.status, refused.code) == (429, "rate")
    assert refused.headers["RateLimit-Policy"] == '"default";q=100;w=60'
    assert refused.headers["RateLimit"] == '"default";r=0;t=60'
    assert refused.headers["X-RateLimit-Window"] == "60"
    street.pass_time(int(refused.headers["Retry-After"]))
    assert (await street.send()).status == 202
    assert [gap.reason for gap in await street.rows(select(Gap))] == ["rate"]


async def test_refusals_carry_the_limits_too(street: Street) -> None:
    answer = await street.send(X_Hub_Signature_256=None)
    assert (answer.status, answer.headers["X-RateLimit-Remaining"]) == (401, "99")


async def test_other_methods_count_too(tmp_path: Path) -> None:
    async with street_with(tmp_path, webhook_rate="2/minute") as street:
        statuses = []
        for _ in range(3):
            async with street.http.get(street.url + "/webhooks/github") as answer:
                statuses.append((answer.status, answer.headers["X-RateLimit-Remaining"]))
        assert statuses == [(405, "1"), (405, "0"), (429, "0")]


async def test_a_flood_of_nonsense_leaves_no_gap(tmp_path: Path) -> None:
    async with street_with(tmp_path, webhook_rate="1/minute") as street:
        for _ in range(3):
            await street.post(BytesIO(b"x"), headers={})
        assert await street.rows(select(Gap)) == []


async def test_behind_a_trusted_proxy_two_clients_are_apart(tmp_path: Path) -> None:
    async with street_with(tmp_path, webhook_rate="1/minute", trusted_proxies="127.0.0.0/8") as street:
        statuses = [
            (await street.send(X_Forwarded_For=hops)).status
            for hops in ("198.51.100.1", "198.51.100.2", "198.51.100.1", "192.0.2.1, 198.51.100.1")
        ]
        assert statuses == [202, 202, 429, 429]
        assert [delivery.client for delivery in await street.rows(select(Delivery))] == ["198.51.100.1", "198.51.100.2"]


async def test_githubs_own_networks_may_send_more_once_they_are_known(tmp_path: Path) -> None:
    rates = {"webhook_rate": "1/minute", "webhook_network_rate": "3/minute"}
    chosen = rates | {"webhook_networks": "10.1.2.3, github", "trusted_proxies": "127.0.0.1"}
    async with street_with(tmp_path, **chosen) as street:
        sent = {"X_Forwarded_For": "192.30.252.9"}
        assert [(await street.send(**sent)).status for _ in range(2)] == [202, 429]
        async with street.db.write() as tx:
            await facts.remember(tx, ranges=["192.30.252.0/22"], login="", workspace_id="T1")
        street.pass_time(5)
        assert [(await street.send(**sent)).status for _ in range(3)] == [202, 202, 429]
        assert (await street.send(**sent, X_Hub_Signature_256=None)).status == 429


async def test_networks_can_be_named_by_hand(tmp_path: Path) -> None:
    async with street_with(tmp_path, webhook_rate="1/minute", webhook_networks="127.0.0.0/8, 10.1.2.3") as street:
        assert [(await street.send()).status for _ in range(3)] == [202] * 3


async def test_a_slow_body_is_given_up_and_others_do_not_wait_for_it(tmp_path: Path) -> None:
    async with street_with(tmp_path, read_seconds=0.3) as street:
        enough = asyncio.Event()

        async def drip() -> object:
            yield b"{"
            await enough.wait()

        slow = [
            asyncio.ensure_future(street.post(drip(), headers={"Content-Type": "application/json"})) for _ in range(50)
        ]
        assert (await street.send()).status == 202
        answers = await asyncio.gather(*slow)
        enough.set()
        assert {(answer.status, answer.code) for answer in answers} == {(408, "slow_body")}
        assert len(await street.rows(select(Delivery))) == 1


async def test_two_hundred_connections_at_once_are_all_answered(tmp_path: Path) -> None:
    async with street_with(tmp_path, webhook_rate="1000/minute") as street:
        answers = await asyncio.gather(*(street.send() for _ in range(200)))
        assert {answer.status for answer in answers} == {202}
        assert len(await street.rows(select(Delivery))) == 200
