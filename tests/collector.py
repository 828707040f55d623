"""A collector of spans: it takes OTLP over HTTP on this machine, and remembers what it was sent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One span as it was sent; `about` is the process that sent it."""

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    start: int
    end: int
    problem: str
    links: list[str]
    facts: dict[str, Any]
    about: dict[str, Any]


@dataclass
class Collector:
    """`url` is what OTEL_EXPORTER_OTLP_ENDPOINT names."""

    url: str = ""
    spans: list[Seen] = field(default_factory=list)

    def trace(self, correlation_id: str) -> list[Seen]:
        """The spans of one event, in the order of their begin."""
        mine = [span for span in self.spans if span.facts["correlation_id"] == correlation_id]
        return sorted(mine, key=lambda span: span.start)

    async def _take(self, request: web.Request) -> web.Response:
        sent = ExportTraceServiceRequest.FromString(await request.read())
        for resource in sent.resource_spans:
            about = _values(resource.resource.attributes)
            self.spans += [_seen(span, about) for scope in resource.scope_spans for span in scope.spans]
        return web.Response()


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    """A collector while inside."""
    collector = Collector()
    app = web.Application()
    app.router.add_post("/v1/traces", collector._take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    collector.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield collector
    finally:
        await runner.cleanup()


def _seen(span: Any, about: dict[str, Any]) -> Seen:
    return Seen(
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        name=span.name,
        start=span.start_time_unix_nano,
        end=span.end_time_unix_nano,
        problem=span.status.message,
        links=[link.trace_id.hex() for link in span.links],
        facts=_values(span.attributes),
        about=about,
    )


def _values(attributes: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}
