"""Requests are counted by who really sends them, and a refused one is told truly when to come back."""

import pytest
from limits import parse

from bot.clients import MOST_CLIENTS, Windows, client_address, counted_as, parse_networks

PROXIES = parse_networks(["10.0.0.0/8", "::1", "fd00::/8"])
RATE = parse("3/minute")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # an untrusted peer may say what it likes
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66, 198.51.100.1"], "198.51.100.1"),  # what stands further left the client made up
        ("10.0.0.1", ["192.0.2.66", "198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        ("10.0.0.1", ["10.2.2.2, 10.3.3.3"], "10.2.2.2"),
        ("10.0.0.1", ["198.51.100.1, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1:8080"], "10.0.0.1"),
        ("::1", ["2001:db8::5"], "2001:db8::5"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("fe80::1%eth0", ["198.51.100.1"], "fe80::1"),
    ],
)
def test_the_client_is_the_first_hop_that_nobody_trusted_added(peer: str, forwarded: list[str], client: str) -> None:
    assert str(client_address(peer, forwarded, PROXIES)) == client


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::9", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
    ],
)
def test_an_ipv6_customer_counts_as_one(one: str, other: str, is_same: bool) -> None:
    names = {counted_as(client_address(peer, [], ())) for peer in (one, other)}
    assert (len(names) == 1) is is_same


def test_waiting_as_long_as_told_is_enough() -> None:
    now = [1000.0]
    windows = Windows(clock=lambda: now[0])
    for second in (0, 10.5, 20):
        now[0] = 1000 + second
        assert windows.hit("a", RATE).is_allowed
    refused = windows.hit("a", RATE)
    assert (refused.is_allowed, refused.remaining) == (False, 0)
    assert refused.headers(now[0])["Retry-After"] == "40"
    assert windows.hit("b", RATE).is_allowed
    now[0] += 39
    assert not windows.hit("a", RATE).is_allowed
    now[0] += 1
    assert windows.hit("a", RATE).is_allowed
    assert not windows.hit("a", RATE).is_allowed  # the window moves: only one of the three has left it


def test_a_clock_that_is_set_back_shuts_nobody_out() -> None:
    now = [10_000.0]
    windows = Windows(clock=lambda: now[0])
    for _ in range(4):
        windows.hit("a", RATE)
    now[0] -= 3600
    assert [windows.hit("a", RATE).is_allowed for _ in range(4)] == [True, True, True, False]


def test_only_the_latest_clients_are_remembered() -> None:
    windows = Windows(clock=lambda: 0.0)
    once = parse("1/minute")
    assert windows.hit("first", once).is_allowed
    assert not windows.hit("first", once).is_allowed
    for number in range(MOST_CLIENTS):
        windows.hit(str(number), once)
    assert windows.hit("first", once).is_allowed
