"""The main story: `@chargehand redis is down` becomes a triaged, assigned ticket, and is resolved."""

import re

import pytest

from bot.sandbox.slack import SlackSandbox
from tests.team import DATABASES, Bot, assignees, audit_of, last_change, report, said, slash

PING = re.compile(r"<@|<!(?!date\^)")  # a date is written like a mention of everybody, and tells nobody

pytestmark = pytest.mark.parametrize("engine", DATABASES)


async def test_a_report_becomes_a_card_and_is_resolved(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down, payments failing for everyone")
    assert await assignees(bot) == ["bob"]
    assert (await slash(bot, "frank", "list")).startswith(
        "*1 open ticket*\n:red_circle: *<" + ((await bot.ticket()).permalink or "") + "|CH-1>*"
        " critical – Redis is down, payments failing for everyone – @bob, due <!date^"
    )
    answer = await slash(bot, "bob", "resolve CH-1 failed over to the replica")
    resolved = "*CH-1 resolved* by @bob after less than a minute: failed over to the replica"
    assert answer == resolved
    card, last = said(slack.thread("#ops", ts))
    assert last == f"<@U0FRANK> {resolved}"
    assert "*Status*\nResolved" in card
    assert "Resolved: failed over to the replica" in card
    assert last_change(card) == "resolved by @bob"
    assert list(slack.reactions("#ops", ts)) == ["checkered_flag"]
    assert [len(said(slack.dms(who))) for who in ("alice", "bob", "carol", "frank")] == [1, 1, 0, 0]


async def test_the_card_is_one_message_and_its_edits_ping_nobody(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    for line in ("claim CH-1", "status CH-1 in progress", "resolve CH-1 failed over"):
        await slash(bot, "bob", line)
    cards = [call for call in slack.calls("chat.postMessage") if "*CH-1  " in str(call.args)]
    assert len(cards) == 1
    edits = slack.calls("chat.update")
    assert len({edit.args["ts"] for edit in edits}) == 1
    assert not [edit for edit in edits if PING.search(str(edit.args))]


async def test_each_step_is_on_record_with_who_where_before_and_after(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "bob", "claim CH-1")
    await slash(bot, "bob", "resolve CH-1 failed over")
    ticket = await bot.ticket()
    claim, resolve = (await audit_of(bot, ticket))[-2:]
    assert claim.actor == resolve.actor
    assert claim.actor.startswith("person:")
    assert (claim.action, claim.surface) == ("claim", "slash")
    assert (resolve.action, resolve.surface) == ("status", "slash")
    assert (resolve.before, resolve.after) == ({"status": "open"}, {"status": "resolved", "reason": "failed over"})
    assert claim.correlation_id != resolve.correlation_id
    assert ticket.acknowledged_at == claim.at
    assert ticket.resolved_at == resolve.at
    assert ticket.resolution == "failed over"
