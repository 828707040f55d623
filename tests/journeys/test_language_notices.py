"""What is said to somebody else is in their language, not in that of who caused it; a channel reads its own."""

import pytest

from bot.sandbox.slack import SlackSandbox
from tests.team import DATABASES, Bot, quiet, report, said, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(digest_time="off")


@BOTH
async def test_each_assignee_reads_it_in_their_language(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "bob", "me set language de")
    await report(bot, "frank", "kafka lags")
    await report(bot, "frank", "kafka is slow")
    german, english = slack.dms("bob")[-1], slack.dms("carol")[-1]
    assert german.plain.startswith("*CH-1* Kafka lags ist jetzt deines (Team Platform). Warum du: fewest open: 0")
    assert ", gemeldet von @frank in <#C0OPS>; bestätige es bis " in german.text
    assert german.buttons == ["Bestätigen", "Übergeben…", "Bis morgen zurückstellen"]
    assert english.plain.startswith("*CH-2* Kafka is slow is yours (team Platform). Why you: fewest open: 0")
    refused = await slash(bot, "bob", "mute @nobody")
    assert refused.startswith("@nobody kenne ich nicht. Wähle eine Person aus der @-Liste von Slack.")


@BOTH
async def test_a_proposal_is_asked_in_the_language_of_its_channel(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "alice", "channel language de")
    ts = await report(bot, "frank", "kafka lags")
    assert "Warum diese Person: am wenigsten offen: 0" in slack.thread("#ops", ts)[1].plain
    await slash(bot, "frank", "withdraw CH-1")
    asked = slack.thread("#ops", ts)[-1]
    assert asked.plain.startswith("*P-1*: @frank möchte ")
    assert " kann entscheiden. Es wartet bis " in asked.plain
    assert asked.buttons == ["Genehmigen", "Ablehnen…"]
    await slash(bot, "alice", "approve P-1")
    assert "*P-1*: @frank wollte " in slack.thread("#ops", ts)[-2].plain + slack.thread("#ops", ts)[-1].plain
    assert said(slack.dms("frank"))[-1].startswith("*P-1*: @frank asked to ")


async def test_a_manager_reads_of_a_channel_in_their_language(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "alice", "me set language de")
    slack.archive("#ops")
    slack.archive("#payments")
    await quiet(bot)
    assert said(slack.dms("alice"))[-1].startswith("<#C0OPS> wurde archiviert. Was dafür eingestellt ist, ruht")
    assert said(slack.dms("erin"))[-1].startswith("<#C0PAYMENTS> was archived. What is set for it rests")
    slack.unarchive("#ops")
    await quiet(bot)
    assert "<#C0OPS> ist wieder wie vorher" in said(slack.dms("alice"))[-1]
