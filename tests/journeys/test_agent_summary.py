"""A thread that grew long is summed up in the background, and what is asked next is told the summary instead."""

from pathlib import Path

from bot.sandbox.llm import LlmSandbox, Match, Reply, Rule
from bot.sandbox.slack import SlackSandbox
from storage.thread_summaries import ThreadSummary
from tests.journeys.agent_team import calls, routes, with_agent
from tests.team import quiet, report, select_all

SUMMED = "@bob: the replica lags since the deploy"
LONG = "the replica of redis in Frankfurt lags since the deploy. " * 110  # some 2,300 tokens


async def test_what_was_summed_up_is_told_to_the_next_request(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research")
    calls(llm, "research", then="It lags.")
    llm.add(Rule(name="summary", match=Match(said="The messages after it"), reply=Reply(text=SUMMED)))
    async with with_agent(slack, llm, tmp_path) as bot:
        root = await report(bot, "frank", "redis is down")
        for number in range(3):
            await slack.say("bob", "#ops", f"remark {number}: {LONG}", thread_ts=root)
        await quiet(bot)
        assert await select_all(bot, ThreadSummary) == [], "nobody has asked for anything yet"
        await report(bot, "frank", "ask what is known by now?", thread_ts=root)
        [kept] = await select_all(bot, ThreadSummary)
        assert kept.text == SUMMED
        [asked] = [one for one in llm.requests if "The messages after it" in str(one)]
        assert not asked.get("tools")
        assert 'author="@bob"' in str(asked["messages"])
        assert "remark 1" not in str(asked["system"])
        before = len(llm.requests)
        await report(bot, "frank", "ask and what is new?", thread_ts=root)
        told = [str(one["messages"]) for one in llm.requests[before:] if "Purpose: research" in str(one)]
        assert SUMMED in told[0]
        assert 'source="summary of what this thread said before"' in told[0].replace("\\", "")
        assert "remark 0" not in told[0]
        assert "what is known by now?" in told[0], "what was said last is read as it was"
