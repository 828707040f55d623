"""How what waits is decided: by a word in its thread, by its own buttons and no copies, seen by all at once."""

import json
from pathlib import Path

from sqlmodel import select

from bot.sandbox.llm import Call, LlmSandbox
from bot.sandbox.slack import SlackSandbox
from storage.proposals import Proposal
from tests.forging import press_forged
from tests.journeys.agent_team import calls, routes, with_agent
from tests.journeys.test_agent_approval import GIVE, proposed, receipts
from tests.team import Bot, assignees, quiet, report, said


def two_asked(llm: LlmSandbox) -> None:
    """The model asks for both tickets to go to dave."""
    both = [Call("assign", {"ticket": name, "people": ["@dave"], "besides": False}) for name in ("CH-1", "CH-2")]
    routes(llm, "assign")
    calls(llm, "assign", *both, then="I asked.")


async def alone(bot: Bot, who: str, words: str, ts: str) -> str:
    """Somebody says something in a thread; what they read, alone."""
    heard = len(bot.slack.ephemerals(who))
    await report(bot, who, words, thread_ts=ts)
    return "\n".join(said(bot.slack.ephemerals(who))[heard:])


async def test_a_bare_approve_means_the_one_that_waits_in_the_thread(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        card = await report(bot, "frank", "redis is down")
        before = await assignees(bot)
        ts, _ = await proposed(bot)
        assert (await alone(bot, "frank", "approve", ts)).startswith("You may not decide P-1")
        none = "Nothing waits for approval here. `proposals` lists what waits elsewhere, `approve P-1` names it."
        assert await alone(bot, "alice", "approve", card) == none
        assert await assignees(bot) == before
        await report(bot, "alice", "Approve!", thread_ts=ts)
        assert await assignees(bot) == ["dave"]
        assert await alone(bot, "alice", "genehmigen", ts) == none


async def test_a_bare_word_asks_which_where_several_wait_and_a_reason_denies_the_one(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    two_asked(llm)
    async with with_agent(slack, llm, tmp_path) as bot:
        for words in ("redis is down", "kafka is down"):
            await report(bot, "frank", words)
        ts = await report(bot, "alice", "could you give these to somebody good?")
        which = await alone(bot, "alice", "approve", ts)
        assert which.startswith("Which one? Here wait:\n• *P-1*: `assign CH-1")
        assert "\n• *P-2*: `assign CH-2" in which
        assert which.endswith("\n`approve P-1` names one.")
        await report(bot, "alice", "deny P-2 not this one", thread_ts=ts)
        await report(bot, "alice", "deny he is on holiday", thread_ts=ts)
        denied = {one.name: one.reason for one in await bot.rows(select(Proposal)) if one.state == "denied"}
        assert denied == {"P-1": "he is on holiday", "P-2": "not this one"}
        assert await receipts(bot) == []


async def test_a_button_on_a_copy_of_the_message_decides_nothing(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        card = await report(bot, "frank", "redis is down")
        elsewhere = await slack.say("bob", "#general", "look what alice wants")
        before = await assignees(bot)
        _, asked = await proposed(bot)
        copies = [("#general", elsewhere), ("#ops", slack.thread("#ops", card)[1].ts)]
        for channel, copy in copies:
            for action in ("approve", "form:deny", "form:amend"):
                told = await press_forged(slack, bot, "alice", copy, action, "P-1", channel=channel)
                assert "still waits: this button is a copy of one, and decides nothing." in told, (channel, action)
        assert slack.modal("alice") is None
        assert (await assignees(bot), await receipts(bot)) == (before, [])
        await slack.click("alice", "#ops", asked, "Approve")
        await quiet(bot)
        assert await assignees(bot) == ["dave"]


def shown_as(slack: SlackSandbox, ts: str) -> list[str]:
    """What a message was changed to, one after another."""
    events = [envelope.payload["event"] for envelope in slack.envelopes if "event" in envelope.payload]
    edited = [event["message"] for event in events if event.get("subtype") == "message_changed"]
    return [json.dumps(message, ensure_ascii=False) for message in edited if message["ts"] == ts]


async def test_what_is_pressed_shows_so_at_once_and_comes_back_where_nothing_was_decided(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        _, asked = await proposed(bot)
        before = slack.message("#ops", asked)
        shown, buttons = before.plain, before.buttons
        await slack.click("frank", "#ops", asked, "Approve")
        await quiet(bot)
        during, after = shown_as(slack, asked)
        assert ("_working…_" in during, "actions" in during) == (True, False)
        assert ("_working…_" in after, "actions" in after) == (False, True)
        back = slack.message("#ops", asked)
        assert (back.plain, back.buttons) == (shown, buttons)
        await slack.click("alice", "#ops", asked, "Approve")
        await quiet(bot)
        during, *_, after = shown_as(slack, asked)[2:]
        assert ("_working…_" in during, "actions" in during) == (True, False)
        assert "_working…_" not in after
        assert slack.message("#ops", asked).plain.endswith(", and done (R-1).")
