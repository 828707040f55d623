"""Every call the sandbox knows is made once, and each answer is what GitHub's description says."""

import re

import pytest

from bot.sandbox.github import Call, Exchange, GitHubSandbox
from bot.sandbox.github.routes import ROUTES, Route
from tests.bot.sandbox.github.client import Client, app_jwt, client
from tests.bot.sandbox.github.receiver import Receiver
from tests.bot.sandbox.slack_app import Clock
from tests.openapi import Contract, problems

SHOP = "/repos/acme/shop"
HOOK = {"config": {"url": "http://127.0.0.1:9/hook", "content_type": "json", "secret": "s"}, "events": ["push"]}


async def _work_on_issues(call: Client) -> None:
    await call("POST", f"{SHOP}/issues", {"title": "redis", "body": "down", "labels": ["bug"], "assignees": ["bob"]})
    await call(
        "GET", f"{SHOP}/issues?state=all&since=2026-01-01T00:00:00Z&sort=updated&direction=asc&per_page=100&page=1"
    )
    await call("PATCH", f"{SHOP}/issues/1", {"title": "redis again", "state": "closed", "state_reason": "not_planned"})
    await call("GET", f"{SHOP}/issues/1")
    await call("POST", f"{SHOP}/issues/1/labels", {"labels": ["urgent"]})
    await call("GET", f"{SHOP}/issues/1/labels")
    await call("DELETE", f"{SHOP}/issues/1/labels/urgent")
    await call("PUT", f"{SHOP}/issues/1/labels", {"labels": ["question"]})
    await call("POST", f"{SHOP}/issues/1/assignees", {"assignees": ["carol"]})
    await call("DELETE", f"{SHOP}/issues/1/assignees", {"assignees": ["bob"]})
    await call("GET", f"{SHOP}/assignees")
    await call("GET", f"{SHOP}/assignees/carol")


async def _talk(call: Client) -> None:
    written = await call("POST", f"{SHOP}/issues/1/comments", {"body": "on it"})
    comment = f"{SHOP}/issues/comments/{written.body['id']}"
    await call("PATCH", comment, {"body": "done"})
    await call("GET", comment)
    await call("GET", f"{SHOP}/issues/1/comments?since=2026-01-01T00:00:00Z")
    await call("GET", f"{SHOP}/issues/comments?sort=updated&direction=desc")
    await call("DELETE", comment)


async def _label(call: Client) -> None:
    await call("POST", f"{SHOP}/labels", {"name": "on fire", "color": "ff0000", "description": "hurry"})
    await call("PATCH", f"{SHOP}/labels/on%20fire", {"new_name": "urgent"})
    await call("GET", f"{SHOP}/labels/urgent")
    await call("GET", f"{SHOP}/labels")
    await call("DELETE", f"{SHOP}/labels/urgent")


async def _read_code(call: Client, github: GitHubSandbox) -> None:
    github.push("bob", "acme/shop", "main", files={"app.py": "redis = 1\n", "docs/a.md": "redis"})
    sha = github.push("bob", "acme/shop", "fix", files={"app.py": "redis = 2\n"})
    github.open_pull("bob", "acme/shop", title="Fix redis", head="fix")
    github.check("acme/shop", sha, name="sonar", conclusion=None, summary="looks")
    run = github.run_workflow("acme/shop", "fix", {"test": {"Install": "success", "pytest": "failure"}}, logs={})
    for path in ("app.py?ref=fix", "docs"):
        await call("GET", f"{SHOP}/contents/{path}")
    await call("GET", f"{SHOP}/commits/{sha}/check-runs?per_page=100&page=1")
    await call("GET", f"{SHOP}/actions/runs?head_sha={sha}&branch=fix&status=failure&per_page=10&page=1")
    await call("GET", f"{SHOP}/actions/runs/{run.id}")
    await call("GET", f"{SHOP}/actions/runs/{run.id}/jobs?per_page=100&page=1")
    await call("GET", f"{SHOP}/actions/jobs/{run.jobs[0].id}")
    await call("GET", f"{SHOP}/actions/jobs/{run.jobs[0].id}/logs")
    preview = github.deploy("acme/shop", "fix", "preview", url="https://fix.preview.test/")
    await call("GET", f"{SHOP}/deployments?sha={sha}&per_page=100&page=1")
    await call("GET", f"{SHOP}/deployments/{preview.id}/statuses?per_page=1&page=1")
    for kind in ("issue", "pr"):
        await call("GET", f"/search/issues?q=redis+repo:acme/shop+is:{kind}&per_page=10&page=1")
    for accept in ("application/vnd.github+json", "application/vnd.github.text-match+json"):
        await call("GET", "/search/code?q=redis+repo:acme/shop&per_page=10&page=1", Accept=accept)


async def _work_on_pulls(call: Client, number: int) -> None:
    pull = f"{SHOP}/pulls/{number}"
    await call("GET", f"{pull}/files?per_page=100&page=1")
    await call("POST", f"{pull}/requested_reviewers", {"reviewers": ["carol"]})
    await call("GET", f"{pull}/requested_reviewers")
    await call("PATCH", pull, {"state": "closed"})


