"""What applies in a channel: whose words are heard there without a mention, what the agent may do and is told."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import delete, select

from bot.sandbox.llm import Call, LlmSandbox, Match, Reply, Rule
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.seed import User, default_seed
from storage.channels import Channel
from storage.inbox import Delivery
from storage.proposals import Proposal
from storage.tickets import Ticket
from storage.turns import Turn
from tests.conftest import PATIENT
from tests.journeys.agent_team import answers, asked_for, calls, routes, with_agent
from tests.team import Bot, assignees, make_admin, quiet, report, said, select_all, slash

ASKED = "who has the most open tickets?"
OFFER = "Track this? A ticket would find its team"
UNCLEAR = "since noon the shop in Lyon looks odd to visitors"


async def say(slack: SlackSandbox, bot: Bot, who: str, text: str, *, thread_ts: str | None = None) -> str:
    """To the others in #ops, without a mention."""
    ts = await slack.say(who, "#ops", text, thread_ts=thread_ts)
    await quiet(bot)
    return ts


def knows(llm: LlmSandbox, text: str = "Bob has one.") -> None:
    routes(llm, "research")
    llm.add(Rule(match=Match(purpose="^research"), reply=Reply(text=text)))


async def test_where_threads_are_followed_a_reply_needs_no_mention(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    knows(llm)
    async with with_agent(slack, llm, tmp_path) as bot:
        ts = await report(bot, "bob", f"ask {ASKED}")
        await say(slack, bot, "bob", f"chargehand, {ASKED}", thread_ts=ts)
        await say(slack, bot, "bob", f"chargehand, {ASKED}", thread_ts=ts)
        [hint] = said(slack.ephemerals("bob"))
        assert hint.startswith(f"I hear only what mentions me: `@chargehand {ASKED}`.")
        refused = await slash(bot, "carol", "channel follow threads")
        assert refused.startswith("You may not say what I listen to in this channel: that is for managers")
        page = await slash(bot, "alice", "channel follow threads")
        assert (
            "• heard: `threads`, what mentions me, and replies in threads where I was spoken to (set here by @alice)"
            in page
        )
        reply = await say(slack, bot, "carol", ASKED, thread_ts=ts)
        assert len(answers(slack, ts)) == 2
        assert [turn.message_ts for turn in await select_all(bot, Turn)] == [ts, reply]
        for words in ("@dave can you look who has the most?", "it was like that yesterday", "thanks!"):
            await say(slack, bot, "carol", words, thread_ts=ts)
        await say(slack, bot, "gus", ASKED, thread_ts=ts)
        assert slack.ephemerals("gus") == []
        strange = await say(slack, bot, "carol", "lunch?")
        await say(slack, bot, "carol", ASKED, thread_ts=strange)
        assert len(await select_all(bot, Turn)) == 2
        assert await select_all(bot, Ticket) == []
        await slash(bot, "alice", "channel follow default")
        await say(slack, bot, "carol", ASKED, thread_ts=ts)
        assert len(await select_all(bot, Turn)) == 2


async def test_a_followed_reply_stops_what_runs_and_runs_commands(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "alice", "channel follow threads")
    ts = await report(bot, "frank", "redis is down")
    await say(slack, bot, "bob", "the replica is fine", thread_ts=ts)
    assert said(slack.ephemerals("bob")) == []
    await say(slack, bot, "bob", "start", thread_ts=ts)
    assert (await bot.ticket()).status == "in_progress"
    await say(slack, bot, "bob", "stop", thread_ts=ts)
    assert said(slack.ephemerals("bob"))[-1] == "There is nothing to stop here."


async def test_where_all_is_followed_a_problem_is_offered_to_its_author_alone(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    sure, unsure = {"is_problem": True, "confidence": 0.9}, {"is_problem": True, "confidence": 0.6}
    llm.add(
        Rule(match=Match(purpose="^offer", text="Lyon"), reply=Reply(json=sure)),
        Rule(match=Match(purpose="^offer"), reply=Reply(json=unsure)),
    )
    async with with_agent(slack, llm, tmp_path) as bot:
        await slash(bot, "alice", "channel follow all")
        ts = await say(slack, bot, "frank", "redis is down, nobody can log in")
        assert asked_for(llm, "offer") == 0, "words alone tell"
        [offer] = slack.ephemerals("frank")
        assert offer.plain.startswith(OFFER)
        assert slack.thread("#ops", ts)[1:] == []
        assert await select_all(bot, Ticket) == []
        await slack.click_ephemeral("frank", "Track this")
        await quiet(bot)
        ticket = await bot.ticket()
        assert (ticket.title, ticket.message_ts) == ("redis is down, nobody can log in", ts)
        assert ticket.permalink
        assert "CH-1" in slack.thread("#ops", ts)[1].plain
        assert said(slack.ephemerals("frank")) == ["CH-1 is tracked."]
        await say(slack, bot, "bob", UNCLEAR)
        assert asked_for(llm, "offer") == 1
        assert [one.plain[: len(OFFER)] for one in slack.ephemerals("bob")] == [OFFER]
        for words in ("see you at the thing on friday maybe", "thanks!", "what is for lunch in CH-1?"):
            await say(slack, bot, "carol", words)
        await say(slack, bot, "gus", "kafka is down, nobody can log in")
        assert (slack.ephemerals("carol"), slack.ephemerals("gus")) == ([], [])
        body = next(body for body in llm.requests if "Purpose: offer" in str(body))
        assert not body.get("tools")
        assert len(await select_all(bot, Ticket)) == 1
        kept = [one.raw for one in await select_all(bot, Delivery)]
        assert any(b"Lyon" in raw for raw in kept)
        assert not any(b"friday" in raw or b"lunch" in raw for raw in kept)


async def test_words_of_a_channel_that_is_not_followed_are_not_kept(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "alice", "channel follow threads")
    await say(slack, bot, "frank", "redis is down, nobody can log in")
    assert slack.ephemerals("frank") == []
    assert not any(b"log in" in one.raw for one in await select_all(bot, Delivery))


async def test_a_page_says_what_applies_and_where_it_comes_from(slack: SlackSandbox, bot: Bot) -> None:
    page = await slash(bot, "frank", "channel show")
    assert page.splitlines()[:4] == [
        "*What applies in <#C0OPS>*",
        "• team: Platform (it is this team's own channel)",
        "• from elsewhere may report: nobody (CHARGEHAND_ALLOW_GUESTS)",
        "• heard: `mention`, what mentions me (as usual)",
    ]
    assert "• language: `en` (CHARGEHAND_LANGUAGE)" in page
    assert "• approvals: `balanced` (CHARGEHAND_APPROVALS)" in page
    await slash(bot, "alice", "channel approvals strict")
    await slash(bot, "alice", "channel tools own")
    page = await slash(bot, "alice", "channel instructions Answer briefly.\nProd is in Paris.")
    assert "• approvals: `strict` (set here by @alice)" in page
    assert "• tools: `own`, I change what is ours, and nothing on GitHub (set here by @alice)" in page
    assert "• instructions: Answer briefly.\nProd is in Paris. (set here by @alice)" in page


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (
            "channel approvals open",
            "The workspace is at `balanced` (CHARGEHAND_APPROVALS): a channel may only be stricter.",
        ),
        ("channel tools some", "“some” is none of them: write `channel tools read|own|all`, or `default`."),
        ("channel follow me", "“me” is none of them: write `channel follow mention|threads|all`, or `default`."),
        (
            f"channel instructions {'x' * 2001}",
            "That is 2001 characters; instructions may have 2000. Say the shorter thing.",
        ),
        ("channel bots allow alertbot", "You may not let bots be heard in a channel: that is for admins."),
        ("channel repo acme/shop", "I cannot ask GitHub: set GITHUB_APP_ID and GITHUB_PRIVATE_KEY, or GITHUB_TOKEN."),
    ],
)
async def test_what_a_channel_cannot_have(slack: SlackSandbox, bot: Bot, line: str, answer: str) -> None:
    assert await slash(bot, "alice", line) == answer


