"""The bot was off: what GitHub sent and people said meanwhile is made up for once, and told in a line."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

import pytest
from aiohttp import ClientSession, web
from sqlmodel import col, select, text

from bot.metrics import REGISTRY
from bot.roles import Part
from bot.sandbox.github import Fault, GitHubSandbox, Mischief
from bot.sandbox.github.hooks import answer_of, outcome_of
from bot.sandbox.llm import LlmSandbox, Match, Reply, Rule
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.seed import default_seed, group_message, many_channels
from bot.server import serve_http
from bot.settings import Settings
from storage import leases, sound, trace
from storage.gaps import Gap
from storage.pulls import Pull
from storage.queue import Job
from storage.repositories import Repository
from storage.tickets import Ticket
from storage.turns import Turn
from tests.github import SECRET, hearing, settle
from tests.journeys.agent_team import answers, routes, with_agent
from tests.openapi import Contract
from tests.postgres import cluster
from tests.process import serving
from tests.team import LONG_AGO, Bot, quiet, report, running, said, seed_teams, select_all, settings_for, slash
from tests.waiting import until

HOUR = 3600.0


@dataclass
class Clock:
    """Time that goes on by itself and can be moved ahead."""

    ahead: float = 0.0

    def seconds(self) -> float:
        return time.time() + self.ahead

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)

    def move(self, *, hours: float) -> None:
        self.ahead += hours * HOUR


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measured(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"chargehand_{name}", labels) or 0.0


async def know(bot: Bot, github_id: int, name: str) -> None:
    """A repository is known, whether GitHub has it or not."""
    values = {"workspace_id": bot.ctx.workspace_id, "host": "github.com", "created_at": LONG_AGO}
    async with bot.ctx.db.write() as tx:
        tx.add(Repository(github_id=github_id, full_name=name, **values))


async def titles(bot: Bot) -> list[str]:
    return [ticket.title for ticket in await select_all(bot, Ticket)]


def unheard(slack: SlackSandbox, clock: Clock) -> None:
    """Nobody is there for what was said, none of it comes again, and an hour goes by."""
    slack.lose_events()
    clock.move(hours=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock, request: pytest.FixtureRequest) -> AsyncIterator[SlackSandbox]:
    """Acme, with as many more channels as a test asks for."""
    more = many_channels(getattr(request, "param", 0))
    async with SlackSandbox.start(now=clock.seconds, seed=default_seed().plus(channels=more)) as sandbox:
        yield sandbox


@pytest.fixture
async def github(clock: Clock) -> AsyncIterator[GitHubSandbox]:
    contract = Contract()
    async with GitHubSandbox.start(now=clock.seconds, observe=contract) as sandbox:
        yield sandbox
    assert contract.broken == []


@pytest.fixture
async def settings(github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path) -> Settings:
    """Of a bot whose address stays the same, with a token and a hook of the shop's."""
    settings = settings_for(
        slack,
        tmp_path,
        github_webhook_secret=SECRET,
        github_channel=slack.channel("#ops").id,
        github_api_url=github.url,
        github_token=github.token,
        admin_channel=slack.channel("#general").id,
        http_port=free_port(),
    )
    await seed_teams(settings, slack)
    github.add_hook("acme/shop", f"http://127.0.0.1:{settings.http_port}/webhooks/github", secret=SECRET)
    return settings


