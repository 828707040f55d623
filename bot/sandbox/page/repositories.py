"""GitHub as one person sees it: repositories with issues and pulls, and every delivery with how it was answered."""

from collections.abc import Awaitable
from functools import partial
from urllib.parse import quote

from aiohttp import web

from bot.sandbox.github import Delivery, GitHubSandbox
from bot.sandbox.github.hooks import answer_of, outcome_of
from bot.sandbox.github.records import Account, Comment, Issue, Payload, Repository
from bot.sandbox.page.github_deeds import may_close, may_see
from bot.sandbox.slack.seed import User

SHOWN = 100  # newest deliveries


def issue_pages(app: web.Application, _: GitHubSandbox, *, page: Awaitable[str]) -> None:
    """Let the address of an issue lead to it on the demo's page, wherever that is; for `GitHubSandbox.start`."""
    app.router.add_get("/{owner}/{name}/{kind:issues|pull}/{number:[0-9]+}", partial(_to_page, page))


async def _to_page(page: Awaitable[str], request: web.Request) -> web.Response:
    where = quote("gh:{owner}/{name}".format_map(request.match_info), safe="")
    address = f"{await page}/#/{where}/{request.match_info['number']}"
    return web.Response(status=302, headers={"Location": address})  # HTTPFound would take the quoting back


def repositories(github: GitHubSandbox, user: User) -> Payload:
    """Everything of GitHub that the page draws for this person; `me` is None for somebody without an account."""
    me = github.world.accounts.get(user.name)
    seen = {where.id: where for where in github.world.repositories.values() if may_see(where, me)}
    deliveries = [one for one in github.deliveries() if one.notice.repository_id in seen]
    return {
        "me": me.login if me else None,
        "robot": github.world.robot.login,
        "repositories": [_repository(github, where, me) for where in seen.values()],
        "deliveries": [_delivery(seen, one) for one in reversed(deliveries[-SHOWN:])],
    }


def _repository(github: GitHubSandbox, where: Repository, me: Account | None) -> Payload:
    return {
        "name": where.full_name,
        "private": where.is_private,
        "connected": bool(github.herald.hooks.repository.get(where.id)),
        "labels": [label.name for label in where.labels.values()],
        "issues": [_issue(where, one, me) for one in reversed(where.present)],
    }


def _issue(where: Repository, one: Issue, me: Account | None) -> Payload:
    return {
        "number": one.number,
        "title": one.title,
        "body": one.body or "",
        "author": _login(one.author),
        "at": one.created_at,
        "state": one.state,
        "reason": one.state_reason,
        "closed_by": _login(one.closed_by),
        "closed_at": one.closed_at,
        "pull": _pull(one),
        "labels": [{"name": label.name, "color": label.color} for label in one.labels.values()],
        "assignees": [who.login for who in one.assignees],
        "comments": [_comment(comment) for comment in one.comments.values()],
        "may_close": may_close(where, one, me),
    }


def _pull(one: Issue) -> Payload | None:
    if one.branches is None:
        return None
    return {
        "head": one.branches.head_ref,
        "base": one.branches.base_ref,
        "draft": one.branches.is_draft,
        "merged": one.branches.merged_at is not None,
    }


def _comment(comment: Comment) -> Payload:
    return {"id": comment.id, "author": _login(comment.author), "body": comment.body, "at": comment.created_at}


def _login(account: Account | None) -> str | None:
    return account.login if account else None


def _delivery(seen: dict[int, Repository], one: Delivery) -> Payload:
    where = seen[one.notice.repository_id or 0]
    about = one.notice.subject.rpartition("/")[2]
    said = answer_of(one)
    refused: Payload = said.get("error") or {}
    return {
        "id": one.id,
        "guid": one.guid,
        "event": ".".join(filter(None, (one.notice.event, one.notice.action))),
        "repository": where.full_name,
        "number": int(about) if about.isdigit() else None,
        "at": one.delivered_at,
        "redelivery": one.is_redelivery,
        "code": one.status_code,
        "ok": one.is_ok,
        "outcome": refused.get("code") or outcome_of(one),
        "reason": refused.get("message") or said.get("reason") or "",
        "correlation_id": said.get("correlation_id") or refused.get("correlation_id") or "",
        "duration": one.duration,
    }
