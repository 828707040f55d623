"""Socket Mode as an app sees it: hello, envelopes that come again until acknowledged, sockets that misbehave on cue."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from aiohttp import WSMsgType, web

from bot.sandbox.slack.message import APP_ID, Payload
from bot.sandbox.slack.refusals import SlackTimeoutError

RETRIES = 3
MAX_SOCKETS = 10  # Slack's limit for one app


@dataclass(eq=False)
class Envelope:
    """One thing sent to the app; the times are in seconds of the sandbox's clock."""

    id: str
    kind: str
    payload: Payload
    sent_at: float | None = None
    acked_at: float | None = None
    attempt: int = 0
    reason: str = ""
    timeouts: int = 0
    is_lost: bool = False
    answer: asyncio.Future[Payload | None] = field(repr=False, kw_only=True)
    timer: asyncio.TimerHandle | None = field(default=None, repr=False)
    connection: "Connection | None" = field(default=None, repr=False)

    @property
    def awaits_answer(self) -> bool:
        """A person waits for it; Slack never sends such an envelope twice."""
        return self.kind != "events_api"

    def as_text(self) -> str:
        """The frame that goes over the socket."""
        retry = {} if self.awaits_answer else {"retry_attempt": self.attempt, "retry_reason": self.reason}
        frame = {"envelope_id": self.id, "type": self.kind, "payload": self.payload, **retry}
        return json.dumps({**frame, "accepts_response_payload": self.awaits_answer})


@dataclass(eq=False)
class Connection:
    """One open socket of the app."""

    number: int
    ws: web.WebSocketResponse
    frames: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    unacked: dict[str, Envelope] = field(default_factory=dict)
    is_retiring: bool = False


