"""Without a model the same words still do what rules know the whole of."""

from pathlib import Path

import pytest
from sqlmodel import select

from bot.sandbox.github import Fault, GitHubSandbox
from bot.sandbox.llm import LlmSandbox
from bot.sandbox.slack import SlackSandbox
from storage.alarms import Alarm
from storage.feedback import Feedback
from storage.receipts import Receipt
from storage.tickets import Ticket
from storage.turns import Turn
from tests.github import hearing, settle
from tests.journeys.agent_team import answers, with_agent
from tests.team import Bot, assignees, quiet, report, select_all, slash

OFF = "no language model is set up: ANTHROPIC_API_KEY or CHARGEHAND_LLM_CHAIN turns it on"
HEADLINE = "checkout is broken on mobile since the deploy, can someone look and remind me tomorrow at 9"


async def test_what_rules_do_is_a_turn_that_is_seen_judged_and_taken_back(slack: SlackSandbox, bot: Bot) -> None:
    ts = await slack.say("frank", "#ops", f"@chargehand {HEADLINE}", files=["pay.png"])
    await quiet(bot)
    ticket = await bot.ticket()
    (alarm,), (turn,) = await select_all(bot, Alarm), await select_all(bot, Turn)
    assert ticket.description.startswith("checkout is broken on mobile since the deploy, can someone look\n")
    assert "pay.png" in ticket.description
    assert (alarm.ticket_id, alarm.asker_id) == (ticket.id, ticket.reporter_id)
    assert slack.ephemerals("frank") == []
    [answer] = answers(slack, ts)
    made, reminder, last = answer.plain.splitlines()
    assert made == f"• *<{ticket.permalink}|CH-1>* {ticket.title} is tracked."
    assert reminder.startswith("• I remind you on ")
    assert last == f"2 changes · no model used · {OFF} · T-1"
    assert answer.buttons == ["Undo CH-1", "Change…", "Undo the reminder", "👍", "👎"]
    proofs = [one for one in await select_all(bot, Receipt) if one.number]
    assert [(one.tool, one.object_kind, one.turn_id) for one in proofs] == [
        ("report_ticket", "ticket", turn.id),
        ("set_reminder", "alarm", turn.id),
    ]
    assert (turn.state, turn.outcome, turn.route["by"]) == ("done", "answer", "rules")
    assert "Rules decided: “broken” says that something is wrong" in await slash(bot, "frank", "explain T-1")
    await slack.click("alice", "#ops", answer.ts, "👍")
    for word, told in (
        ("continue", "T-1 was done: there is nothing to continue."),
        ("stop", "There is nothing to stop"),
    ):
        await report(bot, "frank", word, thread_ts=ts)
        assert slack.ephemerals("frank")[-1].plain.startswith(told)
    await slack.click("frank", "#ops", answer.ts, "Undo the reminder")
    await slack.click("erin", "#ops", answer.ts, "Undo CH-1")
    await quiet(bot)
    assert (await select_all(bot, Alarm))[0].state == "over"
    assert (await bot.ticket()).status == "closed"
    assert [one.value for one in await select_all(bot, Feedback)] == ["up"]


async def test_what_is_off_is_said_once_a_day_unless_something_was_left(slack: SlackSandbox, bot: Bot) -> None:
    """In a direct message it is answered there; who may not do it reads why, alone; nobody hears of it twice."""
    await report(bot, "frank", "redis is down")
    for words, is_said in (
        ("could you please give CH-1 to @carol?", True),
        ("could you please give CH-1 to @dave?", False),
    ):
        ts = await report(bot, "alice", words)
        [answer] = answers(slack, ts)
        assert (OFF in answer.plain) == is_said
        assert answer.buttons == ["Undo", "👍", "👎"]
    assert [len(slack.dms(who)) for who in ("carol", "dave")] == [1, 1]
    assert await assignees(bot) == ["dave"]
    ts = await report(bot, "alice", "could you please give CH-1 to @dave?")
    assert answers(slack, ts)[0].plain.startswith("*Nothing was changed:* everything is as wanted already")
    ts = await report(bot, "frank", "could you please give CH-1 to @carol?")
    assert answers(slack, ts) == []
    refused = slack.ephemerals("frank")[-1].plain
    assert "You may not " in refused
    assert refused.endswith(f"nothing was changed · no model used · {OFF} · T-4")
    await slack.dm("frank", "what is CH-1 about, and who has it?")
    await quiet(bot)
    assert "redis is down" in slack.dms("frank")[-1].plain
    assert [turn.outcome for turn in await select_all(bot, Turn)] == ["answer"] * 3 + ["refusal", "answer"]


