"""The card's ⋯ and its forms: of which ticket it is a duplicate, mute, and why something critical is less."""

from bot.sandbox.slack import SlackSandbox
from storage.mutes import Mute
from tests.team import Bot, quiet, report, said, select_all, slash


async def two(bot: Bot) -> str:
    """CH-1 and CH-2; the message of the second one's card."""
    await report(bot, "dave", "redis is down")
    ts = await report(bot, "dave", "checkout is slow")
    return bot.slack.thread("#ops", ts)[1].ts


async def test_a_duplicate_is_chosen_from_a_list(slack: SlackSandbox, bot: Bot) -> None:
    card = await two(bot)
    await slack.select("erin", "#ops", card, action="more", choice="Duplicate of…")
    await slack.until(lambda: slack.modal("erin"))
    assert (slack.modal("erin") or {})["title"]["text"] == "CH-2 is a duplicate"
    missing = "Choose a ticket, or write its number or the link to a message of it."
    assert await slack.submit("erin", {}) == {"named": missing}
    assert await slack.submit("erin", {"other": "CH-1"}) == {}
    await quiet(bot)
    assert (await bot.ticket(2)).resolution == "duplicate of CH-1"


async def test_the_reason_duplicate_leads_to_that_form(slack: SlackSandbox, bot: Bot) -> None:
    card = await two(bot)
    await slack.click("erin", "#ops", card, "Close…")
    await slack.until(lambda: slack.modal("erin"))
    assert await slack.submit("erin", {"quick": "Duplicate…"}) == {}
    assert (slack.modal("erin") or {})["title"]["text"] == "CH-2 is a duplicate"
    assert await slack.submit("erin", {"named": "1"}) == {}
    await quiet(bot)
    assert (await bot.ticket(2)).resolution == "duplicate of CH-1"
    assert (await bot.ticket(1)).status == "open"


async def test_one_presses_mute_and_takes_it_back(slack: SlackSandbox, bot: Bot) -> None:
    card = await two(bot)
    await slack.select("carol", "#ops", card, action="more", choice="Mute")
    await quiet(bot)
    assert said(slack.ephemerals("carol"))[-1].startswith("CH-2 is muted for you until you `unmute` it.")
    assert "Muted for 1 person" in slack.message("#ops", card).plain
    await slack.click_ephemeral("carol", "Unmute")
    await quiet(bot)
    assert await select_all(bot, Mute) == []


async def test_a_critical_ticket_is_lowered_by_the_menu_with_a_reason(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "dave", "redis is down")
    await slash(bot, "alice", "priority CH-1 critical")
    card = slack.thread("#ops", ts)[1].ts
    await slack.select("alice", "#ops", card, action="priority", choice="Low")
    await quiet(bot)
    assert said(slack.ephemerals("alice"))[-1].startswith("CH-1 is critical: say why it is less")
    await slack.click_ephemeral("alice", "Say why…")
    await slack.until(lambda: slack.modal("alice"))
    assert await slack.submit("alice", {"reason": "only the test system"}) == {}
    await quiet(bot)
    assert (await bot.ticket()).priority == "low"
    assert said(slack.thread("#ops", ts))[-1] == "*CH-1 set to low by @alice*: only the test system"


async def test_links_name_both_tickets_of_a_merge(slack: SlackSandbox, bot: Bot) -> None:
    await two(bot)
    first, second = [(await bot.ticket(number)).permalink for number in (1, 2)]
    await slash(bot, "erin", f"dup {second} of {first}")
    assert (await bot.ticket(2)).resolution == "duplicate of CH-1"


async def test_an_assignee_is_told_with_a_button_to_hand_it_over(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    assert slack.dms("bob")[-1].buttons == ["Acknowledge", "Hand over…", "Snooze to tomorrow"]


async def test_words_by_mention_that_the_table_of_verbs_names(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await report(bot, "bob", "mine")
    assert said(slack.ephemerals("bob"))[-1].startswith("*1 open ticket: mine*")
    await report(bot, "bob", "p1", thread_ts=ts)
    await report(bot, "bob", "on it", thread_ts=ts)
    ticket = await bot.ticket()
    assert (ticket.priority, ticket.acknowledged_at is not None) == ("high", True)
    await report(bot, "frank", "p1 redis is slow again")
    assert (await bot.ticket(2)).title.startswith("p1 redis is slow")


async def test_the_only_manager_escalates_to_the_next_ones(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "kafka lags a little, no hurry")
    assert (await slash(bot, "alice", "escalate CH-1 customers call in")).startswith(
        "CH-1 is escalated to its team's channel: customers call in"
    )
    assert "is escalated by @alice: customers call in." in said(slack.messages("#ops"))[-1]


async def test_what_is_undone_twice_is_done_again(bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "bob", "resolve CH-1 failed over")
    assert await slash(bot, "bob", "undo") == "CH-1 was resolved by @bob: undone by @bob."
    assert await slash(bot, "bob", "undo") == "CH-1 was resolved by @bob: done again by @bob."
    assert await slash(bot, "bob", "undo") == "CH-1 was resolved by @bob: undone by @bob."
