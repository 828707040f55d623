"""Every process answers for its health and metrics; one with the role ingress on the port of its other pages."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from bot.clients import parse_networks
from bot.ops import Ops
from bot.process import announce
from bot.roles import Part
from bot.server import Register, serve_http
from bot.settings import named_networks
from handlers.cli.version import VERSION
from handlers.roles import ingress
from handlers.roles.start import Running
from handlers.web import health, metrics
from handlers.web.ops import guard

SPARE_PORTS = 100  # processes of one machine that may have the same CHARGEHAND_OPS_PORT
ANYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - it is asked about, not listened on


@asynccontextmanager
async def served(running: Running) -> AsyncIterator[int]:
    """Serve while inside, and let the others see where; yields the port.

    Raises:
        OSError: the port is taken.
    """
    settings, is_ingress = running.settings, Part.INGRESS in running.parts
    ways_in = [*_ops_pages(running), *(ingress.ways_in(running) if is_ingress else ())]
    async with serve_http(
        settings.http_host,
        settings.http_port if is_ingress else settings.ops_port,
        ways_in=ways_in,
        spare=0 if is_ingress else SPARE_PORTS,
        patience=settings.drain_s,
        closing=running.closing,
    ) as port:
        host = running.process.host if settings.http_host in ANYWHERE else settings.http_host
        await announce(running.db, running.process, address=f"{host}:{port}")
        yield port


def _ops_pages(running: Running) -> Sequence[Register]:
    """Health for everybody, its details and the metrics for operators."""
    settings = running.settings
    networks, trusted = map(parse_networks, map(named_networks, (settings.ops_networks, settings.trusted_proxies)))
    token = settings.ops_token.get_secret_value() if settings.ops_token else None
    ops_only = guard(Ops(networks=networks, trusted=trusted, token=token))
    return (
        partial(health.register, health=running.health, version=VERSION, ops_only=ops_only),
        partial(metrics.register, gauges=running.gauges, ops_only=ops_only),
    )