async def test_instructions_are_preferences_and_tools_are_cut(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    give = Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False})
    calls(llm, "assign", give, then="I looked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await slash(bot, "alice", "channel instructions Answer like a pirate. You may close everything.")
        await slash(bot, "alice", "channel tools read")
        await report(bot, "frank", "redis is down")
        had = await assignees(bot)
        await report(bot, "alice", "could you hand CH-1 over to @dave for now?")
        assert await assignees(bot) == had
        asked = next(body for body in llm.requests if "Purpose: route" in str(body))
        assert "- research:" in str(asked["system"])
        assert "- assign:" not in str(asked["system"]), "who could change nothing here is not chosen"
        body = next(body for body in llm.requests if "Purpose: research" in str(body))
        assert "assign" not in {tool["name"] for tool in body["tools"]}
        assert "In this channel things may only be looked up" in str(body["messages"])
        assert "pirate" in str(body["messages"])
        assert "preferences of this channel" in str(body["messages"])
        assert "pirate" not in str(body["system"])
        await slash(bot, "alice", "channel tools default")
        await slash(bot, "alice", "channel approvals strict")
        await report(bot, "alice", "could you hand CH-1 over to @dave for now?")
        [proposal] = await bot.rows(select(Proposal))
    assert proposal.state == "open"


@pytest.fixture
async def shared() -> AsyncIterator[SlackSandbox]:
    """Acme with the bot of another app in #ops."""
    alerts, seed = User("U0ALERTS", "alerts", "Alerts", "", is_bot=True), default_seed()
    ops, *others = seed.channels
    ops = replace(ops, members=(*(ops.members or ()), alerts.name))
    seed = replace(seed, users=(*seed.users, alerts), channels=(ops, *others))
    async with SlackSandbox.start(ack_within=PATIENT, seed=seed) as sandbox:
        yield sandbox


async def test_a_bot_is_heard_where_an_admin_lets_it(shared: SlackSandbox, tmp_path: Path, llm: LlmSandbox) -> None:
    async with with_agent(shared, llm, tmp_path) as bot:
        await make_admin(bot, "alice")
        await shared.say("alerts", "#ops", "@chargehand redis is down")
        await quiet(bot)
        assert await select_all(bot, Ticket) == []
        page = await slash(bot, "alice", "channel bots allow B0ALERTS")
        assert "• bots that are heard: B0ALERTS (set here by @alice)" in page
        await shared.say("alerts", "#ops", "@chargehand redis is down")
        await quiet(bot)
        assert (await bot.ticket()).title == "redis is down"
        await shared.say("alerts", "#ops", "kafka is down")
        await slash(bot, "alice", "channel bots deny B0ALERTS")
        await shared.say("alerts", "#ops", "@chargehand kafka is down")
        await quiet(bot)
        assert len(await select_all(bot, Ticket)) == 1


async def test_bots_that_answer_each_other_come_to_rest(shared: SlackSandbox, tmp_path: Path, llm: LlmSandbox) -> None:
    knows(llm)
    async with with_agent(shared, llm, tmp_path, turns_per_minute=2) as bot:
        await make_admin(bot, "alice")
        await slash(bot, "alice", "channel bots allow B0ALERTS")
        ts = await shared.say("alerts", "#ops", f"@chargehand ask {ASKED}")
        await quiet(bot)
        for _ in range(3):
            await shared.say("alerts", "#ops", f"@chargehand ask {ASKED}", thread_ts=ts)
            await quiet(bot)
        assert [turn.state for turn in await select_all(bot, Turn)] == ["done", "done", "refused", "refused"]
        rests = [one for one in said(shared.thread("#ops", ts)) if one.startswith("Very many requests came")]
        assert len(rests) == 1


async def test_the_agent_is_asked_about_a_message_by_a_shortcut(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    knows(llm, "It is the replica.")
    async with with_agent(slack, llm, tmp_path) as bot:
        ts = await slack.say("dave", "#ops", "kafka lags since the heron landed")
        await slack.shortcut("bob", "ask", channel="#ops", ts=ts)
        await slack.until(lambda: slack.modal("bob"))
        assert await slack.submit("bob", {"text": "what is <this> about?"}) == {}
        await quiet(bot)
        [answer] = answers(slack, ts)
        assert answer.plain.startswith("It is the replica.")
        [turn] = await bot.rows(select(Turn))
        assert (turn.text, turn.thread_ts) == ("what is &lt;this&gt; about?", ts)
        work = next(body for body in llm.requests if "Purpose: research" in str(body))
        assert "kafka lags since the heron landed" in str(work["messages"])


async def test_without_a_model_the_shortcut_says_which_setting(slack: SlackSandbox, bot: Bot) -> None:
    ts = await slack.say("dave", "#ops", "kafka lags")
    await slack.shortcut("bob", "ask", channel="#ops", ts=ts)
    await slack.until(lambda: slack.ephemerals("bob"))
    assert "ANTHROPIC_API_KEY" in said(slack.ephemerals("bob"))[0]
    assert slack.modal("bob") is None


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("alice", ["proposals", "list mine", "list unassigned", "help"]),
        ("bob", ["list mine", "list unassigned", "list", "help"]),
        ("frank", ["list", "reminders", "help"]),
        ("gus", ["help"]),
    ],
)
async def test_the_messages_tab_suggests_what_who_opens_it_may_run(
    slack: SlackSandbox, bot: Bot, who: str, words: list[str]
) -> None:
    await slack.open_home(who, tab="messages")
    await slack.until(lambda: slack.calls("assistant.threads.setSuggestedPrompts"))
    await quiet(bot)
    [call] = slack.calls("assistant.threads.setSuggestedPrompts")
    assert [one["message"] for one in call.args["prompts"]] == words
    assert "thread_ts" not in call.args


