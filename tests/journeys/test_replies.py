"""What people write to one another in a ticket's thread is kept with it, unanswered; a thread becomes a ticket."""

from sqlmodel import select

from bot.sandbox.slack import SlackSandbox
from storage.comments import Comment
from storage.inbox import Delivery
from storage.tickets import Ticket
from tests.team import Bot, quiet, report, said, select_all, slash

HINT = "I keep what is said here as comments. To have it done, mention me: `@chargehand resolve failed over`."


async def reply(slack: SlackSandbox, bot: Bot, who: str, text: str, root: str, **more: tuple[str, ...]) -> str:
    """Say it in a thread, to the others there."""
    ts = await slack.say(who, "#ops", text, thread_ts=root, **more)
    await quiet(bot)
    return ts


async def comments(bot: Bot) -> list[str]:
    return [comment.text for comment in await bot.rows(select(Comment).order_by(Comment.id))]


async def test_a_reply_is_a_comment_of_whoever_wrote_it_and_gets_no_answer(slack: SlackSandbox, bot: Bot) -> None:
    root = await report(bot, "frank", "redis is down")
    seen = len(slack.thread("#ops", root))
    ts = await reply(slack, bot, "dave", "the replica is fine", root)
    [comment] = await bot.rows(select(Comment))
    assert (comment.text, comment.message_ts, comment.channel_id) == ("the replica is fine", ts, "C0OPS")
    assert len(slack.thread("#ops", root)) == seen + 1
    assert slack.reactions("#ops", ts) == {}
    assert (await bot.ticket()).touched_at is not None
    assert said(slack.ephemerals("dave")) == []


async def test_what_reads_like_a_command_does_nothing_and_is_hinted_at_once(slack: SlackSandbox, bot: Bot) -> None:
    root = await report(bot, "frank", "redis is down")
    await reply(slack, bot, "bob", "resolve failed over", root)
    await reply(slack, bot, "bob", "resolve failed over, really", root)
    assert (await bot.ticket()).status == "open"
    assert said(slack.ephemerals("bob")) == [HINT]
    assert await comments(bot) == ["resolve failed over", "resolve failed over, really"]
    await reply(slack, bot, "carol", "claim", root)
    assert len(said(slack.ephemerals("carol"))) == 1
    other = await report(bot, "frank", "kafka is down")
    await reply(slack, bot, "bob", "ack", other)
    assert len(said(slack.ephemerals("bob"))) == 2


async def test_an_edit_and_a_deletion_stand_in_the_history(slack: SlackSandbox, bot: Bot) -> None:
    root = await report(bot, "frank", "redis is down")
    ts = await reply(slack, bot, "bob", "looking", root)
    await slack.edit("bob", "#ops", ts, "looking at the replica")
    gone = await reply(slack, bot, "carol", "my password is hunter2", root)
    await slack.delete("carol", "#ops", gone)
    await quiet(bot)
    history = await slash(bot, "frank", "history CH-1")
    assert "@bob: looking\n" in history
    assert "@bob reworded a remark of " in history
    assert ": looking at the replica" in history
    assert "@carol: a remark, deleted " in history
    assert "hunter2" not in history


async def test_files_are_kept_as_links_with_name_and_size_through_edits(slack: SlackSandbox, bot: Bot) -> None:
    root = await slack.say("frank", "#ops", "@chargehand redis is down", files=("a<b.png",))
    await quiet(bot)
    ticket = await bot.ticket()
    assert ticket.title == "Redis is down"
    assert ticket.description.startswith("redis is down\n\nFiles: <http")
    assert ticket.description.endswith("|a&lt;b.png> (0 B)")
    await slack.edit("frank", "#ops", root, "@chargehand redis is down in Frankfurt")
    await reply(slack, bot, "bob", "the log", root, files=("redis.log", "load.csv"))
    await slack.say("bob", "#ops", "@chargehand", thread_ts=root, files=("trace.txt",))
    await quiet(bot)
    assert (await bot.ticket()).description.startswith("redis is down in Frankfurt\n\nFiles: <http")
    first, second = await comments(bot)
    assert first.startswith("the log\n\nFiles: <http")
    assert "|redis.log> (0 B), <http" in first
    assert second.startswith("Files: <http")
    assert "Files: redis.log (0 B), load.csv (0 B)" in await slash(bot, "frank", "history CH-1")


async def test_a_command_with_a_file_is_still_that_command(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slack.say("bob", "#ops", "@chargehand comment CH-1 the graph", files=("graph.png",))
    await slack.say("bob", "#ops", "@chargehand start CH-1", files=("graph.png",))
    await quiet(bot)
    [comment] = await comments(bot)
    assert comment.startswith("the graph\n\nFiles: <")
    assert (await bot.ticket()).status == "in_progress"


async def test_a_thread_that_becomes_a_ticket_brings_its_words(slack: SlackSandbox, bot: Bot) -> None:
    root = await slack.say("dave", "#ops", "kafka consumers are stuck")
    for number in range(25):
        await slack.say("erin" if number % 2 else "carol", "#ops", f"look {number}", thread_ts=root)
    await report(bot, "frank", "please track this", thread_ts=root)
    first, _, others = (await bot.ticket()).description.partition("The thread began with: ")[2].partition("\n\n")
    assert first == "kafka consumers are stuck"
    assert others.splitlines()[:3] == ["Then it said:", "@carol: look 0", "@erin: look 1"]
    assert len(others.splitlines()) == 20
    assert (await bot.ticket()).title == "Kafka consumers are stuck"
    assert await comments(bot) == []


async def test_a_team_may_want_none_of_it(slack: SlackSandbox, bot: Bot) -> None:
    root = await report(bot, "frank", "redis is down")
    await slash(bot, "alice", "team set Platform replies off")
    await reply(slack, bot, "bob", "between us: the budget", root)
    assert await comments(bot) == []
    assert not any(b"budget" in delivery.raw for delivery in await select_all(bot, Delivery))


async def test_a_thread_that_is_no_tickets_is_not_kept(slack: SlackSandbox, bot: Bot) -> None:
    root = await slack.say("bob", "#ops", "lunch?")
    await reply(slack, bot, "carol", "the budget says no", root)
    assert await bot.rows(select(Ticket)) == []
    assert not any(b"budget" in delivery.raw for delivery in await select_all(bot, Delivery))


async def test_guests_that_may_not_report_add_nothing(slack: SlackSandbox, bot: Bot) -> None:
    root = await report(bot, "frank", "redis is down")
    await reply(slack, bot, "gus", "me too", root)
    assert await comments(bot) == []
    assert said(slack.ephemerals("gus")) == []
