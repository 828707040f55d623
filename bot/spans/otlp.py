"""Spans go to a collector by OTLP over HTTP, in batches from a thread of their own: nobody ever waits for it."""

import asyncio
import hashlib
import secrets
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from bot.redact import redact, redact_fields
from bot.spans.span import Hear, Span

log = structlog.get_logger()

WAITING = 2048  # spans that may wait for the collector; beyond, the oldest are dropped
BATCH = 256
PAUSE_MS = 1000  # between two batches
REQUEST_SECONDS = 5.0  # one batch, its repetitions included
FLUSH_SECONDS = 1.5  # what the end of the process may take longer
LONGEST = 200  # characters of a text


class Given(IdGenerator):
    """Ids that follow from what a span is about; they are taken at once, in the thread that sets them."""

    def __init__(self) -> None:
        self.trace_id = self.span_id = 0

    def generate_trace_id(self) -> int:
        return self.trace_id

    def generate_span_id(self) -> int:
        return self.span_id


@asynccontextmanager
async def open_collector(endpoint: str, *, worker: str, role: str, version: str) -> AsyncIterator[Hear]:
    """A listener that keeps each span for the next batch; at the end what is left is sent, if that is quickly done."""
    about = {"service.name": "chargehand", "service.version": version, "service.instance.id": worker, "role": role}
    ids = Given()
    provider = TracerProvider(
        sampler=ALWAYS_ON, resource=Resource.create(about), id_generator=ids, shutdown_on_exit=False
    )
    exporter: SpanExporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=REQUEST_SECONDS)
    provider.add_span_processor(
        BatchSpanProcessor(
            exporter, max_queue_size=WAITING, max_export_batch_size=BATCH, schedule_delay_millis=PAUSE_MS
        )
    )
    try:
        yield partial(_keep, provider.get_tracer("chargehand"), ids)
    finally:
        flushing = threading.Thread(target=provider.shutdown, daemon=True)  # a daemon: it may be left behind
        flushing.start()
        await asyncio.to_thread(flushing.join, FLUSH_SECONDS)
        if flushing.is_alive():
            log.warning("the collector of spans does not answer: the last ones are lost")
            exporter.shutdown()


def _keep(tracer: trace.Tracer, ids: Given, told: Span) -> None:
    """Hand it to the next batch, under the ids that every process would give it."""
    ids.trace_id = _number(told.correlation_id, size=16)
    ids.span_id = _number(told.correlation_id, told.place or secrets.token_hex(8), size=8)
    span = tracer.start_span(
        told.name[:LONGEST],
        context=_within(ids.trace_id, told),
        kind=trace.SpanKind.CLIENT if told.is_call else trace.SpanKind.INTERNAL,
        links=_links(told),
        start_time=_nanoseconds(told.start),
        attributes=_attributes(told),
    )
    if told.problem:
        span.set_status(trace.StatusCode.ERROR, redact(told.problem)[:LONGEST])
    span.end(_nanoseconds(told.end))


def _within(trace_id: int, told: Span) -> Context:
    """What makes it a part of its parent, which may be another process's and may not have ended yet."""
    if not told.parent:
        return Context()
    above = _number(told.correlation_id, told.parent, size=8)
    flags = trace.TraceFlags(trace.TraceFlags.SAMPLED)
    parent = trace.SpanContext(trace_id, above, is_remote=True, trace_flags=flags)
    return trace.set_span_in_context(trace.NonRecordingSpan(parent), Context())


def _links(told: Span) -> list[trace.Link]:
    """The caller's own trace is another one, which this one can be reached from."""
    sent = TraceContextTextMapPropagator().extract({"traceparent": told.caller}, Context())
    caller = trace.get_current_span(sent).get_span_context()
    return [trace.Link(caller)] if caller.is_valid else []


def _attributes(told: Span) -> dict[str, str | int]:
    facts = redact_fields({"correlation_id": told.correlation_id, **told.facts})
    return {name: value if isinstance(value, int) else str(value)[:LONGEST] for name, value in facts.items()}


def _number(*about: str, size: int) -> int:
    return int.from_bytes(hashlib.sha256("\n".join(about).encode()).digest()[:size])


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)
