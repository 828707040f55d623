"""Where clients knock: each request is checked, answered as GitHub answers, recorded, and failed on cue."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web

from bot.sandbox.github.access import Level, check, check_kind, check_organization, may_see
from bot.sandbox.github.ask import Answer, Ask
from bot.sandbox.github.events import Herald
from bot.sandbox.github.faults import Fault, Faults
from bot.sandbox.github.keys import Caller, Keyring
from bot.sandbox.github.limits import Limits
from bot.sandbox.github.records import Repository
from bot.sandbox.github.refusals import ApiError, not_found
from bot.sandbox.github.routes import REPO, ROUTES, Route
from bot.sandbox.github.world import Call

BY_ID = "/repositories/{repository_id}"
# What a version of the API no longer tells; the first is what a request without a version gets.
VERSIONS: dict[str, set[str]] = {"2022-11-28": set(), "2026-03-10": {"assignee", "merge_commit_sha", "rate"}}
LARGEST_REQUEST = 4 * 1024 * 1024
DOCUMENTATION = "https://docs.github.com/rest"
NOBODY = Caller("nobody")
NOWHERE = Route("*", "", lambda ask: Answer(404))


@dataclass(frozen=True)
class Exchange:
    """A request and its answer, for those who check them; `template` is empty for an unknown path."""

    method: str
    template: str
    path: str
    query: dict[str, str]
    body: Any
    status: int
    answer: Any


class Api:
    """Answers the API's calls."""

    def __init__(self, herald: Herald, observe: Callable[[Exchange], None]) -> None:
        self.herald, self.world = herald, herald.world
        self.faults = Faults()
        self.limits = Limits(self.world.now)
        self.keyring = Keyring(self.world)
        self.stopping = asyncio.Event()
        self._observe = observe

    def routes(self) -> list[web.AbstractRouteDef]:
        """Every path, a repository's by its name and by its id; the rest is not found."""
        by_name = [web.route(one.method, _matched(one.template), partial(self._call, one)) for one in ROUTES]
        by_id = [
            web.route(one.method, _matched(one.template.replace(REPO, BY_ID)), partial(self._call, one))
            for one in ROUTES
            if one.need
        ]
        logs = web.get("/logs/{job_id}", self._log)
        return [*by_name, *by_id, logs, web.route("*", "/{rest:.*}", partial(self._call, NOWHERE))]

    async def _log(self, request: web.Request) -> web.Response:
        """A job's log, as the storage beside GitHub serves it: its address is the key, and another one is an error."""
        if "Authorization" in request.headers:
            return web.Response(status=400, text="InvalidAuthenticationInfo")
        everywhere = (run for where in self.world.repositories.values() for run in where.runs)
        wanted = request.match_info["job_id"]
        logs = [job.log for run in everywhere for job in run.jobs if str(job.id) == wanted]
        return web.Response(text=logs[0]) if logs else web.Response(status=404)

    async def _call(self, route: Route, request: web.Request) -> web.StreamResponse:
        sent = await request.read()
        fault = self.faults.take(f"{request.method} {request.path}")
        if fault:
            return await self._spoil(route, request, sent, fault)
        return self._respond(route, request, sent, *self._answer(route, request, sent))

    async def _spoil(self, route: Route, request: web.Request, sent: bytes, fault: Fault) -> web.StreamResponse:
        answered = self._answer(route, request, sent) if fault.when == "after" else None
        caller = self._caller_or_nobody(request)
        if fault.kind == "slow":
            await self._wait(fault.seconds)
            return self._respond(route, request, sent, *(answered or self._answer(route, request, sent)))
        if fault.kind in ("hang", "reset"):
            self._record(route, request, sent, caller, None)
            await self._wait(None if fault.kind == "hang" else 0)
            if request.transport:
                request.transport.abort()
            return web.Response()
        refusal = fault.refusal(resets_at=self.limits.window(caller.name).resets_at)
        return self._respond(route, request, sent, caller, _refused(refusal))

    async def _wait(self, seconds: float | None) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)

    def _caller_or_nobody(self, request: web.Request) -> Caller:
        try:
            return self.keyring.caller(request.headers.get("Authorization", ""))
        except ApiError:
            return NOBODY

    def _answer(self, route: Route, request: web.Request, sent: bytes) -> tuple[Caller, Answer]:
        caller = NOBODY
        try:
            caller = self.keyring.caller(request.headers.get("Authorization", ""))
            if not route.is_free:
                self.limits.count(caller.name, writes=route.writes)
            return caller, self._run(route, request, sent, caller)
        except ApiError as refused:
            return caller, _refused(refused)

    def _run(self, route: Route, request: web.Request, sent: bytes, caller: Caller) -> Answer:
        if _version(request) not in VERSIONS:
            raise ApiError(400, f"Unsupported API version {_version(request)}")
        if route is NOWHERE:
            raise not_found()
        body = _read(sent)
        if not isinstance(body, dict):
            raise ApiError(400, "Problems parsing JSON")
        if route.kind:
            check_kind(caller, route.kind)
        found = self._find_repository(route, request, caller) if route.need else None
        if route.need and found:
            check(caller, found, route.need)
        if "org" in request.match_info:
            self._check_organization(route, request, caller)
        ask = Ask(
            herald=self.herald,
            keyring=self.keyring,
            limits=self.limits,
            caller=caller,
            path=request.path,
            params=dict(request.match_info),
            query=dict(request.query),
            body=body,
            found=found,
            accept=request.headers.get("Accept", ""),
        )
        return route.run(ask)

    def _check_organization(self, route: Route, request: web.Request, caller: Caller) -> None:
        if request.match_info["org"].lower() != self.world.organization.login:
            raise not_found()
        level: Level = "write" if route.writes else "read"
        check_organization(caller, self.world.owners, level, permission=route.of_organization)

    def _find_repository(self, route: Route, request: web.Request, caller: Caller) -> Repository:
        params = request.match_info
        if "repository_id" in params:
            wanted = params["repository_id"]
            by_id = self.world.repositories.get(int(wanted)) if wanted.isdecimal() else None
            if by_id is None:
                raise not_found()
            return by_id
        name = f"{params['owner']}/{params['repo']}"
        if found := self.world.find_repository(name):
            return found
        moved = self.world.find_moved(name)
        if moved is None or not may_see(caller, moved):
            raise not_found()
        rest = request.path.split("/", 4)[4:]
        address = "/".join((f"{self.world.url}/repositories/{moved.id}", *rest))
        address += f"?{request.query_string}" if request.query_string else ""
        raise ApiError(307 if route.writes else 301, "Moved Permanently", headers={"location": address}, url=address)

    def _respond(
        self, route: Route, request: web.Request, sent: bytes, caller: Caller, answer: Answer
    ) -> web.StreamResponse:
        gone = VERSIONS.get(_version(request), set())
        text = b"" if answer.body is None else json.dumps(_without(answer.body, gone)).encode()
        headers = {"x-github-media-type": "github.v3; format=json", "x-github-request-id": f"{self.world.next_id():X}"}
        if request.method == "GET" and answer.status == 200:
            headers["etag"] = f'W/"{hashlib.sha256(text).hexdigest()}"'
            if request.headers.get("If-None-Match") == headers["etag"]:
                self.limits.give_back(caller.name)
                answer, text = Answer(304), b""
        self._record(route, request, sent, caller, answer)
        kind = {"content-type": "application/json; charset=utf-8"} if text else {}
        headers |= self.limits.headers(caller.name, request.path) | answer.headers | kind
        return web.Response(status=answer.status, body=text, headers=headers)

    def _record(self, route: Route, request: web.Request, sent: bytes, caller: Caller, answer: Answer | None) -> None:
        query, body, status = dict(request.query), _read(sent), answer.status if answer else None
        self.world.calls.append(Call(request.method, request.path, query, body, caller.name, self.world.now(), status))
        if answer:
            told = (answer.status, answer.body)
            self._observe(Exchange(request.method, route.template, request.path, query, body or None, *told))
        self.world.changed()


def _matched(template: str) -> str:
    return template.replace("{path}", "{path:.*}")  # a file's path has slashes


def _read(sent: bytes) -> Any:
    try:
        return json.loads(sent) if sent else {}
    except ValueError:
        return None


def _version(request: web.Request) -> str:
    return request.headers.get("X-GitHub-Api-Version", "2022-11-28")


def _without(told: Any, gone: set[str]) -> Any:
    if isinstance(told, list):
        return [_without(one, gone) for one in told]
    if isinstance(told, dict):
        return {key: _without(value, gone) for key, value in told.items() if key not in gone}
    return told


def _refused(why: ApiError) -> Answer:
    told = {"message": why.message} | why.details | {"documentation_url": DOCUMENTATION, "status": str(why.status)}
    return Answer(why.status, told, why.headers)