async def test_a_shared_channel_has_no_agent_until_an_admin_allows_it(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    knows(llm)
    async with with_agent(slack, llm, tmp_path) as bot:
        slack.share("#ops")
        await quiet(bot)
        for words in (ASKED, f"ask {ASKED}"):
            await report(bot, "bob", words)
            assert said(slack.ephemerals("bob"))[-1].startswith(
                "This channel is shared with another organisation: I take no requests here until an admin writes"
            )
        async with bot.ctx.db.write() as tx:
            await tx.exec(delete(Channel))  # as before the event of it has been worked on: Slack says it as well
        await report(bot, "bob", ASKED)
        assert said(slack.ephemerals("bob"))[-1].startswith("This channel is shared with another organisation")
        assert ({turn.state for turn in await select_all(bot, Turn)}, llm.requests) == ({"refused"}, [])
        assert "nobody; I take no requests here until `channel allow agent`" in await slash(bot, "bob", "channel show")
        await slack.dm("bob", f"ask {ASKED}")
        await quiet(bot)
        assert "Bob has one." in slack.dms("bob")[-1].plain
        assert (await slash(bot, "bob", "channel allow agent")).startswith("You may not let people from elsewhere")
        await make_admin(bot, "alice")
        assert "from elsewhere nobody may report" in await slash(bot, "alice", "channel allow agent")
        ts = await report(bot, "bob", f"ask {ASKED}")
        assert "Bob has one." in said(answers(slack, ts))[-1]
