"""A command in a comment on GitHub, by a person of a proven login, is done once, with their rights here and there."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.sandbox.github import Fault, GitHubSandbox, Mischief
from bot.sandbox.slack import SlackSandbox
from storage import people
from storage.audit import AuditEvent
from storage.identities import VERIFIED, Identity
from storage.queue import Job
from storage.receipts import Receipt
from storage.turns import Turn
from tests.github import hearing, settle
from tests.team import LONG_AGO, Bot, assignees, audit_of, last_change, make_admin, said, select_all

SHOP = "acme/shop"
CALL = "POST /repos/acme/shop/issues/1/comments"
LINKED = {"alice": "alice", "bob": "carol", "dave": "dave", "frank": "erin"}  # login -> whose it is


@pytest.fixture
async def bot(github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path) -> AsyncIterator[Bot]:
    """Issue 1 is CH-1, which bob has; these logins are proven."""
    async with hearing(github, slack, tmp_path, github_token=github.token) as bot:
        github.open_issue("frank", SHOP, title="redis is down")
        await settle(github, bot)
        await link(bot, slack)
        yield bot


async def link(bot: Bot, slack: SlackSandbox) -> None:
    async with bot.ctx.db.write() as tx:
        for login, name in LINKED.items():
            person = await people.the(tx, bot.ctx.workspace_id, slack.user(name).id)
            names = {"value": login, "shown": login, "state": VERIFIED, "source": "admin", "at": LONG_AGO}
            tx.add(Identity(workspace_id=bot.ctx.workspace_id, person_id=person.id, **names))


async def comment(github: GitHubSandbox, bot: Bot, who: str, text: str) -> list[str]:
    """What the bot says to it on GitHub, without the hidden key."""
    before = len(github.comments())
    github.comment(who, SHOP, 1, text)
    await settle(github, bot)
    theirs, *answers = github.comments()[before:]
    assert theirs.body == text
    return [answer.body.partition("\n\n<!--")[0] for answer in answers]


def told(slack: SlackSandbox) -> list[str]:
    """What stands in the ticket's thread."""
    return said(slack.thread("#ops", slack.messages("#ops")[0].ts))


async def test_it_is_done_and_the_card_follows(github: GitHubSandbox, slack: SlackSandbox, bot: Bot) -> None:
    before = len(told(slack))
    [answer] = await comment(github, bot, "alice", "> how bad is it?\n\n/chargehand priority low <no> customers")
    ticket = await bot.ticket()
    assert ticket.priority == "low"
    assert answer == "**CH-1 set to low by `@alice` on GitHub**: &lt;no&gt; customers"
    assert "low" in last_change(said(slack.messages("#ops"))[0])
    assert not [line for line in told(slack)[before:] if "wrote on" in line], "a command is no news besides"
    [answer] = await comment(github, bot, "alice", "@chargehand assign @bob")
    assert await assignees(bot) == ["carol"], "on GitHub @bob is a login"
    assert "`@carol`" in answer, "nobody is called on GitHub"
    event = (await audit_of(bot, ticket))[-1]
    github.edit_issue("frank", SHOP, 1, title="redis ![x](https://evil.example/a)")
    await settle(github, bot)
    assert await comment(github, bot, "alice", "/chargehand claim") == [
        r"`@alice` on GitHub has **CH-1** redis !\[x\](hxxps://evil[.]example/a)."
    ]
    assert (event.action, event.surface, event.actor) == ("assign", "github", "person:1")
    assert await select_all(bot, Turn) == []


async def test_told_twice_it_is_done_once(github: GitHubSandbox, bot: Bot) -> None:
    github.misdeliver(Mischief(doubled=1.0))
    github.fail(Fault(when="after", call=CALL))  # the answer is written, and nobody hears so
    [answer] = await comment(github, bot, "alice", "/chargehand comment failing over")
    assert answer == "Kept as a comment on CH-1; `show CH-1` shows the last ones."
    for delivery in github.deliveries("issue_comment"):
        github.redeliver(delivery.guid)
    await settle(github, bot)
    kinds = [job.kind for job in await select_all(bot, Job)]
    assert (kinds.count("github.command"), kinds.count("github.answer")) == (1, 1)
    assert [event.action for event in await audit_of(bot, await bot.ticket())].count("comment") == 1
    [receipt] = [one for one in await select_all(bot, Receipt) if one.kind == "github.answer"]
    assert (receipt.state, receipt.object_id) == ("confirmed", "acme/shop#1")