async def test_41_deliveries_and_3_mentions_were_missed(
    clock: Clock, slack: SlackSandbox, github: GitHubSandbox, settings: Settings
) -> None:
    async with running(slack, settings, clock=clock.now) as bot:
        github.open_issue("frank", "acme/shop", title="redis is slow")
        await settle(github, bot)
    clock.move(hours=0.5)
    for number in range(1, 21):
        github.open_issue("frank", "acme/shop", title=f"kafka node n{number} is down")
    for number in range(2, 22):
        github.close_issue("carol", "acme/shop", number)
    github.close_issue("carol", "acme/shop", 1)
    await github.settled()
    for who, where in (("bob", "#ops"), ("dave", "#payments")):
        await slack.say(who, where, f"@chargehand redis fails for {who}")
    await slack.dm("frank", "checkout is broken since noon")
    slack.lose_events()
    clock.move(hours=1.5)
    away, again = measured("gap_seconds_total"), measured("reconcile_total", outcome="redelivered")
    async with running(slack, settings, clock=clock.now) as bot:
        await settle(github, bot)
        assert measured("gap_seconds_total") - away == pytest.approx(2 * HOUR, abs=60)  # once, not for each side
        assert measured("reconcile_total", outcome="redelivered") == again + 41 + 3
        [line] = said(slack.messages("#general"))
        assert line == (
            "Away for 2 h. GitHub: 41 deliveries missed, 41 fetched again. Slack: 3 mentions found, answered."
        )
        tickets = await select_all(bot, Ticket)
        assert len(tickets) == 1 + 20 + 3
        assert {ticket.status for ticket in tickets if ticket.source == "github"} == {"resolved"}
        gaps = {gap.source: gap for gap in await select_all(bot, Gap)}
        assert (gaps["github"].found, gaps["github"].redelivered, gaps["github"].failed) == (41, 41, 0)
        assert all(gap.closed_at for gap in gaps.values())
        [told] = [text for text in said(slack.messages("#ops")) if text.startswith("News of GitHub that came late")]
        assert told.startswith("News of GitHub that came late: 20 new, 21 resolved (CH-")
        assert [text for text in said(slack.dms("bob")) + said(slack.dms("carol")) if "kafka" in text] == []


@pytest.mark.parametrize("slack", [60], indirect=True)
async def test_github_does_not_wait_for_slack_which_is_read_slowly(
    clock: Clock, slack: SlackSandbox, github: GitHubSandbox, settings: Settings
) -> None:
    async with running(slack, settings, clock=clock.now) as bot:
        github.open_issue("frank", "acme/shop", title="redis is slow")
        await settle(github, bot)
    clock.move(hours=0.5)
    github.open_issue("frank", "acme/shop", title="kafka is down")
    await github.settled()
    await slack.say("bob", "#c60", "@chargehand redis fails for bob")
    slack.lose_events()
    async with running(slack, settings, clock=clock.now) as bot:
        waiting = select(Job).where(Job.kind == "reconcile", col(Job.error_text).contains("there is more to read"))
        await until(lambda: bot.rows(waiting))
        assert len(await bot.rows(select(Ticket).where(Ticket.source == "github"))) == 2
        assert len(slack.calls("conversations.history")) == 40  # the rest of its minute is for people
        assert said(slack.messages("#general")) == []
        clock.move(hours=0.02)
        await settle(github, bot)
        read = [call.args["channel"] for call in slack.calls("conversations.history")]
        assert len(read) == len(set(read)) > 60  # each place once
        assert len(slack.calls("users.conversations")) == 1
        [line] = said(slack.messages("#general"))
        assert line.endswith("GitHub: 1 delivery missed, 1 fetched again. Slack: 1 mention found, answered.")


@pytest.mark.parametrize("slack", [40], indirect=True)
async def test_what_was_read_back_is_read_again_after_another_absence(
    clock: Clock, slack: SlackSandbox, settings: Settings
) -> None:
    more = select(Job).where(Job.kind == "reconcile", col(Job.error_text).contains("there is more to read"))
    async with running(slack, settings, clock=clock.now) as bot:
        await report(bot, "frank", "redis is slow")
    clock.move(hours=0.5)
    async with running(slack, settings, clock=clock.now) as bot:
        await until(lambda: bot.rows(more))
    await slack.say("bob", "#ops", "@chargehand kafka is down")  # where it has looked by now
    slack.lose_events()
    clock.move(hours=0.5)
    async with running(slack, settings, clock=clock.now) as bot:

        async def is_read() -> bool:
            clock.move(hours=0.002)
            return len(await select_all(bot, Ticket)) == 2

        await until(is_read)


