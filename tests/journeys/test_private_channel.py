"""What is reported in a private channel stays among its members."""

import pytest

from bot.sandbox.slack import SlackSandbox
from tests.team import Bot, quiet, report, said, slash

HIDDEN = "There is no CH-1 that you can see. `list` shows what there is."


async def leak(bot: Bot) -> str:
    """Alice reports something in #secret, where bob is too."""
    bot.slack.invite_bot("#secret")
    return await report(bot, "alice", "redis password leaked", channel="#secret")


async def test_outsiders_of_the_channel_cannot_tell_that_it_exists(slack: SlackSandbox, bot: Bot) -> None:
    await leak(bot)
    assert await slash(bot, "carol", "list") == "No open tickets."
    for line in ("show CH-1", "claim CH-1", "resolve CH-1 done with it", "assign CH-1 @carol", "close CH-1 gone"):
        assert await slash(bot, "carol", line) == HIDDEN
    assert await slash(bot, "carol", "show CH-7") == HIDDEN.replace("CH-1", "CH-7")


async def test_members_see_and_use_it_from_anywhere(slack: SlackSandbox, bot: Bot) -> None:
    await leak(bot)
    assert (await slash(bot, "bob", "list")).startswith("*1 open ticket*")
    assert "redis password leaked" in (await slash(bot, "bob", "show CH-1", channel="#general")).lower()


async def test_nobody_outside_gets_a_message_about_it(slack: SlackSandbox, bot: Bot) -> None:
    await leak(bot)
    assert [len(said(slack.dms(who))) for who in ("bob", "carol", "dave", "erin", "frank")] == [1, 0, 0, 0, 0]


async def test_it_is_not_shown_as_similar_elsewhere(slack: SlackSandbox, bot: Bot) -> None:
    await leak(bot)
    ts = await report(bot, "frank", "redis password leaked again")
    assert "Similar" not in slack.thread("#ops", ts)[1].plain
    again = await report(bot, "bob", "redis password leaked once more", channel="#secret")
    assert "Similar: " in slack.thread("#secret", again)[1].plain


async def test_it_cannot_be_assigned_to_somebody_who_cannot_see_it(slack: SlackSandbox, bot: Bot) -> None:
    await leak(bot)
    assert await slash(bot, "alice", "assign CH-1 @carol") == (
        "CH-1 belongs to a private channel that @carol is not in. Invite them there first."
    )


async def test_who_leaves_the_channel_sees_it_no_more(slack: SlackSandbox, bot: Bot) -> None:
    await leak(bot)
    await slash(bot, "alice", "assign CH-1 @alice")
    slack.channel("#secret").members.remove(slack.user("bob").id)
    bot.ctx.directory.forget_channel(slack.channel("#secret").id)
    await quiet(bot)
    assert await slash(bot, "bob", "show CH-1") == HIDDEN


async def test_a_form_opens_for_its_members_wherever_they_look_at_it(slack: SlackSandbox, bot: Bot) -> None:
    await leak(bot)
    await slash(bot, "bob", "show CH-1", channel="#general")
    await slack.click_ephemeral("bob", "Resolve…")
    await slack.until(lambda: slack.modal("bob"))
    assert await slack.submit("bob", {"reason": "rotated the password"}) == {}
    await quiet(bot)
    assert (await bot.ticket()).status == "resolved"


async def test_no_form_opens_while_slack_does_not_say_who_is_a_member(slack: SlackSandbox, bot: Bot) -> None:
    await leak(bot)
    await slash(bot, "bob", "show CH-1", channel="#general")
    bot.ctx.directory.forget_channel(slack.channel("#secret").id)
    slack.fail(method="conversations.members", status=500, times=99)
    await slack.click_ephemeral("bob", "Resolve…")
    await slack.until(lambda: "Slack did not tell me in time" in said(slack.ephemerals("bob"))[-1])
    assert slack.modal("bob") is None


async def test_no_form_opens_for_who_has_left_the_channel(slack: SlackSandbox, bot: Bot) -> None:
    await leak(bot)
    await slash(bot, "alice", "assign CH-1 @alice")
    await slash(bot, "bob", "show CH-1", channel="#general")
    slack.channel("#secret").members.remove(slack.user("bob").id)
    bot.ctx.directory.forget_channel(slack.channel("#secret").id)
    await slack.click_ephemeral("bob", "Resolve…")
    await slack.until(lambda: len(slack.ephemerals("bob")) > 1)
    assert slack.modal("bob") is None
    assert said(slack.ephemerals("bob"))[-1] == "There is no CH-1 any more."


@pytest.mark.parametrize("line", ["claim CH-1", "assign CH-1 @bob", "resolve CH-1 rotated the redis password"])
async def test_an_answer_elsewhere_is_for_the_asker_alone(slack: SlackSandbox, bot: Bot, line: str) -> None:
    await leak(bot)
    await report(bot, "alice", line, channel="#general")
    assert said(slack.messages("#general")) == []
    [answer] = said(slack.ephemerals("alice"))
    assert "CH-1" in answer
