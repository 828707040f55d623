"""What Chargehand asks and does on GitHub; the one place that calls it."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from githubkit import GitHub, Response
from githubkit.auth import AppAuthStrategy, UnauthAuthStrategy
from httpx import create_ssl_context

from bot.events import GitHubIssue, GitHubRepository
from bot.github.call import Answer, Call, Effect
from bot.github.failures import CallFailed, Plain, failures
from bot.github.pace import Pace
from bot.github.parse import parse_issue, parse_repository
from bot.github.payload import address, items, need_number, need_text, text
from bot.github.tokens import Tokens
from bot.limiter import Limiter
from bot.settings import Settings

VERSION = {"X-GitHub-Api-Version": "2022-11-28"}  # the newest that every Enterprise Server knows
PAGE = 100
NOT_MODIFIED = 304
ELSEWHERE = 302  # a log lies on another server; a repository that moved answers 301 or 307
trust = cache(create_ssl_context)  # whose certificates are believed: to read them takes a while, so once for all
_FULL_NAME = re.compile(r"(?!\.{1,2}/)[\w.-]+/(?!\.{1,2}$)[\w.-]+", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class GitHubComment:
    """A comment as GitHub has it."""

    comment_id: int
    url: str
    body: str
    author: str | None = None  # a login


class GitHubClient:
    """The verbs. Each raises CallFailed, which says whether to wait, to look, or to give up."""

    def __init__(
        self, plain: GitHub[UnauthAuthStrategy], tokens: Tokens, app: GitHub[AppAuthStrategy] | None, *, pace: Pace
    ) -> None:
        self._plain, self._tokens, self._app = plain, tokens, app
        self._pace, self._is_urgent = pace, False
        self.rights: dict[tuple[int, str], tuple[float, str]] = {}  # what bot/github/rights.py remembers

    def for_a_person(self) -> "GitHubClient":
        """The same client for what a person waits for: it may use the calls that are kept for them."""
        client = copy(self)
        client._is_urgent = True
        return client

    async def reach(self) -> None:
        """See whether GitHub answers us, at no cost."""
        await self.answer(Call("GET", "/app", as_app=True) if self._app else Call("GET", "/rate_limit"))

    async def hook_ranges(self) -> list[str]:
        """The networks that GitHub's webhooks come from."""
        with failures():
            meta = (await self._send(self._plain, Call("GET", "/meta"), VERSION, who="nobody")).json()
        return [cidr for cidr in items(meta, "hooks") if isinstance(cidr, str)]

    async def own_login(self) -> str:
        """The login under which our own actions come back as events."""
        if self._app:
            return f"{need_text(await self.ask(Call('GET', '/app', as_app=True)), 'slug')}[bot]"
        return need_text(await self.ask(Call("GET", "/user")), "login")

    async def repository_by_id(self, repository: GitHubRepository) -> GitHubRepository:
        """The repository under the name it has today."""
        installation_id = repository.installation_id
        found = await self.ask(Call("GET", f"/repositories/{repository.github_id}", installation_id))
        return replace(parse_repository({"repository": found}, "repository"), installation_id=installation_id)

    async def issue(self, repository: GitHubRepository, number: int) -> GitHubIssue:
        """One issue."""
        return parse_issue({"issue": await self.within(repository, "GET", f"issues/{number}")}, "issue")

    async def issues(self, repository: GitHubRepository, *, since: datetime | None = None) -> list[GitHubIssue]:
        """All issues that changed since a moment, the least recently changed first; pull requests are left out."""
        query = {"state": "all", "sort": "updated", "direction": "asc"}
        listed = await self.pages(repository, "issues", query | _since(since))
        return [parse_issue({"issue": found}, "issue") for found in listed if "pull_request" not in found]

    async def comments(
        self, repository: GitHubRepository, number: int, *, since: datetime | None = None
    ) -> list[GitHubComment]:
        """The comments on an issue that were written or edited since a moment."""
        listed = await self.pages(repository, f"issues/{number}/comments", _since(since))
        return [_comment(found) for found in listed]

    async def comment(
        self, repository: GitHubRepository, number: int, body: str, *, effect: Effect | None = None
    ) -> GitHubComment:
        """Write a comment; not repeated here, whatever happens."""
        path = f"issues/{number}/comments"
        return _comment(await self.within(repository, "POST", path, body={"body": body}, effect=effect))

    async def pages(
        self, repository: GitHubRepository, path: str, query: dict[str, str], *, key: str = "", most: int | None = None
    ) -> list[Any]:
        """A whole list, or its first so many; `key`: where it lies in the answer, if that is no list itself."""
        found: list[Any] = []
        page = 1
        while True:
            paged = query | {"per_page": str(min(PAGE, most or PAGE)), "page": str(page)}
            answer = await self.within(repository, "GET", path, query=paged)
            listed = items(answer, key) if key else answer if isinstance(answer, list) else []
            found += listed
            if len(listed) < PAGE or (most is not None and len(found) >= most):
                return found[:most]
            page += 1

    async def within(
        self,
        repository: GitHubRepository,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
        effect: Effect | None = None,
    ) -> Any:
        """Ask within a repository; one that was renamed or moved is found by its id."""
        call = Call(method, path, query=query, body=body, effect=effect)
        return (await self.answer_within(repository, call)).body

    async def answer_within(self, repository: GitHubRepository, call: Call) -> Answer:
        """The same with what the headers say of it; the call's address is that below the repository's own."""
        if not _FULL_NAME.fullmatch(repository.full_name):
            raise CallFailed(f"{repository.full_name[:80]!r} is no repository's name", is_final=True)
        there = replace(
            call, url=f"/repos/{repository.full_name}/{call.url}", installation_id=repository.installation_id
        )
        try:
            return await self.answer(there)
        except Moved:
            moved = await self.repository_by_id(repository)
            return await self.answer(replace(there, url=f"/repos/{moved.full_name}/{call.url}"))

    @property
    def is_app(self) -> bool:
        """Whether we act as an App, which has a webhook of its own."""
        return self._app is not None

    @property
    def base_url(self) -> str:
        """Where GitHub's API is."""
        return str(self._plain.config.base_url)

    async def ask(self, call: Call) -> Any:
        """What GitHub answers, as JSON."""
        return (await self.answer(call)).body

    async def answer(self, call: Call) -> Answer:
        """What GitHub answers, with what the headers say of it."""
        try:
            return await self._answer_once(call)
        except CallFailed as failed:
            if not failed.code.startswith("http_401") or not self._tokens.forget(call.installation_id):
                raise
            return await self._answer_once(call)

    async def _answer_once(self, call: Call) -> Answer:
        headers = VERSION | ({"If-None-Match": call.etag} if call.etag else {})
        headers |= {"Accept": call.accept} if call.accept else {}
        asking: GitHub[Any] = self._plain
        who = str((self._app and call.installation_id) or "token")
        if call.as_app and self._app:
            asking, who = self._app, "app"
        else:
            headers |= await self._tokens.header(call.installation_id)
        with failures():
            answer = await self._send(asking, call, headers, who=who)
            if answer.status_code == NOT_MODIFIED:
                return Answer(None, call.etag, is_unchanged=True)
            if answer.status_code == ELSEWHERE and call.url.endswith("/logs"):
                return Answer(None, location=answer.headers.get("Location", ""))
            if 300 <= answer.status_code < 400:
                raise Moved("moved", is_final=True)
            found = answer.json() if answer.content else None
            return Answer(found, answer.headers.get("ETag"), link=answer.headers.get("Link", ""))

    async def _send(self, asking: GitHub[Any], call: Call, headers: dict[str, str], *, who: str) -> Response[Any]:
        async def request() -> Response[Any]:
            if call.effect:
                await call.effect.before()
            return await asking.arequest(call.method, call.url, params=call.query, json=call.body, headers=headers)

        asker = call.effect.key if call.effect and not self._is_urgent else None
        return await self._pace.send(who, request, call, asker=asker, is_urgent=self._is_urgent)