async def test_the_right_on_github_is_needed_too(github: GitHubSandbox, bot: Bot) -> None:
    await make_admin(bot, "erin")
    [answer] = await comment(github, bot, "frank", "/chargehand priority low")
    assert answer.endswith(
        "from here: that takes triage in this repository on GitHub, and your login has read. Its admins can give it."
    )
    assert (await bot.ticket()).priority == "high"
    [event] = await bot.rows(select(AuditEvent).where(AuditEvent.action == "refused"))
    assert (event.surface, event.after["who"]) == ("github", "triage on GitHub")


async def test_where_github_does_not_say_nothing_is_done(github: GitHubSandbox, bot: Bot) -> None:
    github.fail(Fault(status=403, call="GET /repos/acme/shop/collaborators/alice/permission"))
    [answer] = await comment(github, bot, "alice", "/chargehand priority low")
    assert answer.startswith("GitHub does not let Chargehand do that in acme/shop")
    assert (await bot.ticket()).priority == "high"


async def test_so_is_the_right_here(github: GitHubSandbox, bot: Bot) -> None:
    [answer] = await comment(github, bot, "dave", "/chargehand priority low")
    assert answer.startswith("You may not ")
    assert "that is for assignees, managers and admins." in answer
    assert (await bot.ticket()).priority == "high"


@pytest.mark.parametrize("who", ["erin", "mallory"])
async def test_of_whom_no_login_is_proven_nothing_is_heard(github: GitHubSandbox, bot: Bot, who: str) -> None:
    assert await comment(github, bot, who, "/chargehand priority low") == []
    assert (await bot.ticket()).priority == "high"
    assert "github.command" not in {job.kind for job in await select_all(bot, Job)}


async def test_plain_words_are_no_command(github: GitHubSandbox, slack: SlackSandbox, bot: Bot) -> None:
    [answer] = await comment(github, bot, "alice", "@chargehand could somebody lower that, please?")
    assert answer.startswith("I do not know “could somebody lower that, please?”.")
    assert answer.endswith("Plain words I understand in Slack alone.")
    assert "could somebody lower that" in told(slack)[-1], "the team reads it as any comment"
    assert (await bot.ticket()).priority == "high"
    assert await select_all(bot, Turn) == []


async def test_what_others_must_not_read_is_answered_in_slack(
    github: GitHubSandbox, slack: SlackSandbox, bot: Bot
) -> None:
    assert await comment(github, bot, "alice", "/chargehand show") == ["I have answered you in Slack."]
    assert "redis is down" in said(slack.dms("alice"))[-1]
    many = await comment(github, bot, "alice", "/chargehand close CH-1 CH-2 CH-3 CH-4 out of scope")
    assert (many, (await bot.ticket()).status) == (["I have answered you in Slack."], "open")
    assert slack.dms("alice")[-1].plain.startswith("`close` these 4 tickets?")
    [answer] = await comment(github, bot, "alice", "/chargehand list")
    assert answer.startswith("`list` is for Slack.")
    [answer] = await comment(github, bot, "alice", "/chargehand ask who has it?")
    assert answer.startswith("`ask` is for Slack.")


async def test_a_private_ticket_is_there_for_nobody(github: GitHubSandbox, bot: Bot) -> None:
    await comment(github, bot, "alice", "/chargehand assign @bob")
    async with bot.ctx.db.write() as tx:
        tx.add(ticket := await bot.ticket())
        ticket.is_private = True
    assert await assignees(bot) == ["carol"], "whose login bob is"
    for line in ("priority low", "show"):
        [answer] = await comment(github, bot, "bob", f"/chargehand {line}")
        assert answer.startswith("Which ticket?")
    [answer] = await comment(github, bot, "bob", "/chargehand priority CH-1 low")
    [other] = await comment(github, bot, "bob", "/chargehand priority CH-9 low")
    assert answer.replace("CH-1", "CH-9") == other
    assert (await bot.ticket()).priority == "high"


async def test_what_was_written_long_ago_is_not_done(
    github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path
) -> None:
    later = datetime.now(UTC) + timedelta(hours=2)
    async with hearing(github, slack, tmp_path, github_token=github.token, clock=lambda: later) as bot:
        github.open_issue("frank", SHOP, title="redis is down")
        await settle(github, bot)
        await link(bot, slack)
        [answer] = await comment(github, bot, "alice", "/chargehand priority low")
        assert answer.startswith("This came late")
        assert (await bot.ticket()).priority != "low"
