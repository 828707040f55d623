"""What is said while the agent works: its asker's words join in, others' wait with their own rights, edits count."""

from pathlib import Path

from sqlmodel import select

from bot.sandbox.llm import Call, Fault, LlmSandbox, Match, Reply, Rule
from bot.sandbox.slack import SlackSandbox
from storage.proposals import Proposal
from storage.turns import ToolCall, Turn, TurnStep
from tests.journeys.agent_team import answers, asked_for, calls, routes, with_agent
from tests.team import Bot, assignees, quiet, report, said
from tests.waiting import until

WAITS = "hourglass_flowing_sand"


def thinks(llm: LlmSandbox, purpose: str) -> None:
    """The first answer with this purpose comes when it is released."""
    read = Call("list_tickets", {"filters": "open"})
    llm.add(
        Rule(
            match=Match(purpose=f"^{purpose}", turn=0),
            reply=Reply(calls=(read,)),
            faults=(Fault(kind="stall", times=1),),
        )
    )


async def turns_in(bot: Bot, state: str, count: int) -> bool:
    return [turn.state for turn in await bot.rows(select(Turn))].count(state) == count


async def _waits(slack: SlackSandbox, ts: str) -> bool:
    return WAITS in slack.reactions("#ops", ts)


async def is_rewritten(bot: Bot) -> bool:
    """Whether both edits have come in."""
    running, queued, *_ = await bot.rows(select(Turn).order_by(Turn.number))
    return bool(running.follow_ups) and "tomorrow" in queued.text


async def test_the_askers_words_come_in_at_the_next_question_and_count_in_later_steps(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """What is rewritten grounds nothing any more, also for a model that still means it."""
    routes(llm, "research", "assign")
    thinks(llm, "research")
    llm.add(Rule(match=Match(purpose="^research"), reply=Reply(text="Nobody has any.")))
    calls(llm, "assign", Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False}), then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        before = await assignees(bot)
        ts = await slack.say("alice", "#ops", "@chargehand ask who has the fewest? Give CH-1 to @dave")
        await llm.stalled.wait()
        more = await slack.say("alice", "#ops", "@chargehand only those of Platform, I mean", thread_ts=ts)
        await slack.until(lambda: WAITS in slack.reactions("#ops", more), timeout=20)
        await slack.edit("alice", "#ops", ts, "@chargehand ask who has the fewest? Give CH-1 to @carol")
        await until(lambda: has_edit(bot))
        llm.release()
        await quiet(bot)
        [turn] = await bot.rows(select(Turn))
        [_, use] = await bot.rows(select(ToolCall).order_by(ToolCall.id))
        assert await assignees(bot) == before
    research = next(str(body["messages"]) for body in reversed(llm.requests) if "Purpose: research" in str(body))
    assert "The asker adds:" in research
    assert "only those of Platform" in research
    assign = next(str(body["messages"][0]) for body in llm.requests if "Purpose: assign" in str(body))
    assert "Give CH-1 to @carol" in assign
    assert "The asker adds:" in assign
    assert "only those of Platform" in assign
    assert "to @dave" not in assign
    assert (use.tool, use.state, turn.state) == ("assign", "proposed", "waiting")
    assert len(answers(slack, ts)) == 1
    assert WAITS not in slack.reactions("#ops", more)


async def has_edit(bot: Bot) -> bool:
    """Whether the newest words have come in."""
    [turn] = await bot.rows(select(Turn))
    return any(one.get("is_edit") for one in turn.follow_ups)


async def test_anothers_words_are_a_turn_of_their_own_with_their_rights(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """Alice may give tickets away, frank may not: her running turn lends him nothing."""
    llm.add(
        Rule(
            match=Match(purpose="^route", text=r"<request>\s+who has the most open"),
            reply=Reply(json={"steps": [{"specialist": "research", "goal": "look"}], "reason": "so"}),
        )
    )
    routes(llm, "assign")
    llm.add(
        Rule(match=Match(purpose="^research"), reply=Reply(text="Bob has one."), faults=(Fault(kind="stall", times=1),))
    )
    calls(llm, "assign", Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False}), then="No.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "carol", "redis is down")
        before = await assignees(bot)
        ts = await slack.say("alice", "#ops", "@chargehand ask who has the most open tickets?")
        await llm.stalled.wait()
        await slack.say("frank", "#ops", "@chargehand ask give CH-1 to @dave", thread_ts=ts)
        llm.release()
        await quiet(bot)
        turns = await bot.rows(select(Turn).order_by(Turn.number))
        [use] = await bot.rows(select(ToolCall))
        assert await assignees(bot) == before
    assert [turn.state for turn in turns] == ["done", "done"]
    assert len({turn.actor_id for turn in turns}) == 2
    assert (use.turn_id, use.state) == (turns[1].id, "refused")
    assert use.result.startswith("there is no tool assign here")
    who = "You may not have me use `assign`: that is for managers of the team and admins."
    assert use.result.endswith(who)
    assert who in said(answers(slack, ts))[-1]
    told = "- assign is not for whoever asks: it is for managers of the team and admins."
    assert any(told in str(asked) for asked in llm.requests), "so that the answer can say who may"
    held = {tool["name"] for asked in llm.requests for tool in asked.get("tools", ())}
    assert "claim" in held
    assert "assign" not in held
    assert "*Nothing was changed:*" in said(answers(slack, ts))[-1]


