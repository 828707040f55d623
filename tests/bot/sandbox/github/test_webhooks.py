"""What happens arrives signed, in order and once; what fails is recorded and can be asked for again."""

import hashlib
import hmac
import json
from urllib.parse import parse_qs

import pytest

from bot.sandbox.github import GitHubSandbox, Mischief
from tests.bot.sandbox.github.client import client
from tests.bot.sandbox.github.receiver import SECRET, Receiver, receiving
from tests.bot.sandbox.slack_app import Clock
from tests.corpus import examples

NOBODY = "http://127.0.0.1:9/nobody"
SOMETIMES = {"deployment", "draft"}  # in every example of an action, but not in everything GitHub sends


async def test_a_delivery_looks_like_one_of_github_s(github: GitHubSandbox, receiver: Receiver) -> None:
    opened = github.open_issue("bob", "acme/shop", title="Redis is down", body="since noon")
    await github.settled()
    (heard,) = receiver.heard
    digest = hmac.new(SECRET.encode(), heard.body, hashlib.sha256).hexdigest()
    assert heard.headers["X-Hub-Signature-256"] == f"sha256={digest}"
    assert heard.headers["X-Hub-Signature"].startswith("sha1=")
    assert heard.headers["User-Agent"].startswith("GitHub-Hookshot/")
    assert heard.headers["X-GitHub-Hook-ID"] == str(github.app_hook.id)
    assert heard.headers["X-GitHub-Hook-Installation-Target-Type"] == "integration"
    told = json.loads(heard.body)
    assert (told["action"], told["issue"]["number"], told["issue"]["user"]["login"]) == ("opened", 1, "bob")
    assert told["issue"]["id"] == opened.id
    assert told["installation"]["id"] == github.installation.id
    assert told["repository"]["full_name"] == "acme/shop"
    (delivery,) = github.deliveries("issues")
    assert (delivery.guid, delivery.status_code, delivery.is_ok) == (heard.headers["X-GitHub-Delivery"], 202, True)


async def test_a_repository_s_own_hook_may_be_a_form_with_its_own_secret(
    github: GitHubSandbox, receiver: Receiver
) -> None:
    github.app_hook.url = ""
    hook = github.add_hook("acme/shop", receiver.url, secret="its own", content_type="form", events=("issues",))
    github.open_issue("bob", "acme/shop", title="Redis & co?")
    github.push("bob", "acme/shop", "fix")
    await github.settled()
    (heard,) = receiver.heard
    assert heard.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert heard.headers["X-GitHub-Hook-ID"] == str(hook.id)
    assert heard.headers["X-GitHub-Hook-Installation-Target-Type"] == "repository"
    told = json.loads(parse_qs(heard.body.decode())["payload"][0])
    assert told["issue"]["title"] == "Redis & co?"
    assert "installation" not in told
    signed = hmac.new(b"its own", heard.body, hashlib.sha256).hexdigest()
    assert heard.headers["X-Hub-Signature-256"] == f"sha256={signed}"


async def test_every_change_is_told(github: GitHubSandbox, receiver: Receiver) -> None:
    github.open_issue("bob", "acme/shop", title="Redis", labels=["bug"], assignees=["carol", "mallory"])
    github.edit_issue("bob", "acme/shop", 1, title="Redis is down")
    github.label("bob", "acme/shop", 1, "urgent")
    github.unlabel("bob", "acme/shop", 1, "bug")
    github.assign("bob", "acme/shop", 1, "dave")
    written = github.comment("carol", "acme/shop", 1, "looking")
    github.edit_comment("carol", "acme/shop", written.id, "found it")
    github.delete_comment("carol", "acme/shop", written.id)
    github.close_issue("carol", "acme/shop", 1, reason="not_planned")
    github.reopen_issue("bob", "acme/shop", 1)
    github.delete_issue("alice", "acme/shop", 1)
    await github.settled()
    actions = [f"{json.loads(one.body)['action']}" for one in receiver.heard]
    assert actions == [
        *("opened", "labeled", "assigned", "edited", "labeled", "unlabeled", "unassigned", "assigned"),
        *("created", "edited", "deleted", "closed", "reopened", "deleted"),
    ]
    issues = receiver.payloads("issues")
    assert [who["login"] for who in issues[0]["issue"]["assignees"]] == ["carol"]
    assert issues[3]["changes"] == {"title": {"from": "Redis"}}
    assert receiver.payloads("issue_comment")[1]["changes"] == {"body": {"from": "looking"}}


