"""An answer in pieces, and how it goes over the socket: whole, slowly, half, or not at all."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from aiohttp import web

from bot.sandbox.llm.asked import Asked, Request
from bot.sandbox.llm.faults import Draft, Fault

PIECES = 4  # how many deltas a text or a call's arguments come in, when they are long enough
INSIDE = ("status", "stall", "disconnect")
JSON, EVENTS = "application/json", "text/event-stream"


@dataclass(frozen=True)
class Part:
    """Some bytes of a body; a piece is one in the middle of a block."""

    data: bytes
    is_piece: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is sent: in one piece, or as events with a pause between them."""

    parts: Sequence[Part]
    headers: dict[str, str]
    content_type: str = JSON
    pace: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Api:
    """One of the two APIs.

    Attributes:
        problem: why a body is refused; read: what it asks; message: the answer in one piece; events: in a stream.
        error: the body of a refusal.
    """

    path: str
    problem: Callable[[Request], str | None]
    read: Callable[[Request], Asked]
    message: Callable[[Draft, Asked, int], dict[str, Any]]
    events: Callable[[Draft, Asked, int], Iterator[Part]]
    error: Callable[[int, str], dict[str, Any]]


def answer(api: Api, draft: Draft, asked: Asked, *, number: int, pace: float = 0.0) -> Answer:
    """The answer to the request of that number."""
    headers = {"request-id": f"req_{number:04}"}
    if asked.is_stream:
        return Answer(parts=tuple(api.events(draft, asked, number)), headers=headers, content_type=EVENTS, pace=pace)
    body = json.dumps(api.message(draft, asked, number), ensure_ascii=False).encode()
    half = len(body) // 2
    return Answer(parts=(Part(body[:half], is_piece=True), Part(body[half:], is_piece=True)), headers=headers)


def refused(api: Api, status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    """An error in the API's own shape."""
    told = {"request-id": "req_failed", **(headers or {})}
    return web.json_response(api.error(status, message), status=status, headers=told)


def broken_off(http: web.Request) -> web.Response:
    """No answer: the connection is gone."""
    if http.transport:
        http.transport.abort()
    return web.Response()


async def send(
    http: web.Request, sent: Answer, *, fault: Fault | None, error: object, stall: Callable[[], Awaitable[None]]
) -> web.StreamResponse:
    """Send it, with what goes wrong on the way; `error` is the event of a refusal inside a stream."""
    if fault and fault.kind == "corrupt":
        sent = corrupted(sent, fault)
    inside = fault.kind if fault and fault.inside and fault.kind in INSIDE else None
    if sent.content_type == JSON and not inside:
        body = b"".join(part.data for part in sent.parts)
        return web.Response(body=body, content_type=JSON, headers=sent.headers)
    first, rest = halves(sent.parts) if inside else (sent.parts, ())
    length = {"content-length": str(sum(len(part.data) for part in sent.parts))} if sent.content_type == JSON else {}
    response = web.StreamResponse(headers={"content-type": sent.content_type, **length, **sent.headers})
    await response.prepare(http)
    await _write(response, first, pace=sent.pace)
    if inside == "disconnect":
        broken_off(http)
        return response
    if inside == "status":
        rest = (event(error, name="error"),)
    if inside == "stall":
        await stall()
    await _write(response, rest, pace=sent.pace)
    return response


def halves(parts: Sequence[Part]) -> tuple[Sequence[Part], Sequence[Part]]:
    """Cut in the middle of its pieces."""
    pieces = [at for at, part in enumerate(parts) if part.is_piece] or [0]
    middle = pieces[(len(pieces) - 1) // 2] + 1
    return parts[:middle], parts[middle:]


def corrupted(sent: Answer, fault: Fault) -> Answer:
    """In place of a message something else; in a stream the first piece is no JSON."""
    if sent.content_type == JSON:
        return replace(sent, parts=(Part(fault.body.encode()),))
    first, rest = halves(sent.parts)
    *before, last = first
    event = last.data.partition(b"data: ")[0] + b"data: " + " ".join(fault.body.split()).encode() + b"\n\n"
    return replace(sent, parts=(*before, Part(event), *rest))


def event(data: object, *, name: str | None = None, is_piece: bool = False) -> Part:
    """One server-sent event."""
    named = f"event: {name}\n" if name else ""
    words = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return Part(f"{named}data: {words}\n\n".encode(), is_piece)


def pieces(text: str) -> list[str]:
    """A text in as many deltas as it is long enough for."""
    size = max(1, -(-len(text) // PIECES))
    return [text[at : at + size] for at in range(0, len(text), size)]


def numbered(number: int) -> Iterator[str]:
    """Names for the calls of an answer, unlike those of any other answer."""
    return (f"{number:04}_{place}" for place in count(1))


async def _write(response: web.StreamResponse, parts: Sequence[Part], *, pace: float) -> None:
    for part in parts:
        if part.is_piece and pace:
            await asyncio.sleep(pace)
        await response.write(part.data)
