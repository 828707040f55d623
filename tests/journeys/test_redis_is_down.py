"""The main story: `@chargehand redis is down` becomes a triaged, assigned ticket, and is resolved."""

from bot.sandbox.slack import SlackSandbox
from tests.team import Bot


async def test_a_report_becomes_a_card_and_is_resolved(slack: SlackSandbox, bot: Bot) -> None:
    ts = await slack.say("frank", "#ops", "@chargehand redis is down, payments failing for everyone")
    await slack.until(lambda: "eyes" in slack.reactions("#ops", ts))
    card = await slack.until(lambda: slack.thread("#ops", ts)[1:])
    print(card[0].plain, card[0].buttons)
    await slack.until(lambda: slack.dms("bob"))
    await slack.until(lambda: slack.dms("alice"))
    await slack.until(lambda: "large_blue_circle" in slack.reactions("#ops", ts))
    await slack.command("frank", "#ops", "/chargehand", "list")
    await slack.until(lambda: slack.ephemerals("frank"))
    print(slack.transcript())
    await slack.command("bob", "#ops", "/chargehand", "resolve CH-1 failed over to the replica")
    await slack.until(lambda: len(slack.thread("#ops", ts)) > 2)
    print(slack.transcript())
