"""Who is at the other end of a request, and how many more requests they may make."""

import math
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from limits import RateLimitItem

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MOST_CLIENTS = 10_000
IPV6_PREFIX = 64  # one customer has at least this many addresses


def parse_networks(names: Iterable[str]) -> tuple[Network, ...]:
    """CIDRs and single addresses.

    Raises:
        ValueError: one of them is neither.
    """
    return tuple(ip_network(name.strip(), strict=False) for name in names)


def is_in(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)  # of another IP version: not in it


def client_address(peer: str, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> Address:
    """The client: the socket's peer, or the first hop from the right that a chain of trusted proxies did not add.

    Args:
        forwarded_for: the values of all X-Forwarded-For headers, in order.
    """
    address = _plain(peer)
    if not is_in(address, trusted):
        return address
    for hop in reversed(",".join(forwarded_for).split(",")):
        try:
            address = _plain(hop.strip())
        except ValueError:
            return _plain(peer)
        if not is_in(address, trusted):
            return address
    return address


def _plain(text: str) -> Address:
    address = ip_address(text.partition("%")[0])  # a link-local peer has a zone behind its address
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def counted_as(address: Address) -> str:
    """What requests are counted by: the address, or an IPv6 customer's network."""
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address, IPV6_PREFIX), strict=False))


@dataclass(frozen=True)
class Allowance:
    """What one request was told: whether it may pass, what is left, and in how many seconds there is more."""

    limit: int
    window: int
    remaining: int
    reset: int
    is_allowed: bool

    def headers(self, now: float) -> dict[str, str]:
        """In the form of the IETF draft and in the older one; a refusal says when to come back."""
        said = {
            "RateLimit-Policy": f'"default";q={self.limit};w={self.window}',
            "RateLimit": f'"default";r={self.remaining};t={self.reset}',
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(math.ceil(now) + self.reset),
            "X-RateLimit-Window": str(self.window),
        }
        return said if self.is_allowed else said | {"Retry-After": str(self.reset)}


class Windows:
    """A moving window for each of the last 10,000 clients, in this process's memory.

    The storage that `limits` brings looks through all clients on a thread of its own after every hit, keeps as many as
    come and cannot be told the time; its rates (`100/minute`) are used as they are.
    """

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._hits: OrderedDict[str, deque[float]] = OrderedDict()

    def hit(self, client: str, rate: RateLimitItem) -> Allowance:
        """Count a request, unless it is one too many; a refused one costs nothing."""
        now, window = self.clock(), rate.get_expiry()
        hits = self._hits.setdefault(client, deque())
        self._hits.move_to_end(client)
        if len(self._hits) > MOST_CLIENTS:
            self._hits.popitem(last=False)
        while hits and not now - window < hits[0] <= now:  # of the future: the clock was set back
            hits.popleft()
        is_allowed = len(hits) < rate.amount
        if is_allowed:
            hits.append(now)
        reset = max(1, math.ceil(hits[0] + window - now))
        return Allowance(rate.amount, window, max(0, rate.amount - len(hits)), reset, is_allowed)
