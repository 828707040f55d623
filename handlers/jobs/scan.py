"""Reads what changed in a repository, page by page; each change becomes the delivery that would have told of it."""

import asyncio
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog

from agent.github.repositories import as_told, seen
from agent.github.scan import (
    Change,
    Cursor,
    advance,
    as_comment,
    as_issue,
    as_pull,
    changed_at,
    is_known,
    keep,
    kept,
    key_of,
)
from bot.errors import TryLater
from bot.github import facts
from bot.github.call import Call
from bot.github.payload import JSON, number
from bot.worker import Run
from handlers.context import Context
from handlers.intake import Arrival, store_found
from handlers.jobs.asked import system_desk
from handlers.wanted import work_of
from storage import gaps, inbox, issues, pulls, repositories
from storage.inbox import Delivery
from storage.issues import Issue
from storage.pulls import Pull
from storage.queue.bounds import Pressure, pressure
from storage.queue.load import load
from storage.repositories import Repository

log = structlog.get_logger()

PATHS = {"issues": "issues", "comments": "issues/comments"}
BULK = 10
REST = 60.0  # seconds, while the queue is so long that reading on would only make it longer
A_WHILE = timedelta(seconds=60)
OVERLAP = timedelta(minutes=5)  # a scan begins this long before the end of the last one


@dataclass(frozen=True)
class _Page:
    found: list[Any]
    changes: list[Change]


async def scan(
    ctx: Context,
    run: Run,
    repository_id: int,
    stream: str,
    *,
    start: Cursor,
    state: str = "all",
    gap_id: int | None = None,
) -> None:
    """Read a stream to its end; a gap counts the changes that nobody had told of.

    The place that was reached is committed with each page. A repository that was renamed is followed by its id.

    Raises:
        CallFailed: GitHub gives no answer, or not now.
        TryLater: the queue is full, or it has taken a while: go on from where it is.
    """
    repository = await _as_it_is_called(ctx, run, repository_id)
    cursor: Cursor | None = start
    began = ctx.clock()
    while cursor:
        page = await _read(ctx, repository, stream, cursor, state)
        if page is None:
            return
        await _store(ctx, run, repository, stream, cursor, page, gap_id)
        cursor = advance(cursor, _times(page.found))
        if cursor and ctx.clock() - began > A_WHILE:
            raise TryLater("there is more to read", after=0.0)


async def _as_it_is_called(ctx: Context, run: Run, repository_id: int) -> Repository:
    async with ctx.db.read() as tx:
        repository = await repositories.get(tx, repository_id)
    there = await ctx.github.repository_by_id(as_told(repository))
    if there.full_name == repository.full_name:
        return repository
    async with ctx.db.write() as tx:
        return await seen(system_desk(ctx, run, tx), there)


def _times(found: list[Any]) -> list[Any]:
    return [at for one in found if (at := changed_at(one))]


async def _read(ctx: Context, repository: Repository, stream: str, cursor: Cursor, state: str) -> _Page | None:
    """One page; None when nothing has changed since it was read the last time."""
    query = {"sort": "updated", "direction": "asc", "per_page": "100", "page": str(cursor.page)}
    query |= {"since": f"{cursor.since:%Y-%m-%dT%H:%M:%SZ}"} | ({"state": state} if stream == "issues" else {})
    tag, etag = f"{cursor.since.isoformat()} {cursor.page} ", repository.cursors.get(f"{stream}.etag", "")
    url = f"/repos/{repository.full_name}/{PATHS[stream]}"
    call = Call("GET", url, repository.installation_id, query, etag=etag.removeprefix(tag) if tag in etag else None)
    answer = await ctx.github.answer(call)
    if answer.is_unchanged:
        return None
    found = answer.body if isinstance(answer.body, list) else []
    repository.cursors = repository.cursors | {f"{stream}.etag": f"{tag}{answer.etag or ''}"}
    return _Page(found, await _changes(ctx, repository, stream, found))


