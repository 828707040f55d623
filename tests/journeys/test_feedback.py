"""An answer of the agent's has 👍 and 👎: one word for each person, which they can change; and it can be explained."""

from pathlib import Path

from sqlmodel import select

from bot.sandbox.llm import Call, LlmSandbox
from bot.sandbox.slack import SlackSandbox
from storage.feedback import Feedback
from storage.turns import Turn
from tests.journeys.agent_team import calls, routes, with_agent
from tests.team import Bot, quiet, report, slash


async def given(bot: Bot) -> list[tuple[str, str]]:
    return [(one.value, one.reason) for one in await bot.rows(select(Feedback).order_by("id"))]


async def test_people_say_what_they_think_of_an_answer_and_read_how_it_came_to_be(
    slack: SlackSandbox,
    llm: LlmSandbox,
    tmp_path: Path,
) -> None:
    routes(llm, "assign")
    give = {"ticket": "CH-1", "people": ["@dave"], "besides": False}
    calls(llm, "assign", Call("assign", give), Call("delete_ticket", {}), then="[[R-1]]")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts = await slack.say("alice", "#ops", "@chargehand could you hand CH-1 over to @dave for now?")
        await quiet(bot)
        answer = slack.thread("#ops", ts)[-1]
        for who, thumb in (("alice", "👍"), ("bob", "👍"), ("bob", "👎")):
            await slack.click(who, "#ops", answer.ts, thumb)
            await quiet(bot)
        assert await given(bot) == [("up", ""), ("down", "")]
        assert slack.ephemerals("bob")[-1].plain.startswith("Noted for T-1. If you like, say what was wrong.")
        await slack.click_ephemeral("bob", "What was wrong?…")
        await slack.until(lambda: slack.modal("bob"))
        assert await slack.submit("bob", {"quick": "It is not true", "reason": "carol has it"}) == {}
        await quiet(bot)
        assert await given(bot) == [("up", ""), ("down", "It is not true: carol has it")]
        assert (await slash(bot, "dave", "feedback T-7 up")).startswith("There is no T-7 whose answer you could read.")
        lines = (await slash(bot, "alice", "explain T-1")).splitlines()
        assert lines[0] == "*T-1* is done. A model decided: so."
        assert lines[1] == "• *assign*: 2 answers of a model"
        assert lines[2] == "    ◦ `assign` done R-1"
        assert lines[3].startswith("    ◦ `delete_ticket` not allowed: there is no tool delete_ticket here; there are")
        assert lines[4:] == ["• R-1: *CH-1* redis is down: @bob → @dave."]
        own = await slash(bot, "alice", "conversations 1")
        assert own.startswith("*1 request* since <!date^")
        assert "|T-1>*" in own
        assert own.endswith("is done: could you hand CH-1 over to @dave for now?")
        assert "@alice is done: could you hand CH-1" in await slash(bot, "bob", "conversations")
        assert (await slash(bot, "bob", "explain T-1")).startswith("There is no T-1 of yours.")
        [turn] = await bot.rows(select(Turn))
        assert "text" not in turn.route


async def test_what_waits_is_listed_for_those_whom_it_concerns(
    slack: SlackSandbox,
    llm: LlmSandbox,
    tmp_path: Path,
) -> None:
    routes(llm, "assign")
    give = {"ticket": "CH-1", "people": ["@dave"], "besides": False}
    calls(llm, "assign", Call("assign", give), then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        await slash(bot, "frank", "withdraw CH-1")
        await slack.say("alice", "#ops", "@chargehand could you give CH-1 to somebody good?")
        await quiet(bot)
        for who, line, names in [
            ("alice", "proposals", ["P-1", "P-2"]),
            ("alice", "proposals mine", ["P-2"]),
            ("alice", "proposals team", ["P-1"]),
            ("frank", "proposals", ["P-1"]),
            ("bob", "proposals", []),
            ("bob", "proposals all", ["P-1", "P-2"]),
        ]:
            said = await slash(bot, who, line)
            assert [name for name in ("P-1", "P-2") if f"{name}" in said] == names, (who, line, said)
        assert "asks to `assign CH-1 @dave` (since " in await slash(bot, "alice", "proposals mine")
