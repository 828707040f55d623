"""People and channels are spoken to in their language: what was set, else what their Slack speaks, else the default."""

from dataclasses import replace

import pytest

from bot.sandbox.slack import SlackSandbox
from tests.team import DATABASES, Bot, report, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(digest_time="off")


@BOTH
async def test_each_is_spoken_to_in_their_own_language(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "kafka lags")
    await slash(bot, "bob", "me set language de")
    assert await slash(bot, "bob", "claim CH-1") == "@bob hat *CH-1* Kafka lags."
    assert "acknowledged by @bob" in slack.transcript(), "the card is in the channel's language"
    assert await slash(bot, "bob", "claim CH-1") == "CH-1 hast du schon."
    assert await slash(bot, "alice", "claim CH-1") == "@alice has *CH-1* Kafka lags."


async def test_slacks_own_language_counts_until_one_is_set(slack: SlackSandbox, bot: Bot) -> None:
    slack.world.users["U0BOB"] = replace(slack.world.users["U0BOB"], locale="de-DE")
    await report(bot, "frank", "kafka lags")
    assert await slash(bot, "bob", "claim CH-1") == "@bob hat *CH-1* Kafka lags."
    await slash(bot, "bob", "me set language en")
    assert await slash(bot, "bob", "claim CH-1") == "CH-1 is yours already."


@BOTH
async def test_a_channel_has_a_language_that_its_managers_set(slack: SlackSandbox, bot: Bot) -> None:
    refused = await slash(bot, "bob", "channel language de")
    assert refused.startswith("You may not say which language I speak in this channel")
    assert "I speak `de` here." in await slash(bot, "alice", "channel language de")
    assert "write `channel language de` or `en`" in await slash(bot, "alice", "channel language xx")
    await report(bot, "frank", "kafka lags")
    await slash(bot, "bob", "claim CH-1")
    assert "bestätigt von @bob" in slack.transcript()
    assert "[Abgeben…]" in slack.transcript()
    await slash(bot, "alice", "channel language default")
    await slash(bot, "alice", "claim CH-1")
    assert "claimed by @alice" in slack.transcript()
    assert "Abgeben" not in slack.transcript()