class SocketMode:
    """Sends envelopes round-robin over the open sockets and keeps them until they are acknowledged."""

    def __init__(
        self, now: Callable[[], float], changed: Callable[[], None], *, redeliver_after: float, ack_within: float
    ) -> None:
        self._now, self._changed = now, changed
        self._redeliver_after, self._ack_within = redeliver_after, ack_within
        self._numbers = count(1)
        self._backlog: deque[Envelope] = deque()
        self.connections: list[Connection] = []
        self.sent: list[Envelope] = []
        self.is_muted = False
        self.answers_pings = True
        self.holds_acks = False
        self.holds_events = False
        self.refusals_left = 0

    def send(self, kind: str, payload: Payload) -> Envelope:
        """Give the app an envelope now, or as soon as it has a socket open."""
        number = next(self._numbers)
        answer = asyncio.get_running_loop().create_future()
        envelope = Envelope(f"e{number:08d}-sandbox", kind, payload, answer=answer)
        self.sent.append(envelope)
        self._deliver(envelope)
        return envelope

    async def ask(self, kind: str, payload: Payload) -> Payload | None:
        """Send what a person waits for, and give back the payload of the app's acknowledgement.

        Raises:
            SlackTimeoutError: no socket is open, or no acknowledgement came within three seconds.
        """
        if not self.usable:
            raise SlackTimeoutError("dispatch_failed")
        envelope = self.send(kind, payload)
        try:
            async with asyncio.timeout(self._ack_within):
                return await envelope.answer
        except TimeoutError:
            raise SlackTimeoutError("operation_timeout") from None

    def release(self, *, backwards: bool = False) -> None:
        """Send what was held back, oldest or (`backwards`) newest first."""
        self.holds_events = False
        waiting = list(self._backlog)[:: -1 if backwards else 1]
        self._backlog.clear()
        for envelope in waiting:
            self._deliver(envelope)

    def lose(self) -> None:
        """Give up what has waited for a socket in vain, as Slack does after some minutes."""
        for envelope in self._backlog:
            envelope.is_lost = True
        self._backlog.clear()
        self._changed()

    def again(self, envelope: Envelope) -> None:
        """Send an event once more though it may have been acknowledged."""
        envelope.attempt += 1
        envelope.reason = "timeout"
        self._deliver(envelope)

    @property
    def usable(self) -> list[Connection]:
        """The sockets that envelopes may go to."""
        return [connection for connection in self.connections if not connection.is_retiring]

    def _deliver(self, envelope: Envelope) -> None:
        usable = self.usable
        if not usable or (self.holds_events and not envelope.awaits_answer):
            self._backlog.append(envelope)
            return
        connection = min(usable, key=lambda candidate: candidate.number)
        connection.number = next(self._numbers)  # to the back of the row
        connection.unacked[envelope.id] = envelope
        envelope.connection = connection
        envelope.sent_at = envelope.sent_at or self._now()
        if not self.is_muted:
            connection.frames.put_nowait(envelope.as_text())
        if not envelope.awaits_answer:
            self._arm(envelope)
        self._changed()

    def _arm(self, envelope: Envelope) -> None:
        if envelope.timer:
            envelope.timer.cancel()
        envelope.timer = asyncio.get_running_loop().call_later(self._redeliver_after, self._time_out, envelope)

    def _time_out(self, envelope: Envelope) -> None:
        self._forget(envelope)
        envelope.timeouts += 1
        if envelope.timeouts > RETRIES:
            envelope.is_lost = True
            self._changed()
        else:
            self.again(envelope)

    def _forget(self, envelope: Envelope) -> None:
        if envelope.timer:
            envelope.timer.cancel()
        if envelope.connection:
            envelope.connection.unacked.pop(envelope.id, None)

    def _acknowledge(self, connection: Connection, frame: Payload) -> None:
        envelope = connection.unacked.get(str(frame.get("envelope_id")))
        if envelope is None or self.holds_acks:
            return
        self._forget(envelope)
        envelope.acked_at = self._now()
        if not envelope.answer.done():
            envelope.answer.set_result(frame.get("payload") or None)
        self._changed()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """The WebSocket end of `apps.connections.open`."""
        if self.refusals_left > 0 or len(self.connections) >= MAX_SOCKETS:
            self.refusals_left = max(0, self.refusals_left - 1)
            raise web.HTTPServiceUnavailable(text="no socket for now")
        ws = web.WebSocketResponse(timeout=1.0, autoping=False, max_msg_size=0)
        await ws.prepare(request)
        connection = Connection(next(self._numbers), ws)
        self.connections.append(connection)
        connection.frames.put_nowait(_hello(len(self.connections)))
        if not self.holds_events:
            self.release()
        self._changed()
        writer = asyncio.create_task(self._write(connection))
        try:
            await self._read(connection)
        finally:
            writer.cancel()
            with suppress(asyncio.CancelledError, ConnectionError):
                await writer
            self._lose(connection)
        return ws

    async def _write(self, connection: Connection) -> None:
        while True:
            await connection.ws.send_str(await connection.frames.get())

    async def _read(self, connection: Connection) -> None:
        async for frame in connection.ws:
            if frame.type is WSMsgType.TEXT:
                self._acknowledge(connection, json.loads(frame.data))
            elif frame.type is WSMsgType.PING and self.answers_pings and not self.is_muted:
                await connection.ws.pong(frame.data)

    def _lose(self, connection: Connection) -> None:
        self.connections.remove(connection)
        for envelope in list(connection.unacked.values()):
            self._forget(envelope)
            if not envelope.awaits_answer:
                envelope.attempt += 1
                envelope.reason = "connection_failed"
                self._deliver(envelope)
        self._changed()

    async def refresh(self) -> None:
        """Ask every open socket to be replaced, as Slack does every few hours."""
        for connection in self.usable:
            connection.is_retiring = True
            for reason in ("warning", "refresh_requested"):
                frame = {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
                connection.frames.put_nowait(json.dumps(frame))

    async def drop(self) -> None:
        """Close every socket without a word."""
        for connection in list(self.connections):
            connection.is_retiring = True
            await connection.ws.close()

    def stop(self) -> None:
        """Cancel what would fire after the end."""
        for envelope in self.sent:
            self._forget(envelope)


def _hello(open_sockets: int) -> str:
    info = {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060}
    frame = {"type": "hello", "num_connections": open_sockets, "debug_info": info}
    return json.dumps({**frame, "connection_info": {"app_id": APP_ID}})
