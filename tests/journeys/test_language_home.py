"""The Home tab and forms speak the language of who has them open, whoever opened them before."""

from dataclasses import replace

import pytest

from bot.sandbox.slack import SlackSandbox
from tests.journeys.test_forms import held
from tests.journeys.test_forms import opened as form_of_button
from tests.journeys.test_forms import pressed as press
from tests.journeys.test_home import opened, pressed
from tests.team import DATABASES, Bot, report, said, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(admins="@frank", digest_time="off")


@BOTH
async def test_each_reads_the_home_tab_in_their_own_language(slack: SlackSandbox, bot: Bot) -> None:
    slack.world.users["U0ALICE"] = replace(slack.world.users["U0ALICE"], locale="de-DE")
    await report(bot, "frank", "redis is down")
    await slash(bot, "bob", "me set language de")
    page = await opened(slack, bot, "bob")
    assert page.startswith("Hallo @bob. Was dich jetzt braucht: *1 zu bestätigen*.")
    assert "[Anfangen]" in page
    assert "*Sprache*: Deutsch" in page
    assert "*GitHub*: nicht verknüpft" in page
    assert "Hoch · in Arbeit" in await pressed(slack, bot, "bob", "Anfangen")
    assert "Team Platform" in await opened(slack, bot, "alice")
    english = await opened(slack, bot, "frank")
    assert english.startswith("Hello @frank.")
    assert "*Language*: English" in english
    await slash(bot, "frank", "me set language de")
    assert "• Aus: Handeln auf GitHub (mit `GITHUB_TOKEN` an)" in await opened(slack, bot, "frank")


async def test_slacks_language_counts_on_the_home_tab_too(slack: SlackSandbox, bot: Bot) -> None:
    slack.world.users["U0BOB"] = replace(slack.world.users["U0BOB"], locale="de-DE")
    assert (await opened(slack, bot, "bob")).startswith("Hallo @bob. Gerade braucht dich nichts.")


async def test_a_form_asks_and_refuses_in_the_language_of_who_opened_it(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "dave", "redis is down")
    for who in ("bob", "frank"):
        await slash(bot, who, "me set language de")
    form = await form_of_button(slack, bot, "bob", "resolve")
    assert (form["title"]["text"], form["close"]["text"]) == ("CH-1 lösen", "Abbrechen")
    assert held(form)["quick"]["placeholder"]["text"] == "Auswählen…"
    assert await slack.submit("bob", {}) == {"reason": "Grund auswählen oder schreiben: er wird festgehalten."}
    await slack.close_modal("bob")
    await press(slack, bot, "bob", "close")
    refused = await slack.until(lambda: said(slack.ephemerals("bob"))[1:])
    assert refused[0].startswith("Du darfst nicht: ")
    assert "Das dürfen die Leitung des Teams und Admins. Frag @alice." in refused[0]
    assert (await form_of_button(slack, bot, "alice", "close"))["close"]["text"] == "Cancel"
    assert await slack.submit("alice", {}) == {"reason": "Pick a reason or write one: it goes on record."}
