"""An issue opened on GitHub becomes a triaged, assigned ticket with a card in Slack, and the ticket follows it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from agent.people.logins import verify
from bot.sandbox.github import GitHubSandbox, Mischief
from bot.sandbox.slack import SlackSandbox
from handlers.cli.desk import operator
from storage import people, queue
from storage.inbox import Delivery
from storage.pulls import Pull
from storage.queue import Job
from storage.repositories import Repository
from storage.tickets import Ticket
from tests.github import hearing, settle
from tests.storage.plans import statements
from tests.team import DATABASES, Bot, assignees, audit_of, last_change, make_admin, said, select_all, slash
from tests.waiting import until


async def test_an_issue_becomes_a_card_and_is_resolved(
    github: GitHubSandbox, slack: SlackSandbox, listener: Bot
) -> None:
    github.open_issue("frank", "acme/shop", title="redis is down", body="payments <fail> for everyone & more")
    await settle(github, listener)
    ticket = await listener.ticket()
    assert (ticket.source, ticket.title, ticket.priority) == ("github", "redis is down", "critical")
    assert await assignees(listener) == ["bob"]
    [card] = said(slack.messages("#ops"))
    assert "CH-1  redis is down" in card
    assert f"GitHub: <{ticket.permalink}|acme/shop#1> opened by frank" in card
    assert [len(said(slack.dms(who))) for who in ("alice", "bob", "frank")] == [1, 1, 0]
    shown = await slash(listener, "bob", "show CH-1")
    assert "payments <fail> for everyone & more" in shown.replace("&lt;", "<").replace("&gt;", ">").replace(
        "&amp;", "&"
    )
    github.close_issue("bob", "acme/shop", 1)
    await settle(github, listener)
    assert (await listener.ticket()).status == "resolved"
    [card] = said(slack.messages("#ops"))
    assert last_change(card) == "closed on GitHub by bob"
    github.reopen_issue("carol", "acme/shop", 1)
    await settle(github, listener)
    ticket = await listener.ticket()
    assert ticket.status == "open"
    closed, opened = said(slack.thread("#ops", slack.messages("#ops")[0].ts))[1:]
    assert closed.startswith("*CH-1 resolved* after less than a minute")
    assert closed.endswith(": closed on GitHub by bob")
    assert opened == "*CH-1* was reopened on GitHub by carol."


async def test_placing_it_writes_the_ticket_and_what_is_planned_once(github: GitHubSandbox, listener: Bot) -> None:
    async with listener.ctx.db.write() as tx:
        engine = (await tx.connection()).engine.sync_engine
    with statements(engine) as seen:
        github.open_issue("frank", "acme/shop", title="redis is down")
        await settle(github, listener)
    once = ("UPDATE tickets", "UPDATE reminders", "INSERT INTO reminders")
    written = [words for statement, _ in seen for words in once if statement.startswith(words)]
    assert sorted(written) == sorted(once)


async def test_all_that_follows_names_what_it_follows_from(
    github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path
) -> None:
    chosen = {"github_token": github.token, "github_comment": True}
    async with hearing(github, slack, tmp_path, **chosen) as bot:
        github.open_issue("frank", "acme/shop", title="redis is down")
        await settle(github, bot)
        [delivery] = [one for one in await select_all(bot, Delivery) if one.kind == "issues"]
        jobs = {job.kind: job for job in await select_all(bot, Job) if job.correlation_id == delivery.correlation_id}
        assert set(jobs) == {"github.issues", "triage", "github.comment"}
        first = jobs.pop("github.issues")
        assert {(job.parent_id, job.delivery_id) for job in jobs.values()} == {(first.id, delivery.id)}
        assert (first.parent_id, first.delivery_id) == (None, delivery.id)


async def test_the_ticket_takes_over_an_edit_and_a_reason(
    github: GitHubSandbox, slack: SlackSandbox, listener: Bot
) -> None:
    github.open_issue("frank", "acme/shop", title="redis is slow", body="since noon")
    await settle(github, listener)
    github.edit_issue("frank", "acme/shop", 1, title="redis is down")
    await settle(github, listener)
    ticket = await listener.ticket()
    assert (ticket.title, ticket.description) == ("redis is down", "redis is down\n\nsince noon")
    assert "CH-1  redis is down" in said(slack.messages("#ops"))[0]
    github.close_issue("alice", "acme/shop", 1, reason="not_planned")
    await settle(github, listener)
    ticket = await listener.ticket()
    assert (ticket.status, ticket.resolution) == ("closed", "not planned")
    last = (await audit_of(listener, ticket))[-1]
    assert (last.actor, last.surface, last.action) == ("system", "github", "status")


async def test_what_was_resolved_in_slack_is_not_reopened_by_an_edit(github: GitHubSandbox, listener: Bot) -> None:
    github.open_issue("frank", "acme/shop", title="redis is down")
    await settle(github, listener)
    await slash(listener, "bob", "resolve CH-1 failed over")
    github.edit_issue("frank", "acme/shop", 1, body="thanks")
    await settle(github, listener)
    assert (await listener.ticket()).status == "resolved"


async def test_news_in_the_wrong_order_ends_in_the_same_state(github: GitHubSandbox, listener: Bot) -> None:
    github.hold_deliveries()
    github.open_issue("frank", "acme/shop", title="redis is slow")
    github.edit_issue("frank", "acme/shop", 1, title="redis is down")
    github.close_issue("frank", "acme/shop", 1)
    github.release_deliveries(backwards=True)
    await settle(github, listener)
    ticket = await listener.ticket()
    assert (ticket.title, ticket.status) == ("redis is down", "resolved")
    assert len(await select_all(listener, Ticket)) == 1


async def test_a_comment_that_overtakes_an_edit_and_the_end_shows_both(github: GitHubSandbox, listener: Bot) -> None:
    github.open_issue("frank", "acme/shop", title="redis is slow")
    await settle(github, listener)
    opened = github.world.now()
    github.hold_deliveries()
    github.edit_issue("frank", "acme/shop", 1, title="redis is down")
    github.close_issue("frank", "acme/shop", 1)
    github.world.now = lambda: opened + 2
    github.comment("alice", "acme/shop", 1, "failed over")
    github.release_deliveries(backwards=True)
    await settle(github, listener)
    ticket = await listener.ticket()
    assert (ticket.title, ticket.status) == ("redis is down", "resolved")


async def test_a_redelivery_is_a_duplicate(github: GitHubSandbox, listener: Bot) -> None:
    github.misdeliver(Mischief(doubled=1.0))
    github.open_issue("frank", "acme/shop", title="redis is down")
    await settle(github, listener)
    github.misdeliver(Mischief())
    github.redeliver(github.deliveries("issues")[0].guid)
    await settle(github, listener)
    assert len(await select_all(listener, Ticket)) == 1
    first, *others = [json.loads(one.response_body) for one in github.deliveries("issues")]
    assert (first["status"], first["event_type"], first["action"]) == ("accepted", "issues", "opened")
    assert {other["status"] for other in others} == {"duplicate"}
    assert {other["correlation_id"] for other in others} == {first["correlation_id"]}
    assert others[-1]["job"]["state"] == "done"


@pytest.mark.parametrize(
    ("policy", "labels", "numbers"),
    [("all", [], [1]), ("none", ["bug"], []), ("label:bug", [], []), ("label:bug", ["bug"], [1])],
)
async def test_a_repository_says_which_issues_become_tickets(
    github: GitHubSandbox, listener: Bot, policy: str, labels: list[str], numbers: list[int]
) -> None:
    await know_shop(github, listener, tickets=policy)
    github.open_issue("frank", "acme/shop", title="redis is down", labels=labels)
    await settle(github, listener)
    assert [ticket.number for ticket in await select_all(listener, Ticket)] == numbers


async def test_the_label_may_come_later(github: GitHubSandbox, listener: Bot) -> None:
    await know_shop(github, listener, tickets="label:bug")
    github.open_issue("frank", "acme/shop", title="redis is down")
    github.label("alice", "acme/shop", 1, "bug")
    await settle(github, listener)
    assert (await listener.ticket()).title == "redis is down"


async def test_a_repository_keeps_its_channel_and_policy_through_a_rename(
    github: GitHubSandbox, slack: SlackSandbox, listener: Bot
) -> None:
    await know_shop(github, listener, channel_id=slack.channel("#payments").id)
    github.rename_repository("alice", "acme/shop", "store")
    github.open_issue("frank", "acme/store", title="redis is down")
    await settle(github, listener)
    assert (await listener.ticket()).channel_name == "payments"
    [card] = said(slack.messages("#payments"))
    assert "|acme/store#1> opened by frank" in card


async def test_issues_that_were_there_before_become_no_tickets(github: GitHubSandbox, listener: Bot) -> None:
    github.app_hook.is_active = False
    github.open_issue("frank", "acme/shop", title="redis is down")
    github.app_hook.is_active = True
    github.edit_issue("frank", "acme/shop", 1, title="redis was down")
    github.close_issue("frank", "acme/shop", 1)
    await settle(github, listener)
    assert await select_all(listener, Ticket) == []
    reasons = {delivery.reason for delivery in await select_all(listener, Delivery)}
    assert reasons == {"not tracked (tickets: all)"}


async def test_a_deleted_issue_closes_its_ticket(github: GitHubSandbox, listener: Bot) -> None:
    github.open_issue("frank", "acme/shop", title="redis is down")
    github.delete_issue("alice", "acme/shop", 1)
    await settle(github, listener)
    ticket = await listener.ticket()
    assert (ticket.status, ticket.resolution) == ("closed", "deleted on GitHub")


async def test_an_issue_without_an_author_is_a_ticket_too(
    github: GitHubSandbox, slack: SlackSandbox, listener: Bot
) -> None:
    github.hold_deliveries()
    github.open_issue("mallory", "acme/site", title="redis is down")
    github.forget_author("acme/site", 1)
    github.edit_issue("alice", "acme/site", 1, body="it is")
    github.release_deliveries(backwards=True)
    await settle(github, listener)
    assert said(slack.messages("#ops"))[0].count("opened by") == 0


async def test_without_a_channel_nothing_is_made_and_the_record_says_why(
    github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path
) -> None:
    async with hearing(github, slack, tmp_path, github_channel="") as bot:
        github.open_issue("frank", "acme/shop", title="redis is down")
        await settle(github, bot)
        [delivery] = await select_all(bot, Delivery)
        assert (delivery.status, delivery.reason) == (
            "ignored",
            "no channel for it: CHARGEHAND_GITHUB_CHANNEL is not set",
        )


async def test_pulls_are_mirrored_and_never_tickets(github: GitHubSandbox, listener: Bot) -> None:
    """The jobs "github.pull_request", "github.push", "github.check_run" and "github.issue_comment"."""
    github.open_pull("bob", "acme/shop", title="Fix redis", head="fix")
    sha = github.push("bob", "acme/shop", "fix")
    await settle(github, listener)
    github.check("acme/shop", sha)
    github.comment("carol", "acme/shop", 1, "nice")
    await settle(github, listener)
    [pull] = await select_all(listener, Pull)
    assert (pull.number, pull.state, pull.head_sha, pull.checks) == (1, "open", sha, {"build": "success"})
    github.merge("alice", "acme/shop", 1)
    await settle(github, listener)
    assert [pull.state for pull in await select_all(listener, Pull)] == ["merged"]
    assert await select_all(listener, Ticket) == []


async def test_the_app_says_which_repositories_it_may_see(github: GitHubSandbox, listener: Bot) -> None:
    """The jobs "github.installation", "github.installation_repositories" and "github.repository"."""
    github.give_app("alice", "acme/vault")
    await settle(github, listener)
    github.take_from_app("alice", "acme/vault")
    github.delete_repository("alice", "acme/site")
    await settle(github, listener)
    assert await gone(listener) == {"acme/vault", "acme/site"}
    github.suspend_app("alice")
    await settle(github, listener)
    assert await gone(listener) == {"acme/vault", "acme/site", "acme/shop", "acme/payments"}
    github.unsuspend_app("alice")
    await settle(github, listener)
    assert await gone(listener) == {"acme/vault", "acme/site"}


async def gone(bot: Bot) -> set[str]:
    """The repositories that are not counted on any more."""
    return {known.full_name for known in await select_all(bot, Repository) if known.is_gone}


async def know_shop(github: GitHubSandbox, bot: Bot, **settings: str) -> None:
    """Acme's shop with settings of its own."""
    async with bot.ctx.db.write() as tx:
        shop = Repository(
            workspace_id=bot.ctx.workspace_id,
            github_id=github.repository("acme/shop").id,
            host="github.com",
            full_name="acme/shop",
            created_at=bot.ctx.clock(),
            **settings,
        )
        tx.add(shop)