async def _changes(ctx: Context, repository: Repository, stream: str, found: list[Any]) -> list[Change]:
    """Those that have not come in, neither by an earlier scan."""
    kinds = [(_kind(stream, one), one) for one in found]
    async with ctx.db.read() as tx:
        seen: dict[str, Mapping[int, Issue | Pull]]
        held = await inbox.held(tx, "github", {key_of(repository, kind, one) for kind, one in kinds})
        numbers = [number(one, "number") or 0 for _, one in kinds]
        known = await issues.numbered(tx, repository.id, numbers)
        seen = {"issue": known, "pull": await pulls.numbered(tx, repository.id, numbers), "comment": {}}
    changes = []
    for kind, one in kinds:
        if key_of(repository, kind, one) in held or is_known(seen[kind].get(number(one, "number") or 0), one):
            continue
        if kind == "pull":
            changes.append(as_pull(repository, one, await _pull(ctx, repository, one)))
        elif kind == "comment":
            changes.append(as_comment(repository, one))
        else:
            changes.append(as_issue(repository, one, known.get(number(one, "number") or 0)))
    return changes


def _kind(stream: str, found: Any) -> str:
    if stream == "comments":
        return "comment"
    return "pull" if "pull_request" in found else "issue"


async def _pull(ctx: Context, repository: Repository, listed: Any) -> Any:
    url = f"/repos/{repository.full_name}/pulls/{number(listed, 'number')}"
    return await ctx.github.ask(Call("GET", url, repository.installation_id))


async def _store(
    ctx: Context, run: Run, repository: Repository, stream: str, cursor: Cursor, page: _Page, gap_id: int | None
) -> None:
    times = _times(page.found)
    ahead = advance(cursor, times) or Cursor(since=max([cursor.since, *times]))
    async with ctx.db.read() as tx:
        own_login = await facts.login(tx)
        waiting = (await load(tx, now=ctx.clock())).waiting
        if pressure(waiting, most=ctx.settings.queue_max) is not Pressure.NONE:
            raise TryLater("the queue is nearly full", after=REST)
    arrivals = await asyncio.to_thread(_arrivals, ctx, run, repository, page.changes, own_login)
    async with ctx.db.write() as tx:
        new = await store_found(tx, arrivals, by=run.job, now=ctx.clock())
        row = await repositories.get(tx, repository.id)
        row.cursors = row.cursors | {f"{stream}.etag": repository.cursors[f"{stream}.etag"]}
        keep(row, stream, ahead)
        if gap_id and stream == "issues":  # a comment has no mirror that would show whether it was heard of
            (await gaps.get(tx, gap_id)).rescanned += len(new)
    log.info("scan.page", repository=repository.full_name, stream=stream, read=len(page.found), new=len(new))


def _arrivals(ctx: Context, run: Run, repository: Repository, changes: list[Change], own_login: str) -> list[Arrival]:
    return [_arrival(ctx, run, repository, change, own_login) for change in changes]


def _arrival(ctx: Context, run: Run, repository: Repository, change: Change, own_login: str) -> Arrival:
    work, reason = work_of(change.event, change.payload, own_login=own_login)
    raw = json.dumps(change.payload).encode()
    body, encoding = inbox.packed(raw)
    delivery = Delivery(
        workspace_id=ctx.workspace_id,
        source="github",
        dedupe_key=change.key,
        kind=change.event,
        action=change.payload["action"],
        repo_id=repository.github_id,
        headers={"content-type": JSON},
        body=body,
        encoding=encoding,
        sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
        correlation_id=f"{run.job.correlation_id}.{secrets.token_hex(4)}",
        status="accepted" if work else "ignored",
        reason=reason,
        received_at=ctx.clock(),
    )
    return Arrival(delivery=delivery, work=replace(work, parent_id=run.job.id) if work else None)


def begin(repository: Repository, stream: str, *, otherwise: Cursor) -> Cursor:
    """Where a scan of what was missed begins: a little before the end of the last one."""
    last = kept(repository, stream)
    return Cursor(since=last.since - OVERLAP) if last else otherwise