async def test_a_request_that_is_deleted_while_it_runs_stops_and_is_forgotten(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research")
    thinks(llm, "research")
    async with with_agent(slack, llm, tmp_path) as bot:
        ts = await slack.say("bob", "#ops", "@chargehand ask who has the most open tickets?")
        await llm.stalled.wait()
        await slack.delete("bob", "#ops", ts)
        await until(lambda: turns_in(bot, "stopped", 1))
        await quiet(bot)
        [turn] = await bot.rows(select(Turn))
        kept = [turn.text, turn.route, *(one.goal for one in await bot.rows(select(TurnStep)))]
    assert "most open" not in str(kept)


async def test_a_request_that_is_deleted_while_it_waits_is_withdrawn_and_forgotten(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    calls(llm, "assign", Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False}), then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", "could you give CH-1 to somebody good?")
        assert await turns_in(bot, "waiting", 1)
        await slack.delete("alice", "#ops", ts)
        await quiet(bot)
        [turn] = await bot.rows(select(Turn))
        [proposal] = await bot.rows(select(Proposal))
    assert (turn.state, turn.outcome, turn.text) == ("stopped", "stopped", "")
    assert proposal.state == "withdrawn"


async def test_what_is_said_while_no_model_answers_is_worked_on_next(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    faults = (Fault(kind="stall", times=1), Fault(kind="status", status=529, times=None))
    llm.add(Rule(match=Match(purpose="^route"), reply=Reply(text="late"), faults=faults))
    async with with_agent(slack, llm, tmp_path, turn_seconds=300.0) as bot:
        ts = await slack.say("bob", "#ops", "@chargehand ask the printer in room 5 is out of paper")
        await llm.stalled.wait()
        more = await slack.say("bob", "#ops", "@chargehand ask and who orders the toner?", thread_ts=ts)
        await until(lambda: _waits(slack, more))
        await quiet(bot)
        turns = await bot.rows(select(Turn).order_by(Turn.number))
        assert [(turn.number, turn.state, turn.outcome) for turn in turns] == [
            (1, "done", "answer"),
            (2, "done", "answer"),
        ]
        assert (await bot.ticket()).title
        assert WAITS not in slack.reactions("#ops", more)


async def test_edits_count_and_what_is_deleted_is_not_begun(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research")
    thinks(llm, "research")
    llm.add(Rule(match=Match(purpose="^research"), reply=Reply(text="Nobody has any.")))
    async with with_agent(slack, llm, tmp_path) as bot:
        ts = await slack.say("bob", "#ops", "@chargehand ask who has the most open tickets?")
        await llm.stalled.wait()
        queued = await slack.say("carol", "#ops", "@chargehand ask who is away today?", thread_ts=ts)
        dropped = await slack.say("dave", "#ops", "@chargehand ask who is away next week?", thread_ts=ts)
        await until(lambda: turns_in(bot, "queued", 2))
        await slack.edit("bob", "#ops", ts, "@chargehand ask who has the fewest open tickets?")
        await slack.edit("carol", "#ops", queued, "@chargehand ask who is away tomorrow?")
        await slack.delete("dave", "#ops", dropped)
        await until(lambda: turns_in(bot, "stopped", 1))
        await until(lambda: is_rewritten(bot))
        llm.release()
        await quiet(bot)
        turns = await bot.rows(select(Turn).order_by(Turn.number))
    assert [turn.state for turn in turns] == ["done", "done", "stopped"]
    told = [str(body) for body in llm.requests]
    assert any("The asker has rewritten the request" in text and "fewest open" in text for text in told)
    assert not any("away today" in text or "next week" in text for text in told)
    assert any("away tomorrow" in text for text in told)
    assert asked_for(llm, "route") == 2


async def test_what_was_said_meanwhile_may_be_rewritten_and_deleted(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research")
    thinks(llm, "research")
    llm.add(Rule(match=Match(purpose="^research"), reply=Reply(text="Nobody has any.")))
    async with with_agent(slack, llm, tmp_path) as bot:
        ts = await slack.say("bob", "#ops", "@chargehand ask who has the most open tickets?")
        await llm.stalled.wait()
        kept = await slack.say("bob", "#ops", "@chargehand only those of Lyon please", thread_ts=ts)
        dropped = await slack.say("bob", "#ops", "@chargehand and those of Turin too", thread_ts=ts)
        await until(lambda: follow_ups(bot, "Lyon", "Turin"))
        await slack.edit("bob", "#ops", kept, "@chargehand only those of Basel please")
        await slack.delete("bob", "#ops", dropped)
        await until(lambda: follow_ups(bot, "Basel"))
        llm.release()
        await quiet(bot)
        assert [turn.state for turn in await bot.rows(select(Turn))] == ["done"]
    told = [str(body) for body in llm.requests if "Purpose: research" in str(body)]
    assert "of Basel" in told[-1]
    assert not any("of Lyon" in text or "of Turin" in text for text in told)


async def follow_ups(bot: Bot, *towns: str) -> bool:
    """Whether a town each is all that the asker added."""
    [turn] = await bot.rows(select(Turn))
    return len(turn.follow_ups) == len(towns) and all(town in str(turn.follow_ups) for town in towns)


async def test_a_request_that_is_rewritten_while_it_waits_for_approval_goes_on_with_the_new_words(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign", "research")
    calls(llm, "assign", Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False}), then="I asked.")
    llm.add(Rule(match=Match(purpose="^research"), reply=Reply(text="Looked.")))
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", "could you give CH-1 to somebody good?")
        assert await turns_in(bot, "waiting", 1)
        await slack.edit("alice", "#ops", ts, "@chargehand could you give CH-1 to somebody in Basel?")
        await quiet(bot)
        [asked] = [one.ts for one in slack.thread("#ops", ts) if "Approve" in one.buttons]
        await slack.click("alice", "#ops", asked, "Approve")
        await quiet(bot)
        assert await turns_in(bot, "done", 1)
    told = [str(body) for body in llm.requests if "Purpose: research" in str(body)]
    assert "The asker has rewritten the request" in told[-1]
    assert "somebody in Basel" in told[-1]
