"""A ticket may have several people: the first is the main one, and who has it before and after is said."""

import pytest

from bot.sandbox.slack import SlackSandbox
from storage import people
from tests.team import DATABASES, Bot, assignees, quiet, report, said, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)


@BOTH
async def test_people_are_added_and_the_next_one_is_promoted(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    answer = await slash(bot, "alice", "assign CH-1 +@carol +@dave")
    assert answer == "*CH-1* Redis is down: @bob → @bob, @carol, @dave."
    assert [len(said(slack.dms(who))) for who in ("bob", "carol", "dave")] == [1, 1, 1]
    answer = await slash(bot, "alice", "unassign CH-1 @bob")
    change = "@bob, @carol, @dave → @carol, @dave. @carol is the main one now."
    assert answer == f"CH-1 was taken from @bob by @alice: {change}"
    await slash(bot, "alice", "undo CH-1")
    assert await assignees(bot) == ["bob", "carol", "dave"]
    assert [len(said(slack.dms(who))) for who in ("bob", "carol", "dave")] == [1, 1, 1]
    await report(bot, "frank", "kafka is stuck")
    assert (await bot.ticket(2)).assign_reason.startswith("fewest open: 1")  # each of them counts it


@BOTH
async def test_ten_at_most(slack: SlackSandbox, bot: Bot) -> None:
    async with bot.ctx.db.write() as tx:
        platform = await people.team_named(tx, "Platform")
        assert platform
        for number in range(11):
            person = people.Person(
                workspace_id=slack.workspace_id,
                slack_id=f"U9{number:04d}",
                name=f"p{number}",
                created_at=bot.ctx.clock(),
            )
            person.refreshed_at = bot.ctx.clock()
            tx.add(person)
            await tx.flush()
            await people.give_role(tx, person, platform, role="responder")
    await report(bot, "frank", "something odd")
    many = " ".join(f"@p{number}" for number in range(11))
    assert "at most 10 assignees; that would be 11" in await slash(bot, "alice", f"assign CH-1 {many}")


async def test_the_choice_is_made_anew_by_a_managers_wish(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "bob", "release CH-1 on another incident")
    assert await assignees(bot) == ["carol"]
    answer = await slash(bot, "alice", "assign CH-1 auto")
    assert answer.startswith("*CH-1* Redis is down: @carol → @carol. Fewest open: 0; @bob gave it back before")
    assert len(said(slack.dms("carol"))) == 1
    answer = await slash(bot, "alice", "assign CH-1 auto")
    assert "moved on by itself twice already, so people decide. It stays as it was." in answer
    assert await assignees(bot) == ["carol"]
    assert "went by: least load" in await slash(bot, "frank", "why CH-1")
    assert (await slash(bot, "bob", "assign CH-1 auto")).startswith("You may not assign CH-1")


async def test_a_viewer_is_made_a_responder_first(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    answer = await slash(bot, "alice", "assign CH-1 @frank")
    asks = "Add to Platform as responder and assign?"
    assert answer == f"@frank is no responder of any team, so nothing was done. {asks}"
    assert await assignees(bot) == ["bob"]
    await slack.click_ephemeral("alice", "Add to team and assign")
    await quiet(bot)
    assert await assignees(bot) == ["frank"]
    assert "responder of Platform" in await slash(bot, "frank", "me")


async def test_what_is_no_way_to_assign_is_a_report(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await report(bot, "frank", "assign CH-1 to somebody else")
    assert "Who is missing" in slack.ephemerals("frank")[-1].plain
