"""A busy model is waited for, a busy thread rests, and without a model a refusal is one all the same."""

from datetime import timedelta
from pathlib import Path

from sqlmodel import select

from bot.sandbox.llm import Call, LlmSandbox
from bot.sandbox.slack import SlackSandbox
from storage.limits import Slot
from storage.turns import Turn
from tests.journeys.agent_team import answers, calls, routes, with_agent
from tests.team import quiet, report, said, slash

HELD = timedelta(seconds=8)  # longer than the router waits for its turn


async def test_a_model_whose_places_a_killed_process_holds_is_waited_for(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research")
    calls(llm, "research", Call("list_tickets", {"filters": "open"}), then="There are none.")
    async with with_agent(slack, llm, tmp_path, llm_concurrency=1) as bot:
        async with bot.ctx.db.write() as tx:
            tx.add(Slot(bucket="llm:anthropic", holder="one that was killed", until=bot.ctx.clock() + HELD))
        ts = await report(bot, "bob", "ask who has the most open tickets?")
        [turn] = await bot.rows(select(Turn))
    assert (turn.state, turn.outcome, turn.note) == ("done", "answer", "")
    assert "There are none." in said(answers(slack, ts))[-1]


async def test_a_thread_with_very_many_requests_rests_and_says_so_once(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research")
    calls(llm, "research", Call("list_tickets", {"filters": "open"}), then="There are none.")
    async with with_agent(slack, llm, tmp_path, turns_per_minute=2) as bot:
        ts = await report(bot, "bob", "ask who has the most open tickets?")
        for _ in range(3):
            await slack.say("bob", "#ops", "@chargehand ask and who has the fewest?", thread_ts=ts)
            await quiet(bot)
        resting = [text for text in said(slack.thread("#ops", ts)) if "I rest here until" in text]
        assert len(resting) == 1
        assert len(await bot.rows(select(Turn))) == 2
        assert "I rest here until" in slack.ephemerals("bob")[-1].plain
        await slash(bot, "bob", "list")  # commands go on


async def test_who_may_not_is_told_so_when_the_model_is_down(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    async with with_agent(slack, llm, tmp_path) as bot:
        ts = await report(bot, "alice", "redis is down")
        llm.fail(status=529, times=1000)
        await slack.say("frank", "#ops", "@chargehand ask the replica is down too", thread_ts=ts)
        await quiet(bot)
        [turn] = await bot.rows(select(Turn))
        assert (turn.state, turn.outcome) == ("done", "answer")
        assert "comment" in slack.ephemerals("frank")[-1].plain
