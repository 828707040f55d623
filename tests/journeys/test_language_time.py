"""Reminders, deadlines and pages of the day are said in the language of whoever reads them."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.slack import SlackSandbox
from tests.clock import Clock, go_to
from tests.journeys.test_digest import plan
from tests.team import DATABASES, Bot, quiet, report, said, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(digest_time="off")
FRIDAY = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(base=FRIDAY)


@BOTH
async def test_a_reminder_speaks_to_who_gets_it_and_its_end_to_who_asked(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await slash(bot, "bob", "me set language de")
    answer = await slash(bot, "bob", "remind @carol to review the plan in 2h")
    assert answer.startswith("Ich erinnere @carol am *Fr 2026-03-06 um 14:00* (UTC, noch ")
    assert answer.endswith("): review the plan.")
    assert await slash(bot, "bob", "remind me to pay yesterday") == (
        "„yesterday“ ist vorbei: Es war Do 2026-03-05 09:00. Nenne einen Zeitpunkt, der noch kommt."
    )
    assert (await slash(bot, "carol", "remind @bob to call Acme in 2h")).startswith("I remind @bob on *Fri 2026-03-06")
    assert "Erinnerung 1 für @carol: review the plan" in await slash(bot, "bob", "reminders")
    await go_to(bot, clock, FRIDAY + 2 * HOUR + MINUTE)
    assert said(slack.dms("carol")) == ["@bob asked me to remind you: review the plan"]
    [message] = slack.dms("bob")
    assert message.plain == "@carol lässt dich erinnern: call Acme"
    assert message.buttons == ["Erledigt", "1 Std.", "Morgen", "Ablehnen", "@carol blockieren", "Warum"]
    await slack.click("carol", "@chargehand", slack.dms("carol")[0].ts, "Decline")
    await quiet(bot)
    assert said(slack.dms("bob"))[-1] == (
        "Deine Erinnerung „review the plan“ kommt nicht mehr: @carol hat sie abgelehnt."
    )
    assert (await slash(bot, "bob", "reminders later 1 1h")).startswith("Erinnerung 1 ist vorbei: sie wurde abgelehnt.")


@BOTH
async def test_a_missed_deadline_is_told_to_each_in_their_language(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await slash(bot, "bob", "me set language de")
    await slash(bot, "alice", "channel language de")
    await slash(bot, "alice", "channel digest on")
    await report(bot, "frank", "kafka lags")
    assert "niemand tut etwas damit" in await slash(bot, "bob", "reminders")
    await go_to(bot, clock, FRIDAY + 2 * HOUR + MINUTE)
    [missed] = [text for text in said(slack.dms("bob")) if " hätte bis " in text]
    assert missed.startswith("(Verspätet: Das war fällig <!date^")
    assert ".) *CH-1* Kafka lags hätte bis <!date^" in missed
    assert "Geschäftszeit sind seitdem vergangen. Drück Übernehmen, um zu sagen, dass du es gesehen hast." in missed
    [told] = [text for text in said(slack.dms("alice")) if "was to be" in text]
    assert "of business time ago. @bob has it. `assign CH-1 @someone`" in told
    await go_to(bot, clock, MONDAY + MINUTE)
    assert "Geschäftszeit lang hat niemand etwas getan. Schreib hier, wie es steht, oder `snooze" in slack.transcript()
    [page] = [text for text in said(slack.messages("#ops")) if "Der Tag von " in text]
    assert page.startswith("*Der Tag von Platform*\n*Überfällig (1)*\n• *<")
    assert "(hoch, fällig <!date^" in page


async def test_a_german_channel_reads_its_week(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await slash(bot, "alice", "channel language de")
    await report(bot, "frank", "kafka lags")
    await plan(bot, clock, FRIDAY + 6 * HOUR)
    await go_to(bot, clock, MONDAY + MINUTE)
    [page] = [text for text in said(slack.messages("#ops")) if "Die Woche von Platform" in text]
    assert "Mo 2026-03-02 bis So 2026-03-08" in page
    assert "Am längsten offen" in page
    assert "*The week of Platform*" in await slash(bot, "alice", "summary Platform")
