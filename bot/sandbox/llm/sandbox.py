"""The stand-in while it runs: what it is told to answer and to get wrong, and what it was asked."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from aiohttp import web

from bot.sandbox.llm.asked import Request
from bot.sandbox.llm.book import Book
from bot.sandbox.llm.defaults import DEFAULTS
from bot.sandbox.llm.faults import HALF_A_MESSAGE, Fault
from bot.sandbox.llm.routes import Heard, application
from bot.sandbox.llm.rules import Character, Match, Reply, Rule
from bot.sandbox.llm.script import Script


@dataclass
class LlmSandbox:
    """The server while it runs; faults that belong to no rule are used up in the order they were asked for.

    Attributes:
        key: the only API key that is let in; None lets in any.
        counts: whether it counts tokens when asked to; else that is not found.
        heard: every request, in order; requests: the bodies of those that a model was to answer;
            correlation_ids: what they came with.
        stalled: set while a call waits for `release`; hung_up: when a caller went away before its answer.
    """

    url: str = ""
    key: str | None = None
    counts: bool = True
    models: tuple[str, ...] = ()
    book: Book = field(default_factory=Book)
    heard: list[Heard] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    correlation_ids: list[str | None] = field(default_factory=list)
    stalled: asyncio.Event = field(default_factory=asyncio.Event)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    faults: deque[Fault] = field(default_factory=deque)

    @classmethod
    @asynccontextmanager
    async def start(cls, *, port: int = 0, script: Script | None = None) -> AsyncIterator["LlmSandbox"]:
        """Serve on the loopback interface, on a free port unless one is named."""
        script = script or Script()
        book = Book(script.rules, defaults=DEFAULTS if script.defaults else ())
        llm = cls(key=script.key, counts=script.counts, models=script.models, book=book)
        # Handlers are cancelled when their caller goes away, which is how `hung_up` is seen.
        runner = web.AppRunner(application(llm), handler_cancellation=True, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            llm.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield llm
        finally:
            llm.release()
            await runner.cleanup()

    def add(self, *rules: Rule) -> None:
        """Script rules; of those that fit the one scripted first is taken, the defaults last."""
        self.book.add(*rules)

    def play(self, character: Character, *, match: Match | None = None) -> None:
        """Let a character answer whatever no rule before fits."""
        self.add(Rule(name=character.who, match=match or Match(), reply=Reply(character=character)))

    def answer(
        self,
        *,
        when: str | Callable[[Request], bool] | None = None,
        text: str | None = None,
        json: Mapping[str, object] | None = None,
        delay: float = 0.0,
        times: int | None = None,
    ) -> None:
        """Script an answer in one line.

        Args:
            when: a part of what was said to the model, or a judge of the request; None fits every request.
            json: the answer as an object, instead of `text`.
            delay: seconds that the model thinks.
        """
        match = Match(said=when) if isinstance(when, str) else Match(judge=when)
        reply = (
            Reply(text=text, raw=True, delay=delay)
            if text is not None
            else Reply(json=dict(json or {}), raw=True, delay=delay)
        )
        self.add(Rule(match=match, reply=reply, times=times))

    def meet(self, fault: Fault) -> None:
        """Let the next requests meet a fault, whatever they ask; one with no number of times all that follow."""
        self.faults.extend([fault] if fault.times is None else [replace(fault, times=1)] * fault.times)

    def next_fault(self) -> Fault | None:
        """What the next request meets; it is used up."""
        if self.faults and self.faults[0].times is None:
            return self.faults[0]
        return self.faults.popleft() if self.faults else None

    def fail(self, *, status: int, retry_after: float | None = None, times: int = 1) -> None:
        """Refuse with an HTTP error."""
        self.meet(Fault(kind="status", status=status, retry_after=retry_after, times=times))

    def stall(self, *, times: int = 1) -> None:
        """Accept the request and stay silent until `release`."""
        self.meet(Fault(kind="stall", times=times))

    def release(self) -> None:
        """Let stalled requests have their answers."""
        self.released.set()

    def drop(self, *, times: int = 1) -> None:
        """Break the connection in the middle of the answer's body."""
        self.meet(Fault(kind="disconnect", inside=True, times=times))

    def corrupt(self, body: str = HALF_A_MESSAGE, *, times: int = 1) -> None:
        """Answer 200 with something that is not a message."""
        self.meet(Fault(kind="corrupt", body=body, times=times))

    def truncate(self, *, times: int = 1) -> None:
        """Run out of tokens half-way."""
        self.meet(Fault(kind="max_tokens", times=times))

    def leave_open(self, *, times: int = 1) -> None:
        """Give the answer with no stop reason, as a broken-off stream does."""
        self.meet(Fault(kind="no_stop", times=times))

    def refuse(self, *, times: int = 1) -> None:
        """Decline to answer."""
        self.meet(Fault(kind="refusal", times=times))
