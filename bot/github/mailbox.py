"""What GitHub has tried to deliver to us, and asking it to try again."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.events import GitHubRepository
from bot.github.call import Call
from bot.github.client import PAGE, GitHubClient
from bot.github.failures import noting
from bot.github.payload import address, dig, items, moment, need_number, need_text, number, text

OURS = re.compile(r"/webhooks?/github(/[^/]+)?/?$")  # how the address ends that a hook of ours delivers to
_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """A webhook whose deliveries can be listed, `of` a repository or organisation; empty: the App's."""

    path: str
    of: str
    installation_id: int | None = None
    as_app: bool = False


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A delivery that is not here. `tries`: how often it was asked for; `is_pending`: an attempt is on its way."""

    mailbox: Mailbox
    delivery_id: int
    guid: str
    at: datetime
    repo_id: int | None
    tries: int
    is_pending: bool


@dataclass(frozen=True, kw_only=True)
class Hook:
    """A webhook as its admin sees it."""

    hook_id: int
    url: str
    events: tuple[str, ...]


async def mailboxes(
    github: GitHubClient, known: Sequence[GitHubRepository], *, unlisted: dict[str, str]
) -> list[Mailbox]:
    """Where to look: the App's own hook; without an App the hooks of repositories and their organisations.

    Args:
        unlisted: gets the repositories whose hooks we may not see, where no hook of their organisation stands in, each
            with GitHub's answer.
    """
    if github.is_app:
        return [Mailbox(path="/app/hook", of="", as_app=True)]
    found: list[Mailbox] = []
    refused: dict[str, str] = {}
    owners: dict[str, list[str]] = {}
    for one in known:
        with noting(refused, one.full_name):
            there = await github.repository_by_id(one)
            owners.setdefault(there.full_name.partition("/")[0], []).append(one.full_name)
            found += await _boxes(github, f"/repos/{there.full_name}", of=one.full_name)
    for owner, names in owners.items():
        with noting({}, owner):  # most owners are people, or let nobody see
            if boxes := await _boxes(github, f"/orgs/{owner}", of=owner):
                found += boxes
                refused = {name: why for name, why in refused.items() if name not in names}
    unlisted.update(refused)
    return found


async def _boxes(github: GitHubClient, home: str, *, of: str) -> list[Mailbox]:
    return [Mailbox(path=f"{home}/hooks/{hook.hook_id}", of=of) for hook in await hooks_at(github, home)]


async def hooks_at(github: GitHubClient, home: str, *, installation_id: int | None = None) -> list[Hook]:
    """The hooks at `/repos/…` or `/orgs/…` that deliver to us."""
    listed = await github.ask(Call("GET", f"{home}/hooks", installation_id, query={"per_page": str(PAGE)}))
    there = [_hook(one) for one in listed if isinstance(listed, list)]
    return [hook for hook in there if OURS.search(urlsplit(hook.url).path)]


async def hooks(github: GitHubClient, repository: GitHubRepository) -> list[Hook]:
    """A repository's webhooks, whoever they deliver to."""
    return [_hook(found) for found in await github.pages(repository, "hooks", {})]


async def set_hook_secret(github: GitHubClient, repository: GitHubRepository, hook_id: int, secret: str) -> None:
    """Have a hook sign with another secret from now on."""
    await github.within(repository, "PATCH", f"hooks/{hook_id}/config", body={"secret": secret})


def _hook(found: Any) -> Hook:
    events = tuple(name for name in items(found, "events") if isinstance(name, str))
    return Hook(hook_id=need_number(found, "id"), url=text(found, "config", "url") or "", events=events)


async def attempts(github: GitHubClient, mailbox: Mailbox, *, since: datetime) -> list[Missing]:
    """One for each delivery since a moment, whether it is here or not, oldest first; pings are left out."""
    listed: list[Any] = []
    cursor: str | None = None
    while True:
        query = {"per_page": str(PAGE)} | ({"cursor": cursor} if cursor else {})
        call = Call("GET", f"{mailbox.path}/deliveries", mailbox.installation_id, query=query, as_app=mailbox.as_app)
        answer = await github.answer(call)
        page = answer.body if isinstance(answer.body, list) else []
        listed += page
        oldest = min((at for one in page if (at := moment(one, "delivered_at"))), default=None)
        cursor = _cursor(answer.link)
        if cursor is None or oldest is None or oldest < since:
            return [one for one in _by_guid(mailbox, reversed(listed)) if one.at >= since]


def _cursor(link: str) -> str | None:
    found = _NEXT.search(link)
    return parse_qs(urlsplit(found[1]).query).get("cursor", [None])[0] if found else None


def _by_guid(mailbox: Mailbox, listed: Iterable[Any]) -> list[Missing]:
    """The attempts of each delivery as one; the newest attempt counts, and when the first one was."""
    found: dict[str, Missing] = {}
    for one in listed:
        if text(one, "event") == "ping" or not (at := moment(one, "delivered_at")):
            continue
        guid = need_text(one, "guid")
        before = found.get(guid)
        found[guid] = Missing(
            mailbox=mailbox,
            delivery_id=need_number(one, "id"),
            guid=guid,
            at=before.at if before else at,
            repo_id=number(one, "repository_id"),
            tries=(before.tries if before else 0) + (dig(one, "redelivery") is True),
            is_pending=(text(one, "status") or "").lower() in {"pending", "queued"},
        )
    return list(found.values())


async def redeliver(github: GitHubClient, missing: Missing) -> None:
    """Ask for one more attempt, under the same GUID."""
    box = missing.mailbox
    path = f"{box.path}/deliveries/{missing.delivery_id}/attempts"
    await github.ask(Call("POST", path, box.installation_id, as_app=box.as_app))


async def add_hook(
    github: GitHubClient, repository: GitHubRepository, *, url: str, secret: str, events: Sequence[str]
) -> int:
    """Give a repository a hook that delivers to us; returns its id."""
    config = {"url": url, "content_type": "json", "secret": secret, "insecure_ssl": "0"}
    body = {"name": "web", "active": True, "events": list(events), "config": config}
    return need_number(await github.within(repository, "POST", "hooks", body=body), "id")


async def add_events(github: GitHubClient, repository: GitHubRepository, hook_id: int, events: Sequence[str]) -> None:
    """Subscribe a hook to more events; those it has stay."""
    await github.within(repository, "PATCH", f"hooks/{hook_id}", body={"add_events": list(events), "active": True})


async def drop_hook(github: GitHubClient, repository: GitHubRepository, hook_id: int) -> None:
    """Take a hook away."""
    await github.within(repository, "DELETE", f"hooks/{hook_id}")


async def find_repository(github: GitHubClient, full_name: str) -> GitHubRepository:
    """A repository by name, with the App's installation that it belongs to."""
    installation_id = None
    if github.is_app:
        installed = await github.ask(Call("GET", f"/repos/{full_name}/installation", as_app=True))
        installation_id = need_number(installed, "id")
    found = await github.ask(Call("GET", f"/repos/{full_name}", installation_id))
    host = urlsplit(address(found, "html_url")).hostname or "github.com"
    return GitHubRepository(
        github_id=need_number(found, "id"),
        full_name=need_text(found, "full_name"),
        host=host,
        installation_id=installation_id,
    )
