"""What is done with a ticket is told to each in their language: to who does it, to others, and in the channel."""

import pytest

from bot.sandbox.slack import SlackSandbox
from tests.team import DATABASES, Bot, last_change, report, said, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(digest_time="off")


@BOTH
async def test_bob_is_german_and_alice_is_not(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "kafka lags")
    await slash(bot, "bob", "me set language de")
    assert await slash(bot, "bob", "start CH-1") == "CH-1 ist in Arbeit, angefangen von @bob."
    assert last_change(slack.thread("#ops", ts)[1].plain) == "started by @bob", "the card is in the channel's language"
    assert await slash(bot, "alice", "unstart CH-1") == "CH-1 is open, put back to open by @alice."
    theirs = (await slash(bot, "alice", "list")).replace("1 open ticket", "1 Ticket (offen)")
    assert await slash(bot, "bob", "list") == theirs.replace(" high – ", " hoch – ").replace(", due ", ", fällig ")
    assert await slash(bot, "bob", "list resolved") == "Keine Tickets (gelöst)."
    assert await slash(bot, "bob", "claim CH-9") == (
        "Ein CH-9, das du sehen kannst, gibt es nicht. `list` zeigt, was es gibt."
    )
    assert await slash(bot, "alice", "claim CH-9") == "There is no CH-9 that you can see. `list` shows what there is."
    assert await slash(bot, "bob", "resolve CH-1") == (
        "Ein Grund fehlt: Er wird festgehalten. So geht es: `resolve CH-1 &lt;reason&gt;`,"
        " zum Beispiel `resolve CH-1 failed over to the replica`."
    )


@BOTH
async def test_who_is_waited_for_hears_it_in_their_language(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "kafka lags")
    await slash(bot, "bob", "me set language de")
    assert await slash(bot, "alice", "wait CH-1 on @bob the new key") == "CH-1 waits on @bob: the new key"
    assert said(slack.dms("bob"))[-1].startswith("*CH-1* Kafka lags wartet auf dich: the new key.")
    assert await slash(bot, "bob", "wait CH-1 on @dave the vendor") == "CH-1 wartet auf @dave: the vendor"
    assert said(slack.dms("dave"))[-1].startswith("*CH-1* Kafka lags waits for you: the vendor.")


@BOTH
async def test_a_german_channel_reads_german_whoever_acts(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "alice", "channel language de")
    ts = await report(bot, "frank", "kafka lags")
    card = slack.thread("#ops", ts)[1].ts
    assert (await slash(bot, "bob", "resolve CH-1 new broker")).startswith("*CH-1 resolved* by @bob after ")
    told = said(slack.thread("#ops", ts))[-1]
    assert told.startswith("<@U0FRANK> *CH-1 gelöst* von @bob nach ")
    assert told.endswith(": new broker")
    assert await slash(bot, "bob", "undo CH-1") == "CH-1 was gelöst von @bob: undone by @bob."
    assert last_change(slack.message("#ops", card).plain) == "gelöst von @bob: rückgängig gemacht von @bob"
    await slash(bot, "bob", "undo CH-1")
    assert last_change(slack.message("#ops", card).plain) == "gelöst von @bob: wiederhergestellt von @bob"
    await slash(bot, "bob", "undo CH-1")
    assert last_change(slack.message("#ops", card).plain) == "gelöst von @bob: rückgängig gemacht von @bob"
    await slash(bot, "alice", "move CH-1 Payments")
    assert (await bot.ticket()).team_source == "dorthin gegeben von @alice"
