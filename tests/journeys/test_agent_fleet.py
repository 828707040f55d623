"""Several processes work on the requests of one team: each is worked on once, in the order of its thread."""

from itertools import pairwise
from pathlib import Path

from sqlmodel import col, select

from bot.sandbox.llm import Call, LlmSandbox
from bot.sandbox.slack import SlackSandbox
from storage.receipts import Receipt
from storage.turns import Turn
from tests.journeys.agent_team import answers, asked_for, calls, routes, silent, with_agent
from tests.team import quiet, report, said

GIVE = Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False})


async def test_a_stop_reaches_the_process_that_is_at_it(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    silent(llm, "research")
    routes(llm, "research")
    async with with_agent(slack, llm, tmp_path) as first:
        ts = await slack.say("bob", "#ops", "@chargehand ask who has the most open tickets?")
        await llm.stalled.wait()
        async with with_agent(slack, llm, tmp_path, is_back=True):
            await slack.until(lambda: slack.sockets == 2)
            while slack.envelopes[-1].connection is slack.envelopes[0].connection:  # they take turns
                await slack.say("bob", "#ops", "@chargehand list")
            await slack.say("bob", "#ops", "@chargehand list")
            await slack.say("bob", "#ops", "@chargehand stop", thread_ts=ts)
            assert slack.envelopes[-1].connection is not slack.envelopes[0].connection
            await slack.until(lambda: any("Stopped by" in text for text in said(slack.thread("#ops", ts))))
            await llm.hung_up.wait()
            await quiet(first)
        [turn] = await first.rows(select(Turn))
    assert (turn.state, turn.outcome) == ("stopped", "stopped")


async def test_two_requests_of_one_thread_wait_for_each_other(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="So it is.", delay=0.2)
    async with with_agent(slack, llm, tmp_path) as bot:
        ts = await report(bot, "frank", "redis is down")
        async with with_agent(slack, llm, tmp_path, is_back=True):
            for who in ("alice", "bob", "carol"):
                await slack.say(who, "#ops", "@chargehand could you hand CH-1 over to @dave for now?", thread_ts=ts)
            await quiet(bot)
            turns = list(await bot.rows(select(Turn).order_by(col(Turn.number))))
    assert [turn.state for turn in turns] == ["done"] * 3
    for before, after in pairwise(turns):
        assert before.ended_at
        assert after.started_at
        assert before.ended_at <= after.started_at
    assert len(answers(slack, ts)) == 3


async def test_a_request_that_comes_twice_is_worked_on_once(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="So it is.")
    slack.duplicate_events = True
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", "could you hand CH-1 over to @dave for now?")
        slack.redeliver()
        await quiet(bot)
        [_] = await bot.rows(select(Turn))
        [_] = await bot.rows(select(Receipt).where(col(Receipt.number).is_not(None)))
    assert len(answers(slack, ts)) == 1
    assert asked_for(llm, "route") == 1
