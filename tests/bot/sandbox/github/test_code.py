"""Files, diffs, search, runs and reviewers are kept and told as on GitHub."""

import base64

import pytest

from bot.sandbox.github import GitHubSandbox
from bot.sandbox.github.diff import changes
from tests.bot.sandbox.github.client import client
from tests.bot.sandbox.github.receiver import Receiver

SHOP = "/repos/acme/shop"


async def test_a_file_is_what_was_pushed_at_each_commit(github: GitHubSandbox) -> None:
    first = github.push("bob", "acme/shop", "main", files={"src/cart.py": "one\n", "old.txt": "x"})
    github.push("bob", "acme/shop", "main", files={"src/cart.py": "two\n", "old.txt": None})
    async with client(github) as call:
        now = (await call("GET", f"{SHOP}/contents/src/cart.py")).body
        before = (await call("GET", f"{SHOP}/contents/src/cart.py?ref={first}")).body
        assert [base64.b64decode(one["content"]) for one in (before, now)] == [b"one\n", b"two\n"]
        assert [one["name"] for one in (await call("GET", f"{SHOP}/contents/")).body] == ["src"]
        for gone in ("old.txt", "src/no.py", "src/cart.py?ref=nowhere"):
            assert (await call("GET", f"{SHOP}/contents/{gone}")).status == 404


async def test_a_pull_has_the_diff_of_its_branch_until_it_is_merged(github: GitHubSandbox) -> None:
    github.push("bob", "acme/shop", "main", files={"cart.py": "a\nb\nc\n", "old.txt": "x\n"})
    github.push("bob", "acme/shop", "fix", files={"cart.py": "a\nB\nc\n", "old.txt": None})
    number = github.open_pull("bob", "acme/shop", title="Fix", head="fix").number
    github.push("bob", "acme/shop", "fix", files={"new.txt": "y\n"})
    async with client(github) as call:
        files = (await call("GET", f"{SHOP}/pulls/{number}/files")).body
        assert [(one["filename"], one["status"], one["additions"], one["deletions"]) for one in files] == [
            ("cart.py", "modified", 1, 1),
            ("new.txt", "added", 1, 0),
            ("old.txt", "removed", 0, 1),
        ]
        assert files[0]["patch"] == "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c"
        pull = (await call("GET", f"{SHOP}/pulls/{number}")).body
        assert (pull["changed_files"], pull["additions"], pull["deletions"]) == (3, 2, 2)
        github.merge("bob", "acme/shop", number)
        assert github.repository("acme/shop").tree("main") == {"cart.py": "a\nB\nc\n", "new.txt": "y\n"}


def test_nothing_changed_is_no_file() -> None:
    assert changes({"a": "x"}, {"a": "x"}) == []


async def test_a_search_sees_what_its_caller_may_see(github: GitHubSandbox) -> None:
    github.add_token("mallory", "ghp_mallory")
    for repo in ("acme/shop", "acme/site"):
        github.push("bob", repo, "main", files={"redis.conf": "port 6379"})
        github.open_issue("bob", repo, title="Redis is down")
    async with client(github) as robot, client(github, "ghp_mallory") as mallory, client(github, "") as nobody:
        for what in ("issues", "code"):
            assert (await robot("GET", f"/search/{what}?q=redis")).body["total_count"] == 2
            assert (await mallory("GET", f"/search/{what}?q=redis")).body["total_count"] == 1
            refused = await mallory("GET", f"/search/{what}?q=redis+repo:acme/shop")
            assert (refused.status, "cannot be searched" in str(refused.body)) == (422, True)
            assert (await robot("GET", f"/search/{what}?q=redis+author:bob")).status == 422
            assert (await robot("GET", f"/search/{what}")).status == 422
        assert (await nobody("GET", "/search/code?q=redis")).status == 401
        closed = await robot("GET", "/search/issues?q=redis+is:issue+is:closed")
        assert (closed.body["items"], closed.headers["x-ratelimit-resource"]) == ([], "search")


async def test_a_log_lies_elsewhere_and_wants_no_key(github: GitHubSandbox) -> None:
    github.push("bob", "acme/shop", "fix")
    run = github.run_workflow("acme/shop", "fix", {"test": {"pytest": "failure"}}, logs={"test": "boom"})
    assert (run.conclusion, [one.id for one in github.repository("acme/shop").checks]) == ("failure", [run.jobs[0].id])
    async with client(github) as call, client(github, "") as nobody:
        answer = await call("GET", f"{SHOP}/actions/jobs/{run.jobs[0].id}/logs")
        assert answer.status == 302
        assert (await call("GET", answer.headers["location"])).status == 400
        assert (await nobody("GET", answer.headers["location"])).status == 200
        assert (await nobody("GET", "/logs/1")).status == 404
        for nothing in ("runs/1", "runs/1/jobs", "jobs/1", "jobs/x/logs"):
            assert (await call("GET", f"{SHOP}/actions/{nothing}")).status == 404


@pytest.mark.parametrize("logins", [["carol", "mallory"], ["bob"]])
async def test_nobody_is_asked_if_one_of_them_may_not_be(github: GitHubSandbox, logins: list[str]) -> None:
    number = github.open_pull("bob", "acme/shop", title="Fix", head="fix").number
    async with client(github) as call:
        path = f"{SHOP}/pulls/{number}/requested_reviewers"
        assert (await call("POST", path, {"reviewers": logins})).status == 422
        assert (await call("GET", path)).body == {"users": [], "teams": []}


async def test_what_is_done_to_a_pull_is_told(github: GitHubSandbox, receiver: Receiver) -> None:
    number = github.open_pull("bob", "acme/shop", title="Fix", head="fix").number
    github.open_issue("bob", "acme/shop", title="no pull")
    github.add_token("frank", "ghp_frank")
    async with client(github) as call, client(github, "ghp_frank") as frank:
        await call("POST", f"{SHOP}/pulls/{number}/requested_reviewers", {"reviewers": ["carol"]})
        assert (await frank("PATCH", f"{SHOP}/pulls/{number}", {"state": "closed"})).status == 403
        assert (await call("PATCH", f"{SHOP}/pulls/{number}", {"state": "shut"})).status == 422
        assert (await call("PATCH", f"{SHOP}/pulls/{number}", {"state": "closed"})).body["state"] == "closed"
        assert (await call("PATCH", f"{SHOP}/pulls/2", {"state": "closed"})).status == 404
    await github.settled()
    assert [one["action"] for one in receiver.payloads("pull_request")] == ["opened", "review_requested", "closed"]