async def test_an_assignment_in_other_words_is_one(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await report(bot, "alice", "could you please give CH-1 to @carol?")
    assert await assignees(bot) == ["carol"]


async def test_who_asks_about_a_ticket_sees_it(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    ts = await report(bot, "alice", "what is CH-1 about, and who has it?")
    [answer] = answers(slack, ts)
    assert "redis is down" in answer.plain
    assert answer.plain.endswith(f"nothing was changed · no model used · {OFF} · T-1")
    assert [one.number for one in await select_all(bot, Ticket)] == [1]


async def test_a_question_becomes_no_ticket_unless_its_asker_wants_one(slack: SlackSandbox, bot: Bot) -> None:
    """They read what comes near, how to have a ticket after all and what is off."""
    await report(bot, "frank", "redis is down")
    await slack.say("erin", "#payments", "@chargehand report refunds are stuck")
    await quiet(bot)
    ts = await report(bot, "alice", "how long will redis take, and who is away?")
    assert len(await select_all(bot, Ticket)) == 2
    answer = slack.thread("#ops", ts)[-1]
    assert answer.plain.startswith("I read this without a language model, and know no command for it.")
    assert "|CH-1 Redis is down>." in answer.plain
    assert "refunds" not in answer.plain
    assert "Commands that come near: `claim CH-1`, `who can resolve`, `away" in answer.plain
    assert "no model used" in answer.plain
    assert "CHARGEHAND_LLM_CHAIN turns it on" in answer.plain
    await slack.click("alice", "#ops", answer.ts, "Make it a ticket")
    await slack.until(lambda: slack.modal("alice"))
    assert "how long will redis take" in str(slack.modal("alice"))
    ts = await report(bot, "alice", "wie lange dauert redis noch?")
    assert "CHARGEHAND_LLM_CHAIN" in slack.thread("#ops", ts)[-1].plain


async def test_who_asks_a_model_that_is_down_reads_why_rules_answer(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    llm.fail(status=401, times=99)
    async with with_agent(slack, llm, tmp_path) as bot:
        ts = await report(bot, "frank", "ask redis is down")
        [made] = answers(slack, ts)
        assert made.plain.endswith(
            "is tracked.\nno model used · the model gave no answer (model refused the key (401)) · T-1"
        )
        assert made.buttons == ["Undo", "👍", "👎"]
        ts = await report(bot, "alice", "what changed in CH-1 since yesterday?")
        [shown] = answers(slack, ts)
        assert "redis is down" in shown.plain
        left_alone = "the model gave no answer (model is left alone since it refused the key)"
        assert shown.plain.endswith(f"no model used · {left_alone} · T-2")
        ts = await report(bot, "alice", "ask please close CH-1 somehow")
        assert answers(slack, ts)[-1].plain.startswith("The model gave no answer (model is left alone")


@pytest.mark.parametrize("words", ["please merge #88 now", "can you deploy the api to production?"])
async def test_it_never_merges(slack: SlackSandbox, bot: Bot, words: str) -> None:
    await report(bot, "frank", words)
    assert "I never merge or deploy" in slack.ephemerals("frank")[-1].plain
    assert await bot.rows(select(Alarm)) == []


async def test_asking_says_which_setting_is_missing(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "ask who has the most open tickets?")
    assert "ANTHROPIC_API_KEY" in slack.ephemerals("frank")[-1].plain


@pytest.mark.parametrize("words", ["why does CI fail on #1?", "ask warum schlagen die Tests bei acme/shop#1 fehl?"])
async def test_why_ci_fails_is_read_from_the_log(
    github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path, words: str
) -> None:
    async with hearing(github, slack, tmp_path, github_token=github.token) as bot:
        github.open_pull("bob", "acme/shop", title="Fix it", head="fix")
        failing = {"test": {"pytest": "failure"}}
        github.run_workflow("acme/shop", "fix", failing, logs={"test": "cart.py:3: AssertionError: 1 != <2>\n"})  # type: ignore[arg-type]
        await settle(github, bot)
        ts = await report(bot, "frank", words)
        answer = slack.thread("#ops", ts)[-1].plain
        assert "AssertionError: 1 != <2>" in answer.replace("&lt;", "<").replace("&gt;", ">")
        assert "nothing was changed" in answer
        github.fail(Fault(status=404, call="GET /repos/acme/shop/pulls/1"))
        ts = await report(bot, "frank", words)
        assert "GitHub shows no such thing in acme/shop#1" in slack.thread("#ops", ts)[-1].plain
        assert await select_all(bot, Ticket) == []
