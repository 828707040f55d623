"""Without a model the same words still do what rules know the whole of."""

from pathlib import Path

import pytest
from sqlmodel import select

from bot.sandbox.github import Fault, GitHubSandbox
from bot.sandbox.slack import SlackSandbox
from storage.alarms import Alarm
from storage.tickets import Ticket
from tests.github import hearing, settle
from tests.team import Bot, assignees, quiet, report, said, select_all


async def test_a_report_with_a_reminder_makes_both(slack: SlackSandbox, bot: Bot) -> None:
    words = "checkout is broken on mobile since the deploy, can someone look and remind me tomorrow at 9"
    ts = await slack.say("alice", "#ops", f"@chargehand {words}")
    await quiet(bot)
    ticket = await bot.ticket()
    (alarm,) = await select_all(bot, Alarm)
    assert ticket.description == "checkout is broken on mobile since the deploy, can someone look"
    assert (alarm.ticket_id, alarm.asker_id) == (ticket.id, ticket.reporter_id)
    answers = [*said(slack.thread("#ops", ts)), *(one.plain for one in slack.ephemerals("alice"))]
    assert any("CH-1 is tracked" in one and "I remind you on" in one for one in answers), answers


async def test_an_assignment_in_other_words_is_one(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await report(bot, "alice", "could you please give CH-1 to @carol?")
    assert await assignees(bot) == ["carol"]


async def test_who_asks_about_a_ticket_sees_it(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await report(bot, "alice", "what is CH-1 about, and who has it?")
    assert "redis is down" in slack.ephemerals("alice")[-1].plain
    assert [one.number for one in await select_all(bot, Ticket)] == [1]


async def test_a_question_becomes_no_ticket_unless_its_asker_wants_one(slack: SlackSandbox, bot: Bot) -> None:
    """They read what comes near, how to have a ticket after all and, once a day, what is off."""
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
    assert "answered by rules, without a model" in answer.plain
    assert "CHARGEHAND_LLM_CHAIN turns it on" in answer.plain
    await slack.click("alice", "#ops", answer.ts, "Make it a ticket")
    await slack.until(lambda: slack.modal("alice"))
    assert "how long will redis take" in str(slack.modal("alice"))
    ts = await report(bot, "alice", "wie lange dauert redis noch?")
    assert "CHARGEHAND_LLM_CHAIN" not in slack.thread("#ops", ts)[-1].plain
    ts = await report(bot, "bob", "and who knows redis?")
    assert "CHARGEHAND_LLM_CHAIN" in slack.thread("#ops", ts)[-1].plain


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
