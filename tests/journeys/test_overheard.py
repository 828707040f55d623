"""What people say in a channel that is not for Chargehand is acknowledged, and no word of it is kept."""

import pytest

from bot.sandbox.slack import SlackSandbox
from storage.inbox import Delivery
from tests.team import DATABASES, Bot, quiet, report, select_all

pytestmark = pytest.mark.parametrize("engine", DATABASES)


async def test_talk_that_is_not_for_the_bot_is_not_kept(slack: SlackSandbox, bot: Bot) -> None:
    ts = await slack.say("bob", "#ops", "between us: the budget is gone")
    await slack.react("carol", "#ops", ts, "tada")
    await report(bot, "frank", "redis is down")
    await quiet(bot)
    kept = await select_all(bot, Delivery)
    assert not any(b"budget" in delivery.raw for delivery in kept)
    assert "message" in {delivery.kind for delivery in kept if delivery.raw == b"{}"}
    assert any(b"redis is down" in delivery.raw for delivery in kept)
