"""Whatever people write becomes a ticket that keeps every word, and a card that Slack takes."""

import re

import pytest

from bot.sandbox.slack import SlackSandbox
from storage.queue import Job
from storage.tickets import Ticket
from tests.team import DATABASES, Bot, quiet, report, said, select_all

PEOPLE = " ".join(f"<@U0{number:06d}>" for number in range(60))
ODD = {
    "100 kB": "redis is down " + "and the log says no " * 5_000,
    "one long word": "x" * 50_000,
    "only a link": "<https://example.com/incident/7>",
    "right to left": "الخادم معطل منذ الصباح ولا أحد يستطيع الدفع",
    "turned around": "\u202eredis is down\u202c since noon",
    "zero width": "re\u200bdis is do\u200bwn \u200b\u200d\ufeff",
    "code": "```\nSELECT 1; -- <@U0X> & co\n``` fails with `exit 1`",
    "60 people": f"redis is down {PEOPLE}",
    "marks": "*redis* _is_ ~down~ <!channel> <!here> & &lt;script&gt;",
    "lines": "\n\nredis\n\n\n\nis down\n\n",
}
NO_WORDS = {"only emoji": ":fire: :fire: :fire:", "only pictures": "🔥🔥🔥", "only zero width": "\u200b\u200b\u2060"}
OF_A_PROGRAM = re.compile(r"Traceback|[A-Z]\w+Error\b|Exception|\bNone\b|\bTrue\b|object at 0x|line \d+, in")


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
async def test_it_becomes_one_ticket_with_one_card(slack: SlackSandbox, bot: Bot, text: str) -> None:
    ts = await slack.say("frank", "#ops", f"<@{slack.bot_user.id}> {text}", raw=True)
    await quiet(bot)
    assert (await bot.ticket()).description == text.strip()
    [card] = said(slack.thread("#ops", ts))
    assert "CH-1" in card
    assert list(slack.reactions("#ops", ts)) == ["large_blue_circle"]
    assert not slack.ephemerals("frank")
    for message in (*slack.messages("#ops"), *slack.thread("#ops", ts), *slack.dms("bob"), *slack.dms("alice")):
        if message.bot_id:
            assert not OF_A_PROGRAM.search(message.plain)
            assert "<!channel>" not in message.plain


@pytest.mark.parametrize("text", NO_WORDS.values(), ids=NO_WORDS)
async def test_what_has_no_words_is_no_report(slack: SlackSandbox, bot: Bot, text: str) -> None:
    await slack.say("frank", "#ops", f"<@{slack.bot_user.id}> {text}", raw=True)
    await quiet(bot)
    [answer] = said(slack.ephemerals("frank"))
    assert answer.startswith("Write what is wrong")
    assert await select_all(bot, Ticket) == []


async def test_sixty_mentions_ping_nobody_and_ask_for_few_profiles(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", f"redis is down {PEOPLE}")
    assert "<@U0000" not in slack.thread("#ops", ts)[1].plain
    assert len(slack.calls("users.info")) <= 12


async def test_a_100_kb_command_and_edit_are_answered(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await slack.edit("frank", "#ops", ts, "@chargehand redis is down " + "x" * 100_000)
    await slack.command("bob", "#ops", "/chargehand", "resolve CH-1 " + "it was the disk " * 500)
    await quiet(bot)
    assert len((await bot.ticket()).description) > 100_000
    assert slack.ephemerals("bob") or (await bot.ticket()).status == "resolved"


@pytest.mark.parametrize("engine", DATABASES)
async def test_what_no_database_can_hold_is_left_out(slack: SlackSandbox, bot: Bot) -> None:
    half = "\ud83d"  # of a pair that makes one picture
    ts = await report(bot, "frank", f"redis\0 {half} is down")
    assert (await bot.ticket()).description == "redis ? is down"
    await slack.edit("frank", "#ops", ts, f"@chargehand redis\0 is slow {half}")
    await slack.command("bob", "#ops", "/chargehand", f"resolve CH-1 the\0 disk was full {half}")
    await quiet(bot)
    ticket = await bot.ticket()
    assert (ticket.description, ticket.status) == ("redis is slow ?", "resolved")
    assert not [job for job in await select_all(bot, Job) if job.error_text]
