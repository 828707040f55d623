"""A request that no job works on is taken up again; one that never comes to its end says so, with a way to go on."""

from datetime import timedelta
from pathlib import Path

from sqlmodel import delete, select, update

from bot import overdue
from bot.overdue import ATTEMPTS
from bot.sandbox.llm import Call, LlmSandbox
from bot.sandbox.slack import SlackSandbox
from storage import turns
from storage.database import Database, run
from storage.queue.jobs import jobs
from storage.receipts import Receipt
from storage.turns import Turn, TurnStep
from tests.clock import Clock
from tests.journeys.agent_team import answers, asked_for, calls, routes, with_agent
from tests.team import assignees, quiet, report
from tests.waiting import until

GIVE = Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False})


async def test_what_lost_its_job_is_taken_up_again(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    clock = Clock()
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="[[R-1]]")
    async with with_agent(slack, llm, tmp_path, clock=clock) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", "could you hand CH-1 over to @dave for now?")
        async with bot.ctx.db.write() as tx:  # as after a restore that lost its job
            [turn] = await tx.exec(select(Turn))
            turn.state, turn.ended_at, turn.deadline_at = turns.RUNNING, None, clock()
        heard = len(llm.requests)
        clock.set(clock() + timedelta(minutes=2))
        await until(lambda: _is_done(bot.ctx.db))
        await quiet(bot)
        assert await assignees(bot) == ["dave"]
    assert len(llm.requests) == heard, "what the model said is not asked again"
    assert "1 change" in answers(slack, ts)[-1].plain


async def test_answers_that_were_kept_right_before_a_crash_are_not_asked_for_again(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    clock = Clock()
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="I gave it to dave.")
    async with with_agent(slack, llm, tmp_path, clock=clock) as bot:
        await report(bot, "frank", "redis is down")
        await report(bot, "alice", "could you hand CH-1 over to @dave for now?")
        async with bot.ctx.db.write() as tx:  # each answer is stored, and nothing of what was made of it
            [turn] = await tx.exec(select(Turn))
            turn.state, turn.ended_at, turn.deadline_at, turn.route = turns.RUNNING, None, clock(), {}
            await tx.exec(delete(TurnStep))
        heard = len(llm.requests)
        assert asked_for(llm, "claims") == 1
        clock.set(clock() + timedelta(minutes=2))
        await until(lambda: _is_done(bot.ctx.db))
        await quiet(bot)
        assert [turn.outcome for turn in await bot.rows(select(Turn))] == ["answer"]
    assert len(llm.requests) == heard


async def _is_done(db: Database) -> bool:
    async with db.read() as tx:
        return {turn.state for turn in await tx.exec(select(Turn))} == {turns.DONE}


async def test_after_some_attempts_it_is_given_up_and_can_be_tried_again(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="[[R-1]]")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", "could you hand CH-1 over to @dave for now?")
        async with bot.ctx.db.write() as tx:
            [turn] = await tx.exec(select(Turn))
            turn.state, turn.deadline_at = turns.RUNNING, bot.ctx.clock()
            later = f"{float(ts) + 1:.6f}"
            turn.follow_ups = [{"text": "and CH-1 to @erin", "place": turn.place | {"message_ts": later}, "ts": later}]
            for attempt in range(1, ATTEMPTS + 2):
                await overdue.put(tx, turn, bot.ctx.clock())
                put = jobs.c.dedupe_key == f"turn:{turn.id}:again:{attempt}"
                if attempt <= ATTEMPTS:
                    lost = update(jobs).where(put).values(state="cancelled", finished_at=bot.ctx.clock())
                    await run(tx, lost)
        await quiet(bot)
        turn, unread = await bot.rows(select(Turn).order_by(Turn.number))
        assert (turn.state, turn.outcome) == ("failed", "error")
        assert (unread.state, unread.text, unread.actor_id) == ("done", "and CH-1 to @erin", turn.actor_id)
        sorry = next(one for one in slack.thread("#ops", ts) if "Something went wrong" in one.plain)
        assert sorry.plain.startswith("Something went wrong on my side with T-1")
        assert "Done before that: R-1" in sorry.plain
        assert "What you said here since then is worked on next." in sorry.plain
        await slack.click("alice", "#ops", sorry.ts, "Try again")
        await quiet(bot)
        states = [(turn.state, turn.continues) for turn in await bot.rows(select(Turn).order_by(Turn.number))]
        done = [one for one in await bot.rows(select(Receipt)) if one.tool]
    assert states == [("failed", None), ("done", None), ("done", 1)]
    assert [one.tool for one in done] == ["assign"], "what was done is not done again"
    last = slack.thread("#ops", ts)[-1]
    assert last.ts != sorry.ts, "all who read of the failure read how it ended"
    assert "nothing was changed" in last.plain