async def test_a_push_moves_the_pull(github: GitHubSandbox, receiver: Receiver) -> None:
    opened = github.open_pull("bob", "acme/shop", title="Fix redis", head="fix")
    first = opened.branches and opened.branches.head_sha
    second = github.push("bob", "acme/shop", "fix")
    github.check("acme/shop", second, conclusion="failure")
    github.merge("carol", "acme/shop", 1)
    await github.settled()
    pulls = receiver.payloads("pull_request")
    assert [one["action"] for one in pulls] == ["opened", "synchronize", "closed"]
    assert (pulls[1]["before"], pulls[1]["after"], pulls[1]["number"]) == (first, second, 1)
    assert (pulls[2]["pull_request"]["merged"], pulls[2]["pull_request"]["merged_by"]["login"]) == (True, "carol")
    assert {one["ref"] for one in receiver.payloads("push")} == {"refs/heads/fix", "refs/heads/main"}
    (run,) = receiver.payloads("check_run")
    assert (run["check_run"]["conclusion"], run["check_run"]["pull_requests"][0]["number"]) == ("failure", 1)


async def test_a_repository_keeps_its_id_wherever_it_goes(github: GitHubSandbox, receiver: Receiver) -> None:
    where = github.repository("acme/shop")
    github.rename_repository("alice", "acme/shop", "store")
    github.add_hook("acme/store", receiver.url, secret=SECRET)
    github.transfer("alice", "acme/store", "bob")
    await github.settled()
    renamed, transferred = receiver.payloads("repository")
    assert renamed["changes"] == {"repository": {"name": {"from": "shop"}}}
    assert (renamed["repository"]["id"], renamed["repository"]["full_name"]) == (where.id, "acme/store")
    assert transferred["changes"]["owner"]["from"]["organization"]["login"] == "acme"
    assert (transferred["repository"]["id"], transferred["repository"]["full_name"]) == (where.id, "bob/store")
    (gone,) = receiver.payloads("installation_repositories")
    assert [one["id"] for one in gone["repositories_removed"]] == [where.id]


async def test_an_installation_is_told_to_the_app(github: GitHubSandbox, receiver: Receiver) -> None:
    github.give_app("alice", "acme/vault")
    github.suspend_app("alice")
    github.open_issue("bob", "acme/shop", title="unheard")
    github.unsuspend_app("alice")
    github.uninstall_app("alice")
    await github.settled()
    assert [one["action"] for one in receiver.payloads("installation")] == ["suspend", "unsuspend", "deleted"]
    assert receiver.payloads("installation_repositories")[0]["action"] == "added"
    assert "issues" not in receiver.events()


async def test_what_fails_is_not_sent_again_until_asked_for(github: GitHubSandbox, receiver: Receiver) -> None:
    receiver.status = 503
    github.open_issue("bob", "acme/shop", title="Redis")
    await github.settled()
    (failed,) = github.deliveries("issues")
    assert (failed.status, failed.status_code) == ("Invalid HTTP Response: 503", 503)
    receiver.status = 202
    github.redeliver(failed.guid)
    await github.settled()
    first, second = receiver.heard
    assert first.body == second.body
    assert first.headers["X-GitHub-Delivery"] == second.headers["X-GitHub-Delivery"]
    assert [(one.is_redelivery, one.is_ok) for one in github.deliveries("issues")] == [(False, False), (True, True)]


async def test_a_receiver_that_is_away_or_silent_is_recorded() -> None:
    async with receiving() as receiver, GitHubSandbox.start(give_up_after=0.2) as github:
        receiver.is_silent = True
        github.deliver_to(receiver.url, secret=SECRET)
        github.open_issue("bob", "acme/shop", title="Redis")
        await github.settled()
        github.deliver_to(NOBODY, secret=SECRET)
        github.open_issue("bob", "acme/shop", title="Kafka")
        await github.settled()
        attempts = [(one.status, one.status_code) for one in github.deliveries()]
        assert attempts == [("timed out", 504), ("failed to connect to host", 502)]


