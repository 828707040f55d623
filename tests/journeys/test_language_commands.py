"""Commands answer each in their language; what they leave with a ticket is in that of its channel."""

import pytest

from bot.sandbox.slack import SlackSandbox
from tests.team import DATABASES, Bot, report, said, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(digest_time="off")


async def test_an_answer_a_mistake_and_help_in_german_and_english(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "kafka lags")
    await slash(bot, "bob", "me set language de")
    for who, answers in {
        "bob": (
            "CH-1 ist nicht bestätigt.",
            "„noon“ ist keine Uhrzeit: Schreib sie wie in `digest at 08:30`.",
            "2026-12-01 ist kein freier Tag. `holiday` zeigt die des nächsten Jahres.",
        ),
        "alice": (
            "CH-1 is not acknowledged.",
            "“noon” is no time of day: write it as in `digest at 08:30`.",
            "2026-12-01 is no day off. `holiday` lists those of the next year.",
        ),
    }.items():
        lines = ("unack CH-1", "digest at noon", "holiday remove 2026-12-01")
        assert tuple([await slash(bot, who, line) for line in lines]) == answers
    shown = (await slash(bot, "bob", "help close")).splitlines()
    assert shown[0] == "`close CH-1 &lt;reason&gt;` – ein Ticket ohne Lösung beenden und sagen, warum"
    assert shown[1] == "Beispiele: `close CH-1 out of scope`, `wontfix CH-1 cannot reproduce`"


@BOTH
async def test_what_stays_with_a_ticket_is_in_the_language_of_its_channel(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "alice", "channel language de")
    await report(bot, "frank", "kafka lags")
    await report(bot, "frank", "kafka drops messages")
    assert (await slash(bot, "alice", "assign CH-1 @carol")).startswith("*CH-1* Kafka lags: ")
    assert (await bot.ticket()).assign_reason == "zugewiesen von @alice"
    assert "@carol zugewiesen von @alice" in slack.transcript()
    assert (await slash(bot, "alice", "dup CH-2 of CH-1")).startswith("*CH-2 closed* by @alice as a duplicate of CH-1.")
    assert "*CH-2 geschlossen* von @alice als Duplikat von CH-1." in slack.transcript()
    assert (await bot.ticket(2)).resolution == "Duplikat von CH-1"
    await slash(bot, "carol", "handover CH-1 @bob my shift ends")
    assert "*CH-1* Kafka lags an @bob übergeben: my shift ends" in said(slack.dms("bob"))[-1]
    assert await slash(bot, "alice", "close CH-1 out of scope") == "*CH-1 closed* by @alice: out of scope"
    assert "*CH-1 geschlossen* von @alice: out of scope" in slack.transcript()