async def test_the_trace_of_the_look_leads_to_what_it_brought(
    clock: Clock, slack: SlackSandbox, settings: Settings
) -> None:
    async with running(slack, settings, clock=clock.now) as bot:
        await quiet(bot)
    ts = await slack.say("bob", "#ops", "@chargehand kafka is down")
    unheard(slack, clock)
    async with running(slack, settings, clock=clock.now) as bot:
        await quiet(bot)
        [heard] = await bot.rows(select(Job).where(Job.kind == "slack.message"))
        [look] = await bot.rows(select(Job).where(Job.id == heard.parent_id))
        async with bot.ctx.db.read() as tx:
            story = await trace.story(tx, await trace.find(tx, look.correlation_id))
            [brought] = [event for event in story if event.stage == "job.brought"]
            assert brought.about == f"reconcile {look.id}"
            what, _, name = brought.detail.partition(": trace ")
            assert what == f"message catchup:{slack.channel('#ops').id}:{ts}"
            assert await trace.find(tx, name) == {heard.correlation_id}
            onward = [event.stage for event in await trace.story(tx, {name})]
    assert onward[:2] == ["delivery.received", "delivery.stored"]
    assert "effect.confirmed" in onward


async def test_a_mention_in_a_group_message_was_missed(clock: Clock, tmp_path: Path) -> None:
    three = group_message("bob", "carol")
    async with SlackSandbox.start(now=clock.seconds, seed=default_seed().plus(channels=(three,))) as slack:
        settings = settings_for(slack, tmp_path)
        await seed_teams(settings, slack)
        async with running(slack, settings, clock=clock.now) as bot:
            await report(bot, "bob", "redis is slow", channel=three.name)
        await slack.say("carol", three.name, "that is none of its business")
        await slack.say("carol", three.name, "@chargehand kafka is down")
        unheard(slack, clock)
        async with running(slack, settings, clock=clock.now) as bot:
            await quiet(bot)
            assert await titles(bot) == ["Redis is slow", "Kafka is down"]


async def test_an_app_from_before_it_asked_for_group_messages_reads_the_rest(
    clock: Clock, slack: SlackSandbox, settings: Settings
) -> None:
    slack.scopes.difference_update({"mpim:read", "mpim:history"})
    async with running(slack, settings, clock=clock.now) as bot:
        await report(bot, "frank", "redis is slow")
    await slack.say("bob", "#ops", "@chargehand kafka is down")
    unheard(slack, clock)
    async with running(slack, settings, clock=clock.now) as bot:
        await quiet(bot)
        assert await titles(bot) == ["Redis is slow", "Kafka is down"]


async def test_an_answer_says_the_delay_and_what_changes_something_is_asked_for_anew(
    clock: Clock, slack: SlackSandbox, settings: Settings
) -> None:
    async with running(slack, settings, clock=clock.now) as bot:
        ts = await report(bot, "frank", "redis is down")
    await slack.say("alice", "#ops", "@chargehand resolve failed over", thread_ts=ts)
    await slack.say("frank", "#ops", "@chargehand list")
    await slack.say("carol", "#ops", "@chargehand stop", thread_ts=ts)
    unheard(slack, clock)
    async with running(slack, settings, clock=clock.now) as bot:
        await quiet(bot)
        assert (await bot.ticket()).status == "open"
        question = slack.thread("#ops", ts)[-1]
        assert "while I was away. It may be out of date by now: resolve CH-1 failed over" in question.plain
        [whisper] = [message.plain for message in slack.ephemerals("frank")]
        assert "while I was away. *1 open ticket*" in whisper
        assert slack.ephemerals("carol") == []
        await slack.click("alice", "#ops", question.ts, "Still do it?")
        await quiet(bot)
        assert (await bot.ticket()).status == "resolved"
        assert "Still do it?" not in slack.transcript()
    clock.move(hours=1)
    slack.redeliver()
    async with running(slack, settings, clock=clock.now) as bot:
        await quiet(bot)
        assert len(slack.ephemerals("frank")) == 1