class Moved(CallFailed):
    """What was asked for has another name by now; nothing was done."""


def _since(moment: datetime | None) -> dict[str, str]:
    return {"since": moment.strftime("%Y-%m-%dT%H:%M:%SZ")} if moment else {}


def _comment(found: Any) -> GitHubComment:
    return GitHubComment(
        comment_id=need_number(found, "id"),
        url=address(found, "html_url"),
        body=text(found, "body") or "",
        author=text(found, "user", "login"),
    )


def _pem(key: str) -> str:
    """A key as PEM: itself, with `\\n` for line ends maybe, or the path of its file."""
    return key.replace("\\n", "\n") if key.lstrip().startswith("-----") else Path(key).expanduser().read_text("ascii")


@asynccontextmanager
async def open_github(settings: Settings, *, limiter: Limiter | None = None) -> AsyncIterator[GitHubClient]:
    """The client, over shared connections; with a limiter it keeps to the pace of all processes together.

    Enter it before the tasks that use it are made: githubkit keeps its connections in a context variable, and a task
    made earlier would open new ones for each call.
    """
    # GitHub's own limits are the queue's business: githubkit would sleep in place, and send a POST up to four times.
    options: dict[str, Any] = {
        "base_url": settings.github_api_url,
        "timeout": settings.call_timeout_seconds,
        "auto_retry": False,
        "http_cache": False,
        "follow_redirects": False,  # a redirected POST would become a GET
        "ssl_verify": trust(),
    }
    token, key = settings.github_token, settings.github_private_key
    async with AsyncExitStack() as opened:
        plain = await opened.enter_async_context(Plain(**options))
        app = None
        if settings.github_app_id and key:
            auth = AppAuthStrategy(settings.github_app_id, _pem(key.get_secret_value()))
            app = await opened.enter_async_context(Plain(auth, **options))
        tokens = Tokens(token.get_secret_value() if token else None, app)
        yield GitHubClient(plain, tokens, app, pace=Pace(limiter))
