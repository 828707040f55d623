"""The server's paths: who is let in, what is recorded, and the way from a request to its answer."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox.llm.asked import Asked, Request
from bot.sandbox.llm.chat import CHAT
from bot.sandbox.llm.faults import Draft, Fault, UnscriptedError
from bot.sandbox.llm.messages import MESSAGES
from bot.sandbox.llm.speech import spoken
from bot.sandbox.llm.wire import Api, answer, broken_off, refused, send

if TYPE_CHECKING:
    from bot.sandbox.llm.sandbox import LlmSandbox

MOST_BYTES = 16 * 2**20
UNSCRIPTED = 501
NEVER_AGAIN = {"x-should-retry": "false"}  # the SDK would ask three times for what no rule answers


@dataclass
class Heard:
    """One request as it is recorded: what came, by which rule it was answered, and what went wrong on purpose."""

    path: str
    body: Any = None
    correlation_id: str | None = None
    status: int | None = None  # None while it is answered, and when its connection broke
    rule: str | None = None
    fault: str | None = None
    said: Mapping[str, Any] | None = None


Handler = Callable[["LlmSandbox", web.Request, Heard], Awaitable[web.StreamResponse]]


def application(llm: "LlmSandbox") -> web.Application:
    """Both APIs, and `/sandbox/requests`, which lists what was heard."""
    made = web.Application(client_max_size=MOST_BYTES)
    made.add_routes(
        [
            *(web.post(api.path, partial(_hear, llm, partial(_ask, api))) for api in (MESSAGES, CHAT)),
            web.post("/v1/messages/count_tokens", partial(_hear, llm, _count_tokens)),
            web.get("/v1/models", partial(_hear, llm, _models)),
            web.get("/sandbox/requests", partial(_recorded, llm)),
        ]
    )
    return made


async def _hear(llm: "LlmSandbox", handler: Handler, http: web.Request) -> web.StreamResponse:
    try:
        body = await http.json() if http.can_read_body else None
    except ValueError:
        body = None
    heard = Heard(http.path, body, http.headers.get("X-Correlation-ID"))
    llm.heard.append(heard)
    response = await handler(llm, http, heard)
    is_gone = http.transport is None or http.transport.is_closing()
    heard.status = None if is_gone else response.status
    return response


async def _ask(api: Api, llm: "LlmSandbox", http: web.Request, heard: Heard) -> web.StreamResponse:
    if not _knows(llm, http):
        return refused(api, 401, "invalid API key")
    problem, asked = _read(api, heard.body)
    if asked is None:
        return refused(api, 400, problem)
    llm.requests.append(heard.body)
    llm.correlation_ids.append(heard.correlation_id)
    try:
        return await _answer(llm, api, http, asked, heard)
    except UnscriptedError as error:
        return refused(api, UNSCRIPTED, str(error), NEVER_AGAIN)
    except ConnectionResetError:
        llm.hung_up.set()
        return web.Response()  # to nobody
    except asyncio.CancelledError:
        llm.hung_up.set()
        raise


async def _answer(llm: "LlmSandbox", api: Api, http: web.Request, asked: Asked, heard: Heard) -> web.StreamResponse:
    number = len(llm.requests)
    fault = llm.next_fault()
    # A fault of no rule comes first, so that a stalled request is answered by what is scripted when it goes on.
    if fault:
        heard.fault = fault.kind
        if early := await _before(llm, api, http, asked, fault):
            return early
    entry = llm.book.find(asked)
    heard.rule = entry.rule.name
    own = None if fault else entry.take()
    entry.answers += own is None or own.is_answered
    if own:
        heard.fault = own.kind
        if early := await _before(llm, api, http, asked, own):
            return early
    fault = fault or own
    draft = spoken(entry.rule, asked, fault)
    heard.said = _shown(draft)
    await asyncio.sleep(entry.rule.reply.delay)
    sent = answer(api, draft, asked, number=number, pace=entry.rule.reply.pace)
    error = api.error(fault.status, f"scripted {fault.status}") if fault else None
    return await send(http, sent, fault=fault, error=error, stall=partial(_stall, llm))


async def _before(llm: "LlmSandbox", api: Api, http: web.Request, asked: Asked, fault: Fault) -> web.Response | None:
    """What happens before the first byte; the answer, when that is all there is."""
    if fault.kind == "status" and not (fault.inside and asked.is_stream):
        return refused(api, fault.status, f"scripted {fault.status}", fault.headers())
    if fault.kind == "disconnect" and not fault.inside:
        return broken_off(http)
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    if fault.kind == "stall" and not fault.inside:
        await _stall(llm)
    return None


async def _stall(llm: "LlmSandbox") -> None:
    llm.stalled.set()
    try:
        await llm.released.wait()
    finally:
        llm.stalled.clear()


async def _models(llm: "LlmSandbox", http: web.Request, _: Heard) -> web.Response:
    if not _knows(llm, http):
        return refused(MESSAGES, 401, "invalid API key")
    both = {"type": "model", "object": "model", "created_at": "2026-01-01T00:00:00Z", "owned_by": "sandbox"}
    models = [both | {"id": name, "display_name": name} for name in llm.models]
    first, last = (llm.models[0], llm.models[-1]) if llm.models else (None, None)
    return web.json_response({"object": "list", "data": models, "has_more": False, "first_id": first, "last_id": last})


async def _count_tokens(llm: "LlmSandbox", http: web.Request, heard: Heard) -> web.Response:
    if not _knows(llm, http):
        return refused(MESSAGES, 401, "invalid API key")
    if not llm.counts:
        return refused(MESSAGES, 404, "Not Found")
    problem, asked = _read(MESSAGES, {"max_tokens": 1, **heard.body} if isinstance(heard.body, dict) else heard.body)
    return web.json_response({"input_tokens": asked.tokens}) if asked else refused(MESSAGES, 400, problem)


async def _recorded(llm: "LlmSandbox", _: web.Request) -> web.Response:
    return web.json_response([asdict(heard) for heard in llm.heard])


def _knows(llm: "LlmSandbox", http: web.Request) -> bool:
    # The SDK sends its key as a bearer token, other clients and the documentation as x-api-key.
    key = http.headers.get("x-api-key") or http.headers.get("authorization", "").removeprefix("Bearer ")
    return bool(key) and llm.key in (None, key)


def _read(api: Api, body: Request | None) -> tuple[str, Asked | None]:
    """What a body asks, or why it is refused."""
    if not isinstance(body, dict):
        return "the body is no JSON object", None
    try:
        problem = api.problem(body)
        return problem or "", None if problem else api.read(body)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        return f"the body is malformed: {type(error).__name__} {error}", None


def _shown(draft: Draft) -> dict[str, Any]:
    calls = [{"name": call.name, "arguments": dict(call.arguments)} for call in draft.calls]
    return {"text": draft.text, "calls": calls, "stop": draft.stop, "usage": draft.usage}
