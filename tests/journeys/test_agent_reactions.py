"""✗ stops what the agent is at like `stop` does; 👍 and 👎 on an answer count like its buttons."""

from pathlib import Path

from sqlmodel import select

from bot.sandbox.llm import Call, LlmSandbox, Match, Reply, Rule
from bot.sandbox.slack import SlackSandbox
from storage.audit import AuditEvent
from storage.feedback import Feedback
from storage.proposals import Proposal
from storage.turns import Turn
from tests.journeys.agent_team import answers, calls, routes, silent, with_agent
from tests.team import Bot, quiet, report, said

ASK = "@chargehand ask who has the most open tickets?"


async def thoughts(bot: Bot) -> list[tuple[str, str]]:
    """Who thinks what of an answer, as it is kept."""
    return [(str(one.person_id), one.value) for one in await bot.rows(select(Feedback))]


async def test_a_cross_on_the_request_stops_it(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    silent(llm, "research")
    routes(llm, "research")
    async with with_agent(slack, llm, tmp_path, worker_concurrency=1) as bot:
        await report(bot, "frank", "redis is down")
        ts = await slack.say("bob", "#ops", ASK)
        await llm.stalled.wait()
        await slack.react("frank", "#ops", ts, "x")
        await slack.react("bob", "#ops", ts, "tada")
        await slack.react("bob", "#ops", ts, "x")
        await slack.until(lambda: any("Stopped by @bob." in text for text in said(slack.thread("#ops", ts))))
        await quiet(bot)
        [turn] = await bot.rows(select(Turn))
        stops = [one for one in await bot.rows(select(AuditEvent)) if one.action == "stop"]
        await slack.unreact("bob", "#ops", ts, "x")
        await slack.react("alice", "#ops", ts, "x")
        await quiet(bot)
    assert (turn.state, len(stops)) == ("stopped", 1)
    assert said(slack.ephemerals("frank")) == []
    assert said(slack.ephemerals("alice")) == []
    assert said(slack.ephemerals("bob")) == ["Stopping."]
    assert len(answers(slack, ts)) == 1


async def test_a_cross_on_what_it_asks_withdraws_that(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    routes(llm, "assign")
    calls(llm, "assign", Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False}), then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", "could you give CH-1 to somebody good?")
        [asked] = [one for one in slack.thread("#ops", ts) if "Approve" in one.buttons]
        await slack.react("alice", "#ops", asked.ts, "x")
        await quiet(bot)
        [proposal] = await bot.rows(select(Proposal))
        [turn] = await bot.rows(select(Turn))
    assert (proposal.state, turn.state) == ("withdrawn", "stopped")
    assert slack.message("#ops", asked.ts).buttons == []


async def test_thumbs_on_an_answer_count_and_can_be_changed_and_taken_back(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research")
    llm.add(Rule(name="answers", match=Match(purpose="^research"), reply=Reply(text="It is bob.")))
    async with with_agent(slack, llm, tmp_path) as bot:
        card = await report(bot, "frank", "redis is down")
        ts = await report(bot, "bob", ASK.removeprefix("@chargehand "))
        [answer] = answers(slack, ts)

        async def after(who: str, emoji: str, *, is_gone: bool = False, on: str = answer.ts) -> list[str]:
            await (slack.unreact if is_gone else slack.react)(who, "#ops", on, emoji)
            await quiet(bot)
            return [value for _, value in await thoughts(bot)]

        assert await after("bob", "+1", on=card) == []
        assert await after("bob", "+1", on=ts) == []
        assert await after("bob", "+1") == ["up"]
        assert await after("alice", "+1::skin-tone-3") == ["up", "up"]
        assert await after("bob", "-1") == ["down", "up"]
        assert await after("bob", "+1", is_gone=True) == ["down", "up"]
        assert await after("bob", "-1", is_gone=True) == ["up"]
        assert await after("alice", "+1::skin-tone-3", is_gone=True) == []
    assert "If you like, say what was wrong." in said(slack.ephemerals("bob"))[-1]
