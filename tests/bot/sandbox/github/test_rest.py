"""The API keeps what it is told and answers as GitHub does: pages, caching, moved repositories, refusals."""

import pytest

from bot.sandbox.github import GitHubSandbox
from tests.bot.sandbox.github.client import client
from tests.bot.sandbox.github.receiver import Receiver
from tests.bot.sandbox.slack_app import Clock

SHOP = "/repos/acme/shop"


async def test_a_list_comes_in_pages_with_links(github: GitHubSandbox) -> None:
    for number in range(1, 251):
        github.open_issue("bob", "acme/shop", title=f"Issue {number}")
    async with client(github) as call:
        page = await call("GET", f"{SHOP}/issues?per_page=1000&direction=asc")
        assert (len(page.body), set(page.links)) == (100, {"next", "last"})
        assert "/repositories/" in page.links["next"]
        numbers = [one["number"] for one in page.body]
        while "next" in page.links:
            page = await call("GET", page.links["next"])
            numbers += [one["number"] for one in page.body]
        assert (numbers, set(page.links)) == (list(range(1, 251)), {"prev", "first"})
        assert len((await call("GET", f"{SHOP}/issues")).body) == 30


async def test_issues_can_be_read_since_their_last_change(github: GitHubSandbox, clock: Clock) -> None:
    github.open_issue("bob", "acme/shop", title="old")
    github.open_issue("bob", "acme/shop", title="touched")
    clock.advance(3600)
    github.comment("carol", "acme/shop", 2, "still there")
    github.open_pull("bob", "acme/shop", title="a pull", head="fix")
    async with client(github) as call:
        query = "state=all&since=2027-01-15T09:00:00Z&sort=updated&direction=asc"
        found = (await call("GET", f"{SHOP}/issues?{query}")).body
    assert [(one["title"], "pull_request" in one) for one in found] == [("touched", False), ("a pull", True)]
    assert found[0]["updated_at"] == "2027-01-15T09:00:00Z"


async def test_what_has_not_changed_costs_nothing(github: GitHubSandbox) -> None:
    async with client(github) as call:
        first = await call("GET", f"{SHOP}/issues")
        again = await call("GET", f"{SHOP}/issues", If_None_Match=first.headers["etag"])
        assert (again.status, again.body) == (304, None)
        assert again.headers["x-ratelimit-remaining"] == first.headers["x-ratelimit-remaining"]
        github.open_issue("bob", "acme/shop", title="new")
        assert (await call("GET", f"{SHOP}/issues", If_None_Match=first.headers["etag"])).status == 200


async def test_a_renamed_repository_is_found_under_its_id(github: GitHubSandbox) -> None:
    where = github.repository("acme/shop").id
    github.open_issue("bob", "acme/shop", title="Redis")
    github.rename_repository("alice", "acme/shop", "store")
    async with client(github) as call:
        moved = await call("GET", f"{SHOP}/issues/1?x=1")
        assert (moved.status, moved.body["message"]) == (301, "Moved Permanently")
        assert moved.headers["location"] == f"{github.url}/repositories/{where}/issues/1?x=1"
        assert (await call("GET", moved.headers["location"])).body["title"] == "Redis"
        assert (await call("POST", f"{SHOP}/issues", {"title": "x"})).status == 307
        assert (await call("GET", f"/repositories/{where}")).body["full_name"] == "acme/store"
        github.delete_repository("alice", "acme/store")
        assert (await call("GET", f"/repositories/{where}")).status == 404


async def test_refusals_are_github_s(github: GitHubSandbox) -> None:
    github.open_issue("bob", "acme/shop", title="kept")
    github.open_issue("bob", "acme/shop", title="deleted")
    github.delete_issue("alice", "acme/shop", 2)
    async with client(github) as call:
        untitled = await call("POST", f"{SHOP}/issues", {"body": "x"})
        assert untitled.status == 422
        assert untitled.body["errors"] == [{"resource": "Issue", "field": "title", "code": "missing_field"}]
        assert untitled.body["documentation_url"]
        assert (await call("POST", f"{SHOP}/issues/1/comments", {"body": "x" * 65_537})).status == 422
        assert (await call("GET", f"{SHOP}/issues/2")).status == 410
        assert (await call("GET", f"{SHOP}/issues/99")).status == 404
        assert (await call("GET", "/no/such/path")).body["message"] == "Not Found"
        github.repository("acme/shop").has_issues = False
        assert (await call("GET", f"{SHOP}/issues")).status == 410
        github.repository("acme/shop").has_issues = True
        github.archive_repository("alice", "acme/shop")
        archived = await call("POST", f"{SHOP}/issues", {"title": "x"})
        assert (archived.status, archived.body["message"]) == (403, "Repository was archived so is read-only.")


async def test_who_may_not_be_assigned_is_dropped_without_a_word(github: GitHubSandbox) -> None:
    async with client(github) as call:
        made = await call("POST", f"{SHOP}/issues", {"title": "x", "assignees": ["carol", "mallory"]})
        assert (made.status, [who["login"] for who in made.body["assignees"]]) == (201, ["carol"])
        assert (await call("GET", f"{SHOP}/assignees/carol")).status == 204
        assert (await call("GET", f"{SHOP}/assignees/mallory")).status == 404


