"""Who watches a ticket hears of each change of its status, once, and of nothing they did; `history` tells all of it."""

from sqlmodel import select

from bot.sandbox.slack import SlackSandbox
from storage.comments import Comment
from tests.team import Bot, quiet, report, said, slash


async def test_a_watcher_hears_of_a_change_of_status_by_others(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    for who in ("dave", "bob"):
        assert (await slash(bot, who, "watch CH-1")).startswith("You watch CH-1: I tell you when its status changes.")
    assert await slash(bot, "dave", "follow CH-1") == "You watch CH-1 already."
    before = len(said(slack.dms("bob")))
    await slash(bot, "bob", "start CH-1")
    await slash(bot, "alice", "priority CH-1 low")
    assert len(said(slack.dms("bob"))) == before
    assert [text.partition(" See ")[0] for text in said(slack.dms("dave"))] == [
        "*CH-1* Redis is down, which you watch, was started by @bob."
    ]
    await slash(bot, "bob", "undo CH-1")
    await slash(bot, "dave", "unwatch CH-1")
    await slash(bot, "alice", "close CH-1 out of scope")
    assert len(said(slack.dms("dave"))) == 1


async def test_an_undone_change_is_corrected_where_a_watcher_read_of_it(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "dave", "watch CH-1")
    await slash(bot, "bob", "start CH-1")
    await slash(bot, "bob", "undo CH-1")
    assert said(slack.dms("dave")) == ["*CH-1* Redis is down: started by @bob, undone by @bob."]


async def test_who_watches_a_duplicate_hears_of_the_ticket_it_follows(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await report(bot, "frank", "redis does not answer at all")
    await slash(bot, "dave", "watch CH-2")
    await slash(bot, "alice", "dup CH-2 of CH-1")
    await slash(bot, "alice", "resolve CH-1 failed over")
    assert "*CH-1* Redis is down, which you watch, was resolved by @alice." in said(slack.dms("dave"))[-1]


async def test_history_tells_what_happened_with_reworded_and_deleted_remarks(slack: SlackSandbox, bot: Bot) -> None:
    root = await report(bot, "frank", "redis is down")
    await report(bot, "bob", "the replica is fine", thread_ts=root)
    await report(bot, "carol", "looking into it now", thread_ts=root)
    await slash(bot, "bob", "start CH-1")
    fine, looking = await bot.rows(select(Comment).order_by(Comment.id))  # type: ignore[arg-type]  # a column
    await slack.edit("bob", "#ops", fine.message_ts, "@chargehand the replica is gone")
    await slack.delete("carol", "#ops", looking.message_ts)
    await quiet(bot)
    lines = (await slash(bot, "frank", "history CH-1")).splitlines()
    told = [line.split("UTC> ", 1)[1].split(" <!date")[0] for line in lines[1:]]
    assert lines[0] == "*CH-1* Redis is down, from the beginning"
    assert told[0] == "reported by @frank"
    assert told[1].startswith("triaged by the system: priority high")
    assert [line for line in told if "@bob" in line or "@carol" in line] == [
        "@bob: the replica is fine",
        "@carol: a remark, deleted",
        "started by @bob",
        "@bob reworded a remark of",
    ]
    assert "looking into it" not in await slash(bot, "frank", "show CH-1")
