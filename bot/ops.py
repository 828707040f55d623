"""Who may look inside: this machine, the operators' networks, and whoever has their token."""

import hmac
from collections.abc import Mapping, Sequence

from bot.clients import Network, client_address, is_in

FORWARDING = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via")


class Ops:
    """One process's rule; `headers` are a request's, whatever the case of their names."""

    def __init__(self, *, networks: Sequence[Network], trusted: Sequence[Network], token: str | None) -> None:
        self.networks, self.trusted, self.token = networks, trusted, token

    def admits(self, peer: str, headers: Mapping[str, str], forwarded_for: Sequence[str]) -> bool:
        """Whether this request is an operator's."""
        return self._has_token(headers.get("Authorization", "")) or self._is_near(peer, headers, forwarded_for)

    def _has_token(self, authorization: str) -> bool:
        scheme, _, sent = authorization.partition(" ")
        given = sent.strip().encode()
        return bool(self.token) and scheme.lower() == "bearer" and hmac.compare_digest(given, str(self.token).encode())

    def _is_near(self, peer: str, headers: Mapping[str, str], forwarded_for: Sequence[str]) -> bool:
        """A forwarded request is its client's, and only a trusted proxy's word for who that is counts."""
        if not any(name in headers for name in FORWARDING):
            address = client_address(peer, (), ())
        elif forwarded_for and is_in(client_address(peer, (), ()), self.trusted):
            address = client_address(peer, forwarded_for, self.trusted)
            if is_in(address, self.trusted):  # unreadable, or proxies alone: nobody knows who asks
                return False
        else:
            return False
        return address.is_loopback or is_in(address, self.networks)