async def _hook(call: Client, github: GitHubSandbox, home: str) -> None:
    made = await call("POST", f"{home}/hooks", {"name": "web", "active": True, **HOOK})
    await github.settled()
    hook = f"{home}/hooks/{made.body['id']}"
    await call("GET", f"{home}/hooks")
    await call("GET", hook)
    await call("PATCH", hook, {"add_events": ["issues"]} if "repos" in home else {"events": ["issues"]})
    await call("GET", f"{hook}/config")
    await call("PATCH", f"{hook}/config", {"secret": "t"})
    await call("POST", f"{hook}/pings")
    await _deliveries(call, github, f"{hook}/deliveries")
    await call("DELETE", hook)


async def _deliveries(call: Client, github: GitHubSandbox, home: str) -> None:
    await github.settled()
    listed = await call("GET", f"{home}?per_page=1&status={'success' if 'app' in home else 'failure'}")
    one = f"{home}/{listed.body[0]['id']}"
    await call("GET", one)
    await call("POST", f"{one}/attempts")
    await github.settled()


async def _as_app(call: Client, github: GitHubSandbox) -> None:
    where = f"/app/installations/{github.installation.id}"
    for path in ("/app", "/app/installations", where, f"{SHOP}/installation", "/app/hook/config"):
        await call("GET", path)
    await call("PATCH", "/app/hook/config", {"secret": "another secret"})
    await _deliveries(call, github, "/app/hook/deliveries")
    await call("POST", f"{where}/access_tokens", {"repositories": ["shop"], "permissions": {"issues": "write"}})


async def test_every_call_is_answered_as_github_describes_it(
    github: GitHubSandbox, receiver: Receiver, contract: Contract, clock: Clock
) -> None:
    async with client(github) as call, client(github, app_jwt(github, now=clock())) as as_app:
        await _work_on_issues(call)
        await _talk(call)
        await _label(call)
        github.open_pull("bob", "acme/shop", title="Fix redis", head="fix")
        await call("GET", f"{SHOP}/pulls?state=all&head=acme:fix&base=main&sort=created&direction=asc")
        await call("GET", f"{SHOP}/pulls/2")
        await call("GET", f"{SHOP}/issues?state=all")
        await _read_code(call, github)
        await _work_on_pulls(call, 3)
        await _hook(call, github, SHOP)
        await _hook(call, github, "/orgs/acme")
        await call("GET", "/orgs/acme/teams/platform/members?per_page=2&page=1&role=all")
        for path in (SHOP, f"{SHOP}/collaborators/dave/permission", "/user", "/rate_limit", "/meta"):
            await call("GET", path)
        await _as_app(as_app, github)
        minted = await as_app("POST", f"/app/installations/{github.installation.id}/access_tokens")
        async with client(github, minted.body["token"]) as installed:
            await installed("GET", "/installation/repositories?per_page=2")
            await installed("POST", f"{SHOP}/issues/1/comments", {"body": "by the App"})
            await installed("GET", f"{SHOP}/issues/1/comments")
    assert "\n".join(contract.broken) == ""
    refused = [str(one) for one in github.calls() if one.status is None or one.status >= 300]
    assert [call for call in refused if not call.endswith("/logs")] == []  # those are elsewhere
    assert [route for route in ROUTES if not any(_is_of(route, one) for one in github.calls())] == []


def _is_of(route: Route, made: Call) -> bool:
    pattern = re.sub(r"\{\w+\}", "[^/]+", route.template)
    return route.method == made.method and re.fullmatch(pattern, made.path) is not None


@pytest.mark.parametrize(
    ("exchange", "problem"),
    [
        (("POST", "/repos/{owner}/{repo}/issues", {}, {"body": "x"}, 422, None), "'title' is a required property"),
        (("POST", "/repos/{owner}/{repo}/issues", {}, {"title": "x", "colour": 1}, 422, None), "unknown key colour"),
        (("GET", "/repos/{owner}/{repo}/issues", {"order": "asc"}, None, 404, None), "unknown query parameter order"),
        (("GET", "/repos/{owner}/{repo}/issues", {"state": "shut"}, None, 404, None), "'shut' is not one of"),
        (("GET", "/app", {}, {"a": 1}, 401, None), "a body where none is described"),
        (("GET", "/app", {}, None, 418, None), "undescribed status 418"),
        (("GET", "/app", {}, None, 200, {"id": "x"}), "'x' is not of type 'integer'"),
        (("PUT", "/app", {}, None, 404, None), "no such call is described"),
    ],
)
def test_what_is_against_the_description_is_said(exchange: tuple[object, ...], problem: str) -> None:
    method, template, query, body, status, answer = exchange
    found = problems(Exchange(method, template, "/x", query, body, status, answer))
    assert any(problem in one for one in found)