async def test_an_event_that_lacks_what_is_needed_is_ignored_by_name(github: GitHubSandbox, listener: Bot) -> None:
    """The job "github.issues" reads tolerantly."""
    shop, frank = github.repository("acme/shop"), github.world.account("frank")
    github.herald.tell(shop, "issues", {"action": "opened", "issue": {"title": "redis is down"}}, by=frank)
    await settle(github, listener)
    [delivery] = await select_all(listener, Delivery)
    assert (delivery.status, delivery.reason) == ("ignored", "the payload has no usable issue.number")
    jobs = await select_all(listener, Job)
    assert {job.state for job in jobs} == {"done"}
    assert [job.error_text for job in jobs if job.error_class == "ignored"] == [delivery.reason]


async def test_a_card_without_a_home_is_told_to_the_admins(
    github: GitHubSandbox, slack: SlackSandbox, listener: Bot
) -> None:
    await make_admin(listener, "erin")
    slack.kick_bot("#ops")
    github.open_issue("frank", "acme/shop", title="redis is down")
    await settle(github, listener)
    [told] = [text for text in said(slack.dms("erin")) if "cannot be posted" in text]
    assert "*CH-1* redis is down is tracked, but its card cannot be posted in <#" in told


async def test_a_person_who_is_known_by_login_is_the_reporter(
    github: GitHubSandbox, slack: SlackSandbox, listener: Bot
) -> None:
    async with operator(listener.ctx.settings) as desk:
        await verify(desk, await people.the(desk.tx, desk.workspace_id, slack.user("bob").id), "Bob")
    github.open_issue("bob", "acme/shop", title="redis is down")
    await settle(github, listener)
    assert await assignees(listener) == ["carol"]