async def test_what_no_delivery_tells_of_is_found_in_the_state_of_things(
    clock: Clock, slack: SlackSandbox, github: GitHubSandbox, settings: Settings
) -> None:
    async with running(slack, settings, clock=clock.now) as bot:
        github.open_issue("frank", "acme/shop", title="redis is slow")
        await settle(github, bot)
        await know(bot, 99, "acme/gone")
    github.hooks_of("acme/shop")[0].is_active = False
    github.fail(Fault(call="GET /repos/acme/*/hooks", status=403, times=9))
    clock.move(hours=0.5)
    github.open_issue("frank", "acme/shop", title="redis is down")
    github.close_issue("carol", "acme/shop", 1)
    github.open_pull("bob", "acme/shop", title="Fix redis", head="fix")
    github.comment("bob", "acme/shop", 2, "on it")
    github.rename_repository("alice", "acme/shop", "store")
    clock.move(hours=0.1)
    async with running(slack, settings, clock=clock.now) as bot:
        await settle(github, bot)
        assert [(one.title, one.status) for one in await select_all(bot, Ticket)] == [
            ("redis is slow", "resolved"),
            ("redis is down", "open"),
        ]
        assert [pull.number for pull in await select_all(bot, Pull)] == [3]
        assert [one.full_name for one in await select_all(bot, Repository)] == ["acme/store", "acme/gone"]
        [line] = said(slack.messages("#general"))
        assert line == (
            "Away for 36 min. GitHub: 3 changes found by looking, deliveries of acme/shop cannot be listed, only what "
            "changed is looked at, acme/gone cannot be read. Slack: nothing missed."
        )
        github.hooks_of("acme/store")[0].is_active = True
        before = len(await select_all(bot, Ticket))
        github.edit_issue("frank", "acme/store", 2, body="since noon")
        await settle(github, bot)
        assert len(await select_all(bot, Ticket)) == before


async def test_the_later_of_two_changes_of_one_second_is_found_in_the_state_of_things(
    clock: Clock, slack: SlackSandbox, github: GitHubSandbox, settings: Settings
) -> None:
    admin = settings.model_copy(update={"admins": slack.user("alice").id})
    async with running(slack, admin, clock=clock.now) as bot:
        github.open_issue("frank", "acme/shop", title="redis is down")
        await settle(github, bot)
        [hook] = github.hooks_of("acme/shop")
        github.edit_issue("frank", "acme/shop", 1, title="redis is slow")
        hook.is_active = False
        github.edit_issue("frank", "acme/shop", 1, title="redis is slow in the shop")
        hook.is_active = True
        await settle(github, bot)
        assert (await bot.ticket()).title == "redis is slow"
        await slash(bot, "alice", "reconcile --since 2h")
        await settle(github, bot)
        assert (await bot.ticket()).title == "redis is slow in the shop"
        [line] = said(slack.messages("#general"))
        assert line == "A look at what was sent. GitHub: 1 change found by looking. Slack: nothing missed."


async def test_what_was_turned_away_is_fetched_when_it_is_over(
    clock: Clock, slack: SlackSandbox, github: GitHubSandbox, settings: Settings
) -> None:
    rated = settings.model_copy(update={"webhook_rate": "3/minute"})
    async with running(slack, rated, clock=clock.now) as bot:
        async with bot.ctx.db.write() as tx:
            await sound.remember_github(tx, clock.now(), workspace_id=bot.ctx.workspace_id)
        github.misdeliver(Mischief(forged=1.0))  # as lost before any process: nobody here notes it
        github.open_issue("frank", "acme/shop", title="redis is down")
        await settle(github, bot)
        github.misdeliver(Mischief())
        clock.move(hours=0.5)
        for number in range(5):
            github.open_issue("frank", "acme/shop", title=f"kafka node n{number} is down")
        await github.settled()
        assert [one.status_code for one in github.deliveries("issues")].count(429) == 2
        clock.move(hours=0.02)
        await settle(github, bot)
        assert len(await select_all(bot, Ticket)) == 6
        [line] = said(slack.messages("#general"))
        assert line == (
            "Turned deliveries away within less than a minute (rate). GitHub: 3 deliveries missed, 3 fetched again."
        )


async def test_an_app_asks_for_what_its_own_hook_could_not_deliver(
    slack: SlackSandbox, github: GitHubSandbox, tmp_path: Path
) -> None:
    app = {"github_app_id": str(github.app_id), "github_private_key": github.private_key}
    admin = {"admins": slack.user("alice").id, "admin_channel": slack.channel("#general").id}
    async with hearing(github, slack, tmp_path, **app, **admin) as bot:
        github.misdeliver(Mischief(forged=1.0))
        github.open_issue("frank", "acme/shop", title="redis is down")
        await settle(github, bot)
        github.misdeliver(Mischief())
        assert await select_all(bot, Ticket) == []
        assert "Looking for what was missed since" in await slash(bot, "alice", "reconcile --since 2h")
        await settle(github, bot)
        assert await titles(bot) == ["redis is down"]
        [line] = said(slack.messages("#general"))
        assert line == ("A look at what was sent. GitHub: 1 delivery missed, 1 fetched again. Slack: nothing missed.")
        assert [one.is_redelivery for one in github.deliveries("issues")] == [False, True]


