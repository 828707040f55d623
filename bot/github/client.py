"""What Chargehand asks and does on GitHub; the one place that calls it."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
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
_trust = cache(create_ssl_context)  # whose certificates are believed: to read them takes a while, so once for all
_FULL_NAME = re.compile(r"(?!\.{1,2}/)[\w.-]+/(?!\.{1,2}$)[\w.-]+", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class GitHubComment:
    """A comment as GitHub has it."""

    comment_id: int
    url: str
    body: str


@dataclass(frozen=True, kw_only=True)
class GitHubHook:
    """A repository's webhook: which address it delivers to."""

    hook_id: int
    url: str


class GitHubClient:
    """The verbs. Each raises CallFailed, which says whether to wait, to look, or to give up."""

    def __init__(
        self,
        plain: GitHub[UnauthAuthStrategy],
        tokens: Tokens,
        app: GitHub[AppAuthStrategy] | None,
        *,
        pace: Pace,
        is_urgent: bool = False,
    ) -> None:
        self._plain, self._tokens, self._app = plain, tokens, app
        self._pace, self._is_urgent = pace, is_urgent

    def for_a_person(self) -> "GitHubClient":
        """The same client for what a person waits for: it may use the calls that are kept for them."""
        return GitHubClient(self._plain, self._tokens, self._app, pace=self._pace, is_urgent=True)

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
        listed = await self._pages(repository, "issues", query | _since(since))
        return [parse_issue({"issue": found}, "issue") for found in listed if "pull_request" not in found]

    async def comments(
        self, repository: GitHubRepository, number: int, *, since: datetime | None = None
    ) -> list[GitHubComment]:
        """The comments on an issue that were written or edited since a moment."""
        listed = await self._pages(repository, f"issues/{number}/comments", _since(since))
        return [_comment(found) for found in listed]

    async def comment(
        self, repository: GitHubRepository, number: int, body: str, *, effect: Effect | None = None
    ) -> GitHubComment:
        """Write a comment; not repeated here, whatever happens."""
        path = f"issues/{number}/comments"
        return _comment(await self.within(repository, "POST", path, body={"body": body}, effect=effect))

    async def hooks(self, repository: GitHubRepository) -> list[GitHubHook]:
        """The repository's webhooks."""
        listed = await self._pages(repository, "hooks", {})
        return [
            GitHubHook(hook_id=need_number(found, "id"), url=text(found, "config", "url") or "") for found in listed
        ]

    async def set_hook_secret(self, repository: GitHubRepository, hook_id: int, secret: str) -> None:
        """Have a hook sign with another secret from now on."""
        await self.within(repository, "PATCH", f"hooks/{hook_id}/config", body={"secret": secret})

    async def _pages(self, repository: GitHubRepository, path: str, query: dict[str, str]) -> list[Any]:
        found: list[Any] = []
        page = 1
        while True:
            paged = query | {"per_page": str(PAGE), "page": str(page)}
            listed = await self.within(repository, "GET", path, query=paged)
            found += listed if isinstance(listed, list) else []
            if not isinstance(listed, list) or len(listed) < PAGE:
                return found
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
        if not _FULL_NAME.fullmatch(repository.full_name):
            raise CallFailed(f"{repository.full_name[:80]!r} is no repository's name", is_final=True)
        url = f"/repos/{repository.full_name}/{path}"
        call = Call(method, url, installation_id=repository.installation_id, query=query, body=body, effect=effect)
        try:
            return await self.ask(call)
        except Moved:
            there = await self.repository_by_id(repository)
            return await self.ask(replace(call, url=f"/repos/{there.full_name}/{path}"))

    @property
    def is_app(self) -> bool:
        """Whether we act as an App, which has a webhook of its own."""
        return self._app is not None

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
        return await self._pace.send(who, request, is_write=call.is_write, asker=asker, is_urgent=self._is_urgent)


class Moved(CallFailed):
    """What was asked for has another name by now; nothing was done."""


def _since(moment: datetime | None) -> dict[str, str]:
    return {"since": moment.strftime("%Y-%m-%dT%H:%M:%SZ")} if moment else {}


def _comment(found: Any) -> GitHubComment:
    return GitHubComment(
        comment_id=need_number(found, "id"), url=address(found, "html_url"), body=text(found, "body") or ""
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
        "ssl_verify": _trust(),
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