@pytest.mark.parametrize("engine", DATABASES)
async def test_an_issue_that_comes_while_the_queue_is_full_becomes_a_ticket_when_there_is_room(
    github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path
) -> None:
    async with hearing(github, slack, tmp_path, queue_max=10) as bot:
        now = bot.ctx.clock()
        due = {"created_at": now, "not_before": now + timedelta(days=1)}
        async with bot.ctx.db.write() as tx:
            await queue.put_all(tx, [Job(workspace_id="T1", kind="prune", **due) for _ in range(10)])
        github.open_issue("frank", "acme/shop", title="redis is down")
        await github.settled()
        assert [one.status for one in await select_all(bot, Delivery)] == ["waiting"]
        assert await select_all(bot, Ticket) == []
        async with bot.ctx.db.write() as tx:
            for job in await queue.listing(tx, queue.Chosen(kind="prune")):
                await queue.cancel(tx, job.id, by="test", why="make room", now=now)

        async def is_heard() -> bool:
            return bool(await select_all(bot, Ticket))

        await until(is_heard)
        await settle(github, bot)
        assert [one.status for one in await select_all(bot, Delivery)] == ["accepted"]


async def test_a_label_says_whose_an_issue_is_and_stays_on_its_ticket(
    github: GitHubSandbox, slack: SlackSandbox, listener: Bot
) -> None:
    await slash(listener, "erin", "ownership add label area/* Payments")
    github.open_issue("frank", "acme/shop", title="redis is down", labels=["area/web"])
    await settle(github, listener)
    ticket = await listener.ticket()
    assert (ticket.team_source, ticket.tags[0]) == ("rule: label area/*", "area/web")
    assert await assignees(listener) == ["dave"]
