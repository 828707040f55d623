"""Guests and people from other workspaces are refused politely, unless the setting lets them in."""

import pytest
from sqlmodel import select

from bot.sandbox.slack import SlackSandbox
from storage import people
from storage.comments import Comment
from storage.tickets import Ticket
from tests.team import Bot, report, said, slash

OPEN_HOUSE = pytest.mark.settings(allow_guests=True)
REFUSAL = (
    "I take reports from full members of this workspace only. Please ask one of them to report it;"
    " an admin can let guests in with CHARGEHAND_ALLOW_GUESTS."
)


@pytest.mark.parametrize("outsider", ["gus", "xena"])
async def test_an_outsider_is_refused_where_only_they_see_it(slack: SlackSandbox, bot: Bot, outsider: str) -> None:
    ts = await report(bot, outsider, "redis is down")
    assert said(slack.ephemerals(outsider)) == [REFUSAL]
    assert len(slack.thread("#ops", ts)) == 1
    assert await slash(bot, outsider, "list") == REFUSAL
    assert await bot.rows(select(Ticket)) == []


async def test_an_outsider_cannot_press_buttons(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    card = slack.thread("#ops", ts)[1]
    await slack.click("gus", "#ops", card.ts, "Claim")
    await slack.until(lambda: slack.ephemerals("gus"))
    assert said(slack.ephemerals("gus")) == [REFUSAL]


@OPEN_HOUSE
@pytest.mark.parametrize("outsider", ["gus", "xena"])
async def test_with_the_setting_outsiders_report(slack: SlackSandbox, bot: Bot, outsider: str) -> None:
    root = await report(bot, outsider, "redis is down")
    assert slack.thread("#ops", root)[1].plain.startswith("*CH-1  Redis is down*")
    await report(bot, outsider, "since noon", thread_ts=root)
    assert [comment.text for comment in await bot.rows(select(Comment))] == ["since noon"]
    assert "CH-2" in await slash(bot, outsider, "report kafka is stuck")


@OPEN_HOUSE
async def test_with_the_setting_outsiders_see_their_own_tickets_only(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "checkout fails", channel="#payments")
    await report(bot, "gus", "redis is down")
    assert "CH-2" in await slash(bot, "gus", "show CH-2")
    assert (await slash(bot, "gus", "list")).startswith("You may not ")
    assert await slash(bot, "gus", "show CH-1") == ("There is no CH-1 that you can see. `list` shows what there is.")
    assert (await slash(bot, "gus", "close CH-2 nevermind")).startswith("You may not close CH-2")


async def test_somebody_who_had_left_and_speaks_is_looked_up_again(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "bob", "redis is down")
    async with bot.ctx.db.write() as tx:
        (await people.the(tx, slack.workspace_id, slack.user("bob").id)).is_active = False
    assert (await slash(bot, "bob", "list")).startswith("*1 open ticket*")