async def test_one_issue_s_deliveries_come_in_order_unless_told_otherwise(
    github: GitHubSandbox, receiver: Receiver
) -> None:
    github.hold_deliveries()
    github.open_issue("bob", "acme/shop", title="A")
    github.close_issue("bob", "acme/shop", 1)
    assert receiver.heard == []
    github.release_deliveries(backwards=True)
    await github.settled()
    assert [one["action"] for one in receiver.payloads("issues")] == ["closed", "opened"]
    github.misdeliver(Mischief(late=1.0, late_by=0.1))
    github.reopen_issue("bob", "acme/shop", 1)
    github.misdeliver(Mischief())
    github.close_issue("bob", "acme/shop", 1)
    await github.settled()
    assert [one["action"] for one in receiver.payloads("issues")][2:] == ["closed", "reopened"]


async def test_a_delivery_may_come_twice_or_forged(github: GitHubSandbox, receiver: Receiver) -> None:
    github.misdeliver(Mischief(doubled=1.0))
    github.open_issue("bob", "acme/shop", title="A")
    await github.settled()
    first, second = receiver.heard
    assert first.headers["X-GitHub-Delivery"] == second.headers["X-GitHub-Delivery"]
    github.misdeliver(Mischief(forged=1.0))
    github.close_issue("bob", "acme/shop", 1)
    await github.settled()
    forged = receiver.heard[-1]
    digest = hmac.new(SECRET.encode(), forged.body, hashlib.sha256).hexdigest()
    assert forged.headers["X-Hub-Signature-256"] != f"sha256={digest}"


async def test_a_new_hook_is_pinged(github: GitHubSandbox, receiver: Receiver) -> None:
    given = {"config": {"url": receiver.url, "content_type": "json", "secret": "s"}, "events": ["issues"]}
    async with client(github) as call:
        made = await call("POST", "/repos/acme/shop/hooks", given)
        again = await call("POST", "/repos/acme/shop/hooks", given)
    await github.settled()
    (ping,) = receiver.payloads("ping")
    assert (ping["hook_id"], ping["hook"]["events"]) == (made.body["id"], ["issues"])
    assert ping["hook"]["config"]["secret"] == "********"
    assert again.status == 422


async def test_deliveries_are_listed_newest_first_for_three_days(
    github: GitHubSandbox, receiver: Receiver, clock: Clock
) -> None:
    hook = github.add_hook("acme/shop", receiver.url, secret="s", events=("issues",))
    for title in "ABC":
        github.open_issue("bob", "acme/shop", title=title)
        await github.settled()
    home = f"/repos/acme/shop/hooks/{hook.id}/deliveries"
    async with client(github) as call:
        first = await call("GET", f"{home}?per_page=2")
        second = await call("GET", first.links["next"])
        assert [one["guid"] for one in (*first.body, *second.body)] == [one.guid for one in hook.deliveries[::-1]]
        assert "next" not in second.links
        clock.advance(3 * 24 * 3600 + 1)
        assert (await call("GET", home)).body == []


@pytest.mark.parametrize("event", ["issues", "issue_comment", "pull_request", "push", "check_run", "repository"])
async def test_payloads_have_the_keys_of_published_ones(github: GitHubSandbox, receiver: Receiver, event: str) -> None:
    github.open_issue("bob", "acme/shop", title="Redis")
    github.comment("carol", "acme/shop", 1, "looking")
    github.open_pull("bob", "acme/shop", title="Fix redis", head="fix")
    github.check("acme/shop", github.push("bob", "acme/shop", "fix"))
    github.rename_repository("alice", "acme/shop", "store")
    await github.settled()
    told = receiver.payloads(event)[0]
    alike = [
        one.payload for one in examples("github.com", event=event) if one.payload.get("action") == told.get("action")
    ]
    published = alike or [one.payload for one in examples("github.com", event=event)]
    assert set.intersection(*map(set, published)) - set(told) == set()
    for key in {"issue", "comment", "pull_request", "check_run", "repository", "sender"} & set(told):
        everywhere = set.intersection(*(set(one[key]) for one in published if key in one))
        assert everywhere - set(told[key]) - SOMETIMES == set()
