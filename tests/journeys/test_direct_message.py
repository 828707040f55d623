"""A direct message stays connected to the ticket it became in a team's channel: edits, deletion, replies, its emoji."""

from sqlmodel import select

from bot.sandbox.slack import SlackSandbox
from storage.comments import Comment
from storage.settings_kv import Setting
from storage.tickets import Ticket
from tests.team import Bot, audit_of, last_change, quiet, said, slash


async def dm(bot: Bot, text: str, *, thread_ts: str | None = None) -> str:
    ts = await bot.slack.dm("frank", text, thread_ts=thread_ts)
    await quiet(bot)
    return ts


async def asked_first(bot: Bot) -> str:
    """A report whose team frank was asked for."""
    ts = await dm(bot, "the page is blank")
    await choose(bot, "Payments")
    return ts


async def choose(bot: Bot, team: str) -> None:
    [question] = [message for message in bot.slack.dms("frank") if message.menus]
    await bot.slack.select("frank", "@chargehand", question.ts, action="file", choice=team)
    await quiet(bot)


def emoji(slack: SlackSandbox, ts: str) -> list[str]:
    return list(slack.message(slack.channel("@chargehand", seen_by="frank").id, ts).reactions)


async def test_each_edit_reaches_the_ticket_once(slack: SlackSandbox, bot: Bot) -> None:
    ts = await dm(bot, "report checkout fails")
    slack.duplicate_events = True
    for text in ("report checkout is slow", "checkout is slow again"):
        await slack.edit("frank", "@chargehand", ts, text)
    await quiet(bot)
    edits = [event for event in await audit_of(bot, await bot.ticket()) if event.action == "edit"]
    assert [(event.before["description"], event.after["description"]) for event in edits] == [
        ("checkout fails", "checkout is slow"),
        ("checkout is slow", "checkout is slow again"),
    ]
    assert len(await bot.rows(select(Ticket))) == 1
    [card] = slack.messages("#payments")
    assert last_change(card.plain) == "the report was edited"


async def test_an_edit_reaches_a_report_whose_team_was_asked_for(slack: SlackSandbox, bot: Bot) -> None:
    ts = await asked_first(bot)
    await slack.edit("frank", "@chargehand", ts, "the page is blank since noon")
    await quiet(bot)
    assert (await bot.ticket()).description == "the page is blank since noon"


async def test_the_ticket_says_that_the_message_is_gone(slack: SlackSandbox, bot: Bot) -> None:
    ts = await dm(bot, "checkout fails")
    await slack.delete("frank", "@chargehand", ts)
    await quiet(bot)
    [card] = slack.messages("#payments")
    assert said(slack.thread("#payments", card.ts))[1:] == [
        "The report was deleted in Slack; CH-1 stays. `close CH-1 …` with a reason ends it."
    ]


async def test_the_message_shows_the_tickets_status(slack: SlackSandbox, bot: Bot) -> None:
    ts = await dm(bot, "checkout fails")
    assert emoji(slack, ts) == ["large_blue_circle"]
    await slash(bot, "dave", "status CH-1 in progress", channel="#payments")
    assert emoji(slack, ts) == ["hammer_and_wrench"]
    await slash(bot, "dave", "resolve CH-1 rolled back", channel="#payments")
    assert emoji(slack, ts) == ["checkered_flag"]


async def test_so_does_one_whose_team_was_asked_for(slack: SlackSandbox, bot: Bot) -> None:
    ts = await asked_first(bot)
    assert emoji(slack, ts) == ["large_blue_circle"]


async def test_a_reply_is_a_comment_and_commands_there_are_answered_there(slack: SlackSandbox, bot: Bot) -> None:
    ts = await dm(bot, "checkout fails")
    await dm(bot, "only with cards", thread_ts=ts)
    assert [comment.text for comment in await bot.rows(select(Comment))] == ["only with cards"]
    await slack.dm("erin", "resolve CH-1 rolled back")
    await quiet(bot)
    await dm(bot, "reopen it fails again", thread_ts=ts)
    here = slack.channel("@chargehand", seen_by="frank").id
    assert [text.split(":")[0] for text in said(slack.thread(here, ts))] == [
        "Kept as a comment on *CH-1* Checkout fails, which this thread is about. For another ticket write"
        " `@chargehand new",
        "You may not reopen CH-1",
    ]


async def test_a_report_deleted_before_its_team_is_known_is_dropped(slack: SlackSandbox, bot: Bot) -> None:
    ts = await dm(bot, "the page is blank")
    await slack.delete("frank", "@chargehand", ts)
    await quiet(bot)
    assert await bot.rows(select(Setting).where(Setting.key == f"pending:{ts}")) == []
    await choose(bot, "Payments")
    assert await bot.rows(select(Ticket)) == []
    assert said(slack.dms("frank")) == ["That report was deleted, so nothing is tracked."]


async def test_who_reported_hears_that_the_card_has_no_place(slack: SlackSandbox, bot: Bot) -> None:
    slack.channel("#payments").members.remove(slack.bot_user.id)
    await dm(bot, "checkout fails")
    assert [text for text in said(slack.dms("frank")) if "I am not a member of it" in text]


async def test_the_question_that_a_slash_command_asked_becomes_its_answer(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "frank", "report the page is blank", channel="@chargehand")
    await slack.select_ephemeral("frank", action="file", choice="Payments")
    await quiet(bot)
    payments = slack.channel("#payments").id
    [answer] = slack.ephemerals("frank")
    assert answer.plain == f"*CH-1* The page is blank is tracked for Payments in <#{payments}>."
    assert answer.menus == {}
