"""Another process can do what people do, plan failures and read the records: JSON over HTTP under `/sandbox`."""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from random import Random
from typing import Any

from aiohttp import web

from bot.sandbox.github.courier import Mischief
from bot.sandbox.github.faults import Fault
from bot.sandbox.github.records import Comment, Issue, Payload, stamp
from bot.sandbox.github.refusals import PersonError
from bot.sandbox.github.sandbox import GitHubSandbox
from bot.sandbox.github.shapes.hook import delivery

# Verbs of GitHubSandbox that are called with the request's JSON as their arguments.
VERBS = (
    *("open_issue", "edit_issue", "close_issue", "reopen_issue", "delete_issue", "transfer_issue", "label", "unlabel"),
    *("comment", "edit_comment", "delete_comment", "open_pull", "push", "merge", "check", "run_workflow", "deploy"),
    *("rename_repository", "transfer", "archive_repository", "delete_repository", "give_app", "take_from_app"),
    *("deliver_to", "hold_deliveries", "release_deliveries", "redeliver", "revoke_tokens", "mend"),
)


def routes(app: web.Application, github: GitHubSandbox) -> None:
    """Add them to the sandbox's server; give this to `GitHubSandbox.start`."""
    for verb in VERBS:
        app.router.add_post(f"/sandbox/{verb}", partial(_do, getattr(github, verb)))
    app.router.add_post("/sandbox/fail", partial(_do, lambda **fault: github.fail(Fault(**fault))))
    app.router.add_post("/sandbox/misdeliver", partial(_do, partial(_misdeliver, github)))
    app.router.add_post("/sandbox/limit", partial(_do, partial(_limit, github)))
    app.router.add_post("/sandbox/settled", partial(_settled, github))
    app.router.add_get("/sandbox", partial(_show, github))
    app.router.add_get("/sandbox/calls", partial(_calls, github))
    app.router.add_get("/sandbox/comments", partial(_comments, github))
    app.router.add_get("/sandbox/deliveries", partial(_deliveries, github))


async def _do(verb: Callable[..., Any], request: web.Request) -> web.Response:
    try:
        return web.json_response(_told(verb(**(await request.json() if request.can_read_body else {}))))
    except (PersonError, TypeError) as wrong:
        return web.json_response({"error": str(wrong)}, status=400)


def _told(result: Any) -> Payload:
    if isinstance(result, Issue):
        names = {"id": result.id, "number": result.number, "state": result.state, "title": result.title}
        return names | {"updated_at": stamp(result.updated_at)}
    if isinstance(result, Comment):
        return {"id": result.id, "body": result.body, "updated_at": stamp(result.updated_at)}
    return {"sha": result} if isinstance(result, str) else {}


def _misdeliver(github: GitHubSandbox, *, seed: int = 0, **shares: float) -> None:
    chance = Random(seed).random  # noqa: S311 - a repeatable campaign, not a secret
    github.misdeliver(Mischief(chance=chance, **shares))


def _limit(github: GitHubSandbox, *, per_hour: int, enforces_pace: bool = False) -> None:
    github.limits.per_hour, github.limits.enforces_pace = per_hour, enforces_pace


async def _settled(github: GitHubSandbox, request: web.Request) -> web.Response:
    await github.settled(timeout=float(request.query.get("timeout", "60")))
    return web.json_response({})


async def _show(github: GitHubSandbox, request: web.Request) -> web.Response:
    """What a bot needs to be pointed here."""
    keys = {"token": github.token, "app_id": github.app_id, "private_key": github.private_key}
    return web.json_response({"url": github.url, "installation_id": github.installation.id} | keys)


async def _calls(github: GitHubSandbox, request: web.Request) -> web.Response:
    return web.json_response([asdict(one) for one in github.calls(request.query.get("call"))])


async def _comments(github: GitHubSandbox, request: web.Request) -> web.Response:
    found = github.comments(containing=request.query.get("containing", ""))
    return web.json_response([_told(one) for one in found])


async def _deliveries(github: GitHubSandbox, request: web.Request) -> web.Response:
    after = int(request.query.get("after", "0"))
    found = [one for one in github.deliveries(request.query.get("event")) if one.id > after]
    return web.json_response([delivery(one) for one in found])
