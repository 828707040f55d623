"""A step that waits or fails holds back what needs it, and nothing else."""

from pathlib import Path

from sqlmodel import select

from bot.sandbox.llm import Call, LlmSandbox, Match, Reply, Rule
from bot.sandbox.slack import SlackSandbox
from storage.comments import Comment
from storage.reminders import Reminder
from storage.turns import Turn, TurnStep
from tests.journeys.agent_team import answers, calls, with_agent
from tests.team import Bot, assignees, quiet, report, said

GIVE = Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False})
REMIND = Call("set_reminder", {"who": "me", "what": "CH-1", "when": "tomorrow at 9"})
NOTE = Call("comment_ticket", {"ticket": "CH-1", "text": "somebody good has it"})
ASKED = "could you give CH-1 to somebody good, note that somebody good has it, and remind me of CH-1 tomorrow at 9?"


def script(llm: LlmSandbox) -> None:
    """The comment rests on the assignment, the reminder on nothing."""
    steps = [
        {"specialist": "assign", "goal": "give it to somebody good", "needs": False},
        {"specialist": "comment", "goal": "note it", "needs": True},
        {"specialist": "remind", "goal": "remind them", "needs": False},
    ]
    llm.add(
        Rule(name="no claims", match=Match(said="</receipts>"), reply=Reply(json={"claims": []})),
        Rule(name="route", match=Match(purpose="^route"), reply=Reply(json={"steps": steps, "reason": "so"})),
    )
    calls(llm, "comment", NOTE, then="Noted it.")
    calls(llm, "remind", REMIND, then="You will hear of it.")


async def done(bot: Bot) -> tuple[int, int]:
    """How many comments the agent wrote, and how many reminders it set."""
    alarms = [one for one in await bot.rows(select(Reminder)) if one.kind == "alarm"]
    return len(await bot.rows(select(Comment))), len(alarms)


async def test_a_step_whose_change_fails_takes_only_what_needs_it_with_it(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    script(llm)
    calls(
        llm, "assign", Call("assign", {"ticket": "CH-77", "people": ["@dave"], "besides": False}), then="There is none."
    )
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", ASKED)
        assert await done(bot) == (0, 1)
        assert [step.state for step in await bot.rows(select(TurnStep))] == ["failed", "failed", "done"]
    [answer] = said(answers(slack, ts))
    assert "There is none." in answer
    assert "Not done: “give it to somebody good”; “note it”." in answer
    assert "1 change" in answer


async def test_what_needs_nothing_of_a_step_that_waits_is_done_at_once(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    script(llm)
    calls(llm, "assign", GIVE, then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        before = await assignees(bot)
        ts = await report(bot, "alice", ASKED)
        assert await done(bot) == (0, 1)
        assert await assignees(bot) == before
        [answer] = answers(slack, ts)
        assert "1 change" in answer.plain
        assert "waiting for approval" in answer.plain
        assert "Goes on once that is decided: “note it”." in answer.plain
        [asked] = [one.ts for one in slack.thread("#ops", ts) if "Approve" in one.buttons]
        await slack.click("alice", "#ops", asked, "Approve")
        await quiet(bot)
        assert await done(bot) == (1, 1)
        assert {step.state for step in await bot.rows(select(TurnStep))} == {"done"}
        assert [turn.state for turn in await bot.rows(select(Turn))] == ["done"]
    [first, second] = said(answers(slack, ts))
    assert "Noted it." in second
    assert "You will hear of it." in first
    assert "You will hear of it." not in second, "it was told once"


async def test_a_step_that_reaches_a_limit_takes_only_what_needs_it_with_it(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    script(llm)
    again = Call("get_ticket", {"ticket": "CH-1", "from_line": 1})
    llm.add(Rule(name="runs away", match=Match(purpose="^assign"), reply=Reply(calls=(again,))))
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", ASKED)
        assert await done(bot) == (0, 1)
        assert [step.state for step in await bot.rows(select(TurnStep))] == ["failed", "failed", "done"]
        await report(bot, "alice", "continue", thread_ts=ts)
        [_, second] = await bot.rows(select(Turn).order_by(Turn.number))
        again = await bot.rows(select(TurnStep).where(TurnStep.turn_id == second.id).order_by(TurnStep.number))
    [answer, after] = said(answers(slack, ts))
    assert "This reached a limit (get_ticket with the same arguments again and again)" in answer
    assert "Not done: “give it to somebody good”; “note it”." in answer
    assert [(step.specialist, step.goal) for step in again] == [
        ("assign", "give it to somebody good"),
        ("comment", "note it"),
    ]
    assert [step["needs"] for step in second.route["steps"]] == [False, True]
    assert "Not done: “give it to somebody good”; “note it”." in after
    assert "1 change" in answer
