"""A busy model is waited for, a busy thread rests, and without a model a refusal is one all the same."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from agent.turns.checked import APART
from bot.sandbox.llm import Call, Fault, LlmSandbox, Match, Reply, Rule
from bot.sandbox.llm.faults import Kind
from bot.sandbox.slack import SlackSandbox
from storage.limits import Slot
from storage.turns import ModelCall, Turn, TurnStep
from tests.journeys.agent_team import answers, calls, routes, with_agent
from tests.team import quiet, report, said, slash

SHORT = 10.0  # seconds for a request, which all else of it needs a tenth of
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
    shown = statuses(slack, ts)
    assert "is waiting for the model…" in shown
    assert shown[-1] == ""


def statuses(slack: SlackSandbox, ts: str) -> list[str]:
    """What stood below a message while it was worked on, in order."""
    calls = slack.calls("assistant.threads.setStatus")
    return [str(call.args.get("status", "")) for call in calls if call.args["thread_ts"] == ts]


async def test_a_model_that_asks_for_patience_gets_it_and_the_worker_goes_on(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """With one worker somebody else is answered meanwhile."""
    routes(llm, "research")
    llm.add(Rule(match=Match(purpose="^research"), reply=Reply(text="Nobody has any.")))
    async with with_agent(slack, llm, tmp_path, worker_concurrency=1) as bot:
        llm.fail(status=429, retry_after=9)
        asked = await slack.dm("bob", "ask who has the most open tickets?")
        await slack.until(lambda: "is waiting for the model…" in statuses(slack, asked), timeout=30)
        await report(bot, "alice", "redis is down")
        [turn] = await bot.rows(select(Turn))
        assert (turn.state, turn.outcome) == ("done", "answer")
    assert statuses(slack, asked)[-1] == ""
    order = [one.plain for one in slack.dms("bob")]
    assert "Nobody has any." in order[-1]


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
        states = [turn.state for turn in await bot.rows(select(Turn).order_by(Turn.number))]
        assert states == ["done", "done", "refused", "refused"], "what is refused is kept as such"
        assert "I rest here until" in slack.ephemerals("bob")[-1].plain
        await slash(bot, "bob", "list")  # commands go on


async def test_all_steps_of_a_request_together_have_a_limit(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research", "research", "research")
    calls(llm, "research", Call("list_tickets", {"filters": "open"}), then="There are none.")
    async with with_agent(slack, llm, tmp_path, turn_model_calls=4) as bot:
        ts = await report(bot, "bob", "ask who has the most open tickets?")
        assert len(await bot.rows(select(ModelCall).where(ModelCall.number < APART))) == 4
    assert "This reached a limit" in said(answers(slack, ts))[-1]


async def test_who_only_looks_things_up_has_the_longer_time(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research")
    llm.add(Rule(match=Match(purpose="^research"), reply=Reply(text="Nobody has any.", delay=SHORT + 0.5)))
    async with with_agent(slack, llm, tmp_path, turn_seconds=SHORT, research_seconds=60.0) as bot:
        ts = await report(bot, "bob", "ask who has the most open tickets?")
    assert "Nobody has any." in said(answers(slack, ts))[-1]


async def test_limits_and_models_are_spoken_of_in_the_language_of_the_answer(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research", "research", "research")
    calls(llm, "research", Call("list_tickets", {"filters": "open"}), then="Keine.")
    async with with_agent(slack, llm, tmp_path, turn_model_calls=4, language="de") as bot:
        ts = await report(bot, "bob", "frage wer hat die meisten offenen Tickets?")
        assert "Das kam an eine Grenze (4 Antworten des Modells)" in said(answers(slack, ts))[-1]
        assert "Nicht getan: “as asked”." in said(answers(slack, ts))[-1]
        assert "4 answers of the model" in [step.why for step in await bot.rows(select(TurnStep))]
        llm.fail(status=401, times=1000)
        ts = await report(bot, "bob", "frage wer hat die wenigsten offenen Tickets?")
    assert "Das Modell gab keine Antwort (das Modell hat den Schlüssel abgelehnt (401))" in said(answers(slack, ts))[-1]


async def test_an_answer_below_the_first_provider_says_whose_it_is(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research")
    calls(llm, "research", Call("list_tickets", {"filters": "open"}), then="There are none.")
    async with LlmSandbox.start() as first:
        first.fail(status=401, times=1000)
        kind = {"kind": "anthropic", "api_key": "sk-test"}
        chain = {"main": kind | {"base_url": first.url}, "local": kind | {"base_url": llm.url}}
        async with with_agent(slack, llm, tmp_path, llm=chain, llm_chain="main,local") as bot:
            ts = await report(bot, "bob", "ask who has the most open tickets?")
    assert "answered by local, since the first model did not" in said(answers(slack, ts))[-1].replace("\n", " ")
    assert "answered by answered" not in said(answers(slack, ts))[-1]


@pytest.mark.parametrize(("kind", "note"), [("max_tokens", "was cut off here"), ("refusal", "refused to answer")])
async def test_an_answer_that_breaks_off_says_so(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path, kind: Kind, note: str
) -> None:
    routes(llm, "research")
    faults = (Fault(kind=kind, times=None),)
    llm.add(Rule(match=Match(purpose="^research"), reply=Reply(text="Nobody has any of them now."), faults=faults))
    async with with_agent(slack, llm, tmp_path) as bot:
        ts = await report(bot, "bob", "ask who has the most open tickets?")
        assert note in said(answers(slack, ts))[-1]
        await report(bot, "bob", "continue", thread_ts=ts)
        assert [turn.number for turn in await bot.rows(select(Turn))] == ([1, 2] if kind == "max_tokens" else [1])
    asked = [str(body["messages"]) for body in llm.requests if "Purpose: research" in str(body)]
    assert ("go on exactly where it ends" in asked[-1]) is (kind == "max_tokens")


async def test_a_provider_that_takes_nothing_private_is_not_even_asked_to_count(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research")
    llm.add(Rule(match=Match(purpose="^research"), reply=Reply(text="Nobody has any.")))
    async with LlmSandbox.start() as first:
        kind = {"kind": "anthropic", "api_key": "sk-test"}
        chain = {"main": kind | {"base_url": first.url, "private": "deny"}, "local": kind | {"base_url": llm.url}}
        async with with_agent(slack, llm, tmp_path, llm=chain, llm_chain="main,local", context_tokens=8000) as bot:
            await slack.dm("bob", f"ask who has the most open tickets? {'and why? ' * 2000}")
            await quiet(bot)
            assert [turn.outcome for turn in await bot.rows(select(Turn))] == ["answer"], said(slack.dms("bob"))
        assert any("count_tokens" in one.path for one in llm.heard), "so near to the limit it is counted"
        assert not any("messages" in one.path for one in first.heard)


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
