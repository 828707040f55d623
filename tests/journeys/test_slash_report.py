"""`/chargehand report …` tracks a problem where it is typed, or says what stands in the way."""

from sqlmodel import select

from bot.sandbox.slack import SlackSandbox
from storage.tickets import Ticket
from tests.team import Bot, assignees, quiet, report, said, slash


async def test_the_card_is_posted_where_it_was_typed(slack: SlackSandbox, bot: Bot) -> None:
    answer = await slash(bot, "frank", "report redis is down")
    assert answer == "*CH-1* Redis is down is tracked; its card follows here."
    [card] = slack.messages("#ops")
    assert card.plain.startswith("*CH-1  Redis is down*")
    assert await assignees(bot) == ["bob"]


async def test_the_cards_thread_is_the_tickets_thread(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "frank", "report redis is down")
    [card] = slack.messages("#ops")
    await report(bot, "bob", "resolve failed over", thread_ts=card.ts)
    resolved = "*CH-1 resolved* by @bob after less than a minute: failed over"
    assert said(slack.thread("#ops", card.ts))[1:] == [f"<@U0FRANK> {resolved}"]


async def test_where_the_bot_is_no_member_it_says_how_to_invite_it(slack: SlackSandbox, bot: Bot) -> None:
    answer = await slash(bot, "frank", "report redis is down", channel="#random")
    assert answer == (
        "*CH-1* Redis is down is tracked, but I am not in this channel and cannot post its card."
        " `/invite @chargehand` changes that; `/chargehand show CH-1` shows the ticket."
    )
    assert (await bot.ticket()).channel_id == slack.channel("#random").id
    assert said(slack.dms("frank")) == []
    assert (await slash(bot, "frank", "show CH-1", channel="#random")).startswith("*CH-1  Redis is down*")


async def test_in_the_direct_message_it_asks_for_the_team(slack: SlackSandbox, bot: Bot) -> None:
    await slack.command("frank", "@chargehand", "/chargehand", "report the page is blank")
    await quiet(bot)
    await slack.select_ephemeral("frank", action="file", choice="I don't know")
    await quiet(bot)
    [ticket] = await bot.rows(select(Ticket))
    assert (ticket.description, ticket.message_ts) == ("the page is blank", None)
    assert any("*CH-1  The page is blank*" in text for text in said(slack.dms("frank")))


async def test_without_words_it_asks_for_them(slack: SlackSandbox, bot: Bot) -> None:
    assert await slash(bot, "frank", "report") == (
        "&lt;text&gt; is missing. Usage: `report &lt;text&gt;`,"
        " for example `report redis is down, payments fail for everyone`."
    )


async def test_nothing_typed_gets_the_short_help(slack: SlackSandbox, bot: Bot) -> None:
    assert (await slash(bot, "frank", "")).endswith("`@chargehand help` lists the commands.")


async def test_once_it_is_invited_the_card_comes_with_the_next_change(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "frank", "report redis is down", channel="#random")
    await slash(bot, "bob", "status CH-1 in progress")
    assert said(slack.messages("#random")) == []
    slack.invite_bot("#random")
    await quiet(bot)
    await slash(bot, "bob", "resolve CH-1 failed over")
    first_post, card = [message for message in slack.messages("#random") if message.bot_id]
    assert first_post.plain.startswith("I am Chargehand.")
    assert card.plain.startswith("*CH-1  Redis is down*")
    assert said(slack.thread("#random", card.ts))[1:] == [
        "<@U0FRANK> *CH-1 resolved* by @bob after less than a minute: failed over"
    ]
