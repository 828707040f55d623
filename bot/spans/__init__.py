"""Whoever runs a collector of OpenTelemetry sees each event and all that came of it as one trace."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.spans.span import heard_by


@asynccontextmanager
async def sent_to(endpoint: str, *, worker: str, role: str, version: str) -> AsyncIterator[None]:
    """Send the spans of what happens inside to the collector there; without one nothing is imported or measured.

    Args:
        endpoint: base of its OTLP over HTTP, `http://127.0.0.1:4318`, or nothing.
        worker: this process; its role and version are told beside it.
    """
    if not endpoint:
        yield
        return
    # Late, since the packages are an extra, which an installation without a collector need not have.
    from bot.spans.otlp import open_collector  # noqa: PLC0415

    async with open_collector(endpoint, worker=worker, role=role, version=version) as hear:
        with heard_by(hear):
            yield
