"""GitHub's deliveries: refused with a reason, or stored with their work and only then acknowledged."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import structlog
from aiohttp import web
from limits import parse as parse_rate

from bot import stages
from bot.clients import Address, Windows, client_address, counted_as, is_in, parse_networks
from bot.gauges import Gauges
from bot.github.payload import Payload
from bot.github.signature import HEADER as SIGNATURE
from bot.server import Refusal, correlation_id, extra_headers
from bot.settings import Settings, named_networks
from handlers.github import record
from handlers.github.body import READ_SECONDS, Reader, check_declared_size, content_type_of
from handlers.github.known import Candidate, Facts, Known
from handlers.github.letter import Letter, accepted, duplicate, is_well_formed, names_of
from handlers.github.proof import QUICK, Proven, candidates, prove
from handlers.github.scope import is_in_scope
from handlers.github.turned_away import TurnedAway
from handlers.intake import Arrival, Intake
from handlers.wanted import work_of
from storage.database import Database, StorageError

log = structlog.get_logger()

PATIENCE, LONGER = {"Retry-After": "5"}, {"Retry-After": "60"}
# What was refused so would have been taken at another time.
MISSED = {"rate", "draining", "not_stored", "queue_full", "disk_full"}


class Door:
    """One process's door; it opens before Slack answers, so that nothing is missed meanwhile."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        *,
        gauges: Gauges,
        clock: Callable[[], datetime],
        is_draining: Callable[[], bool] = lambda: False,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self.db = db
        self.clock = clock
        self.known = Known(db, settings, clock=clock)
        self.gauges = gauges
        self.intake = Intake(db, gauges)
        self.turned_away = TurnedAway(db, clock=clock)
        self.is_draining = is_draining
        self._windows = Windows(clock=lambda: clock().timestamp())
        self._bodies = Reader(read_seconds)
        self._trusted = parse_networks(named_networks(settings.trusted_proxies))
        self._rate, self._network_rate = parse_rate(settings.webhook_rate), parse_rate(settings.webhook_network_rate)

    async def receive(self, request: web.Request) -> web.Response:
        """Take a delivery in, or refuse it; one that GitHub should have got through leaves a gap to be made up for."""
        came = time.perf_counter()
        try:
            with _stored_or_refused():
                return await self._take(request, came=came)
        except Refusal as refusal:
            stages.rejected(refusal.code, status=refusal.status)
            if refusal.code in MISSED and is_well_formed(request.headers):
                await self.turned_away.note(refusal.code)
            raise

    async def _take(self, request: web.Request, *, came: float) -> web.Response:
        client = self._client(request)
        facts = await self.known.present()
        self._check_rate(request, client, facts)
        if request.method != "POST":
            raise Refusal(405, "method_not_allowed", "Deliveries are sent by POST.", {"Allow": "POST"})
        await self._check_pressure()
        check_declared_size(request)
        content_type = content_type_of(request)
        tried = _candidates(request, facts)
        async with self._bodies.read(request) as body:
            proven = await self._proven(request, body, content_type, tried)
            event, guid = names_of(request.headers)
            payload = _payload(proven)
            await self._check_scope(proven.by, event, payload, correlation_id=request[correlation_id])
            if event == "ping":
                await record.hook_contact(self.db, request.headers, payload, now=self.clock())
                return web.json_response({"status": "pong", "correlation_id": request[correlation_id]})
            letter = Letter(
                event=event,
                guid=guid,
                client=str(client),
                correlation_id=request[correlation_id],
                headers=request.headers,
                payload=payload,
                proven=proven,
                size=len(body),
            )
            return await self._keep(letter, facts, came=came)

    def _client(self, request: web.Request) -> Address:
        forwarded = request.headers.getall("X-Forwarded-For", [])
        return client_address(request.remote or "::", forwarded, self._trusted)

    def _check_rate(self, request: web.Request, client: Address, facts: Facts) -> None:
        rate = self._network_rate if is_in(client, facts.networks) else self._rate
        allowance = self._windows.hit(counted_as(client), rate)
        request[extra_headers].update(allowance.headers(self.clock().timestamp()))
        if not allowance.is_allowed:
            raise Refusal(429, "rate", f"At most {allowance.limit} requests within {allowance.window} s.")

    async def _check_pressure(self) -> None:
        if self.is_draining():
            raise Refusal(503, "draining", "This process is about to end.", PATIENCE)
        strain = (await self.gauges.reading()).strain
        if strain != "ok":
            raise Refusal(503, f"{strain}_full", f"The {strain} is full; send it again later.", LONGER)

    async def _proven(self, request: web.Request, body: bytes, content_type: str, tried: Sequence[Candidate]) -> Proven:
        """Who has signed; a secret that was made a moment ago counts as well."""
        if proven := await _prove(request, body, content_type, tried):
            return proven
        if self.known.keeps_secrets:
            newer = [one for one in _candidates(request, await self.known.anew()) if one not in tried]
            if newer and (proven := await _prove(request, body, content_type, newer)):
                return proven
        raise Refusal(401, "signature", f"{SIGNATURE} is missing or does not fit.")

    async def _check_scope(self, by: Candidate, event: str, payload: Payload, *, correlation_id: str) -> None:
        if by.record and not await is_in_scope(self.db, by.record, event, payload):
            await record.out_of_scope(self.db, by, payload, correlation_id=correlation_id, now=self.clock())
            raise Refusal(401, "scope", "This hook's secret does not speak for that repository.")

    async def _keep(self, letter: Letter, facts: Facts, *, came: float) -> web.Response:
        work, reason = work_of(letter.event, letter.payload, own_login=facts.own_login)
        delivery = letter.delivery(facts.workspace_id, ignored=reason, now=self.clock())
        arrival = Arrival(delivery=delivery, work=work, is_for_us=not reason)
        is_new = await self.intake.store(arrival, came=came) is not None
        await self.turned_away.write()
        if is_new:
            return accepted(letter, ignored=reason)
        first, job = await record.first(self.db, delivery)
        if first.sha256 != delivery.sha256:
            await record.conflict(self.db, first, delivery, now=self.clock())
            raise Refusal(409, "conflict", "Another body has come in under this delivery id.")
        return duplicate(letter, first, job)


@contextmanager
def _stored_or_refused() -> Iterator[None]:
    try:
        yield
    except StorageError as error:
        log.error("delivery not stored", error=str(error)[:200])
        raise Refusal(503, "not_stored", "It could not be stored; send it again later.", PATIENCE) from error


def _candidates(request: web.Request, facts: Facts) -> list[Candidate]:
    if not facts.candidates:
        raise Refusal(503, "webhook_secret_missing", "GITHUB_WEBHOOK_SECRET is not set: nothing can be believed.")
    return candidates(
        facts.candidates,
        hook_key=request.match_info.get("hook_key"),
        hook_id=request.headers.get("X-GitHub-Hook-ID"),
    )


async def _prove(request: web.Request, body: bytes, content_type: str, tried: Sequence[Candidate]) -> Proven | None:
    signatures = request.headers.getall(SIGNATURE, [])
    if len(body) <= QUICK:
        return prove(body, signatures, content_type, tried)
    return await asyncio.to_thread(prove, body, signatures, content_type, tried)


def _payload(proven: Proven) -> Payload:
    if proven.payload is None:
        raise Refusal(400, "not_json", f"The body is not a JSON object: {proven.problem}.")
    return proven.payload