async def test_nothing_is_asked_for_again_while_no_delivery_could_be_believed(
    clock: Clock, slack: SlackSandbox, github: GitHubSandbox, settings: Settings
) -> None:
    deaf = settings.model_copy(update={"github_webhook_secret": None, "admins": slack.user("alice").id})
    async with running(slack, deaf, clock=clock.now) as bot:
        await know(bot, github.repository("acme/shop").id, "acme/shop")
        github.open_issue("frank", "acme/shop", title="redis is down")
        await settle(github, bot)
        await slash(bot, "alice", "reconcile --since 1h")
        await settle(github, bot)
        [line] = said(slack.messages("#general"))
        assert "no delivery fetched again (GITHUB_WEBHOOK_SECRET is not set)" in line
        assert await titles(bot) == ["redis is down"]
        assert [one.status_code for one in github.deliveries("issues")] == [503]
    clock.move(hours=1)
    async with running(slack, settings, clock=clock.now) as bot:
        await settle(github, bot)
        assert await titles(bot) == ["redis is down"]
    assert [one.status_code for one in github.deliveries("issues")] == [503, 202]


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_what_found_no_room_on_the_disk_is_fetched_once_there_is_some(
    clock: Clock, slack: SlackSandbox, github: GitHubSandbox, settings: Settings
) -> None:
    async with running(slack, settings, clock=clock.now) as bot:
        github.open_issue("frank", "acme/shop", title="kafka is slow")
        await settle(github, bot)
        async with bot.ctx.db.write() as tx:
            await tx.exec(text("PRAGMA max_page_count = 1"))  # type: ignore[call-overload]  # it may not grow
        github.open_issue("frank", "acme/shop", title="redis is down", body=token_hex(50_000))
        await github.settled()
        refused = github.deliveries("issues")[-1]
        assert (refused.status_code, answer_of(refused)["error"]["code"]) == (503, "not_stored")
        assert int(refused.response_headers["Retry-After"]) > 0
        async with bot.ctx.db.write() as tx:
            await tx.exec(text("PRAGMA max_page_count = 1000000"))  # type: ignore[call-overload]
        clock.move(hours=2 / 60)
        late = select(Ticket).where(Ticket.title == "redis is down")
        assert len(await until(lambda: bot.rows(late))) == 1
        assert [one.is_redelivery for one in github.deliveries("issues")] == [False, False, True]


async def test_what_came_while_the_database_was_away_is_fetched_once_it_is_back(
    clock: Clock, slack: SlackSandbox, github: GitHubSandbox, settings: Settings
) -> None:
    with cluster() as server:
        on_postgres = settings.model_copy(update={"database_url": server.url})
        await seed_teams(on_postgres, slack)
        async with running(slack, on_postgres, clock=clock.now) as bot:
            await asyncio.to_thread(server.stop)
            github.open_issue("frank", "acme/shop", title="redis is down")
            await github.settled()
            [refused] = github.deliveries("issues")
            assert (refused.status_code, answer_of(refused)["error"]["code"]) == (503, "not_stored")
            assert int(refused.response_headers["Retry-After"]) > 0
            await asyncio.to_thread(server.start)
            github.open_issue("frank", "acme/shop", title="kafka is down")
            await settle(github, bot)
            assert await titles(bot) == ["kafka is down"]
            clock.move(hours=2 / 60)
            late = select(Ticket).where(Ticket.title == "redis is down")
            await until(lambda: bot.rows(late))
            await settle(github, bot)
            assert len(await select_all(bot, Ticket)) == 2
            assert [one.is_redelivery for one in github.deliveries("issues")] == [False, False, True]