async def test_what_is_done_through_the_api_is_told_as_well(github: GitHubSandbox, receiver: Receiver) -> None:
    async with client(github) as call:
        await call("POST", f"{SHOP}/issues", {"title": "by hand"})
        await call("PATCH", f"{SHOP}/issues/1", {"state": "closed", "state_reason": "not_planned"})
    await github.settled()
    opened, closed = receiver.payloads("issues")
    assert (opened["action"], opened["sender"]["login"]) == ("opened", "chargehand-robot")
    assert (closed["action"], closed["issue"]["state_reason"]) == ("closed", "not_planned")


async def test_a_deleted_account_leaves_no_user(github: GitHubSandbox) -> None:
    github.open_issue("bob", "acme/shop", title="orphan")
    github.forget_author("acme/shop", 1)
    async with client(github) as call:
        assert (await call("GET", f"{SHOP}/issues/1")).body["user"] is None


async def test_every_request_is_on_record(github: GitHubSandbox) -> None:
    async with client(github) as call:
        await call("POST", f"{SHOP}/issues", {"title": "x"})
        await call("POST", f"{SHOP}/issues/1/comments", {"body": "hello <!-- chargehand:7 -->"})
    (made,) = github.calls(f"POST {SHOP}/issues")
    assert (made.body, made.status, made.caller) == ({"title": "x"}, 201, "chargehand-robot")
    assert len(github.comments(containing="<!-- chargehand:7 -->")) == 1


@pytest.mark.parametrize(
    ("login", "path", "status"),
    [
        ("mallory", "/repos/acme/site", 200),
        ("mallory", SHOP, 404),
        ("frank", f"{SHOP}/issues", 200),
        ("frank", f"{SHOP}/hooks", 404),
        ("alice", f"{SHOP}/hooks", 200),
        ("alice", "/app", 401),
        ("alice", "/installation/repositories", 403),
    ],
)
async def test_a_person_sees_what_they_may(github: GitHubSandbox, login: str, path: str, status: int) -> None:
    github.add_token(login, f"ghp_{login}")
    async with client(github, f"ghp_{login}") as call:
        assert (await call("GET", path)).status == status


async def test_a_reader_may_speak_but_not_arrange(github: GitHubSandbox) -> None:
    github.add_token("frank", "ghp_frank")
    github.open_issue("bob", "acme/shop", title="x", labels=["bug"])
    async with client(github, "ghp_frank") as call:
        assert (await call("POST", f"{SHOP}/issues/1/comments", {"body": "me too"})).status == 201
        assert (await call("PATCH", f"{SHOP}/issues/1", {"state": "closed"})).status == 403
        assert (await call("PUT", f"{SHOP}/issues/1/labels", {"labels": []})).status == 403
        dropped = await call("POST", f"{SHOP}/issues", {"title": "y", "labels": ["bug"]})
        assert (dropped.status, dropped.body["labels"]) == (201, [])


async def test_nobody_reads_what_is_public_and_writes_nothing(github: GitHubSandbox) -> None:
    async with client(github, "") as call:
        assert (await call("GET", "/repos/acme/site/issues")).status == 200
        assert (await call("POST", "/repos/acme/site/issues", {"title": "x"})).status == 401
        assert (await call("GET", SHOP)).status == 404
    async with client(github, "ghp_unknown") as call:
        wrong = await call("GET", "/repos/acme/site")
        assert (wrong.status, wrong.body["message"]) == (401, "Bad credentials")


async def test_a_newer_version_of_the_api_tells_less(github: GitHubSandbox) -> None:
    github.open_issue("bob", "acme/shop", title="x", assignees=["carol"])
    async with client(github) as call:
        new = await call("GET", f"{SHOP}/issues/1", X_GitHub_Api_Version="2026-03-10")
        assert ("assignee" in new.body, new.body["assignees"][0]["login"]) == (False, "carol")
        assert (await call("GET", f"{SHOP}/issues/1")).body["assignee"]["login"] == "carol"
        assert (await call("GET", f"{SHOP}/issues/1", X_GitHub_Api_Version="2020-01-01")).status == 400


async def test_an_organisation_s_hooks_are_for_its_owners(github: GitHubSandbox) -> None:
    github.add_token("bob", "ghp_bob")
    async with client(github) as robot, client(github, "ghp_bob") as bob:
        assert (await robot("GET", "/orgs/acme/hooks")).status == 200
        assert (await robot("GET", "/orgs/other/hooks")).status == 404
        assert (await bob("GET", "/orgs/acme/hooks")).status == 404


async def test_who_is_in_a_team_is_for_who_may_see_the_organisation(github: GitHubSandbox) -> None:
    github.add_token("mallory", "ghp_mallory")
    github.set_team("platform", "alice", "bob", "carol")
    members = "/orgs/acme/teams/platform/members"
    async with client(github) as robot, client(github, "ghp_mallory") as mallory:
        first = await robot("GET", f"{members}?per_page=2")
        assert [one["login"] for one in first.body] == ["alice", "bob"]
        assert [one["login"] for one in (await robot("GET", f"{members}?per_page=2&page=2")).body] == ["carol"]
        assert (await robot("GET", "/orgs/acme/teams/nobody/members")).status == 404
        assert (await mallory("GET", members)).status == 404