async def test_killed_before_its_answer_it_has_the_delivery_once(
    slack: SlackSandbox, github: GitHubSandbox, settings: Settings, tmp_path: Path
) -> None:
    """Between the commit and the 202 that GitHub never sees."""
    async with AsyncExitStack() as first:
        process = await first.enter_async_context(serving(settings, tmp_path / "first.log"))
        await slack.until(lambda: slack.sockets, timeout=60)

        async def kill_at_the_answer(request: web.Request) -> web.Response:
            url = f"http://127.0.0.1:{settings.http_port}/webhooks/github"
            async with ClientSession() as http, http.post(url, data=await request.read(), headers=request.headers):
                process.kill()
                await process.wait()
            assert request.transport
            request.transport.abort()
            return web.Response()

        async with serve_http(
            "127.0.0.1", 0, ways_in=[lambda app: app.router.add_post("/", kill_at_the_answer)]
        ) as port:
            [hook] = github.hooks_of("acme/shop")
            there, hook.url = hook.url, f"http://127.0.0.1:{port}/"
            github.open_issue("frank", "acme/shop", title="redis is down")
            await github.settled()
        hook.url = there
        [lost] = github.deliveries("issues")
        assert not lost.is_ok
    async with running(slack, settings) as bot:
        github.redeliver(lost.guid)
        await settle(github, bot)
        assert [outcome_of(one) for one in github.deliveries("issues")][1:] == ["duplicate"]
        assert await titles(bot) == ["redis is down"]
        assert len(said(slack.messages("#ops"))) == 1


async def test_a_worker_that_goes_on_does_not_hide_that_nobody_heard(
    clock: Clock, slack: SlackSandbox, settings: Settings
) -> None:
    worker, ingress = (frozenset({part}) for part in (Part.WORKER, Part.INGRESS))
    async with running(slack, settings, worker, clock=clock.now) as bot:
        async with running(slack, settings, ingress, clock=clock.now):
            await report(bot, "frank", "redis is down")
        clock.move(hours=2)
        await slack.say("bob", "#ops", "@chargehand kafka is down")
        slack.lose_events()

        async def goes_on() -> bool:
            async with bot.ctx.db.read() as tx:
                lease = await leases.of(tx, "outbox")
            return lease is not None and lease.until > clock.now()

        await until(goes_on)
        async with running(slack, settings, ingress, clock=clock.now):
            await quiet(bot)
            assert await titles(bot) == ["Redis is down", "Kafka is down"]


@pytest.mark.parametrize("comes_again", [False, True])
async def test_what_was_said_while_slack_was_out_of_reach_is_answered_once(
    clock: Clock, slack: SlackSandbox, settings: Settings, *, comes_again: bool
) -> None:
    async with running(slack, settings, clock=clock.now) as bot:
        await report(bot, "frank", "redis is down")
        slack.refuse_sockets(1000)
        await slack.drop_sockets()
        await slack.until(lambda: not slack.sockets)
        clock.move(hours=0.1)
        ts = await slack.say("bob", "#ops", "@chargehand kafka is down")
        if not comes_again:
            slack.lose_events()
        slack.refuse_sockets(0)
        await slack.until(lambda: said(slack.messages("#general")))
        await quiet(bot)
        assert await titles(bot) == ["Redis is down", "Kafka is down"]
        assert len(said(slack.thread("#ops", ts))) == 1
        [line] = said(slack.messages("#general"))
        assert line.startswith("Slack was out of reach for 6 min. Slack: ")
        assert comes_again or line.endswith("Slack: 1 mention found, answered.")


async def test_a_request_to_the_agent_of_long_ago_begins_only_when_it_still_holds(
    clock: Clock, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research")
    llm.add(Rule(match=Match(purpose="^research"), reply=Reply(text="Bob has one.")))
    async with with_agent(slack, llm, tmp_path, clock=clock.now):
        pass
    ts = await slack.say("bob", "#ops", "@chargehand who has the most open tickets, @dave or I?")
    unheard(slack, clock)
    soon = await slack.say("carol", "#ops", "@chargehand who has the most open tickets?")
    slack.lose_events()
    clock.move(hours=0.1)
    async with with_agent(slack, llm, tmp_path, clock=clock.now, is_back=True) as bot:
        await quiet(bot)
        [turn] = await select_all(bot, Turn)
        assert turn.message_ts == soon
        [question] = slack.thread("#ops", ts)[1:]
        assert question.plain.endswith("It may be out of date by now: who has the most open tickets, @dave or I?")
        assert "while I was away" in question.plain
        await slack.click("bob", "#ops", question.ts, "Still do it?")
        await quiet(bot)
        assert len(await select_all(bot, Turn)) == 2
    assert "Still do it?" not in slack.transcript()
    assert answers(slack, ts)[-1].plain.startswith("Bob has one.")
