"""Each verb does the same whichever way it is said; what is not understood gets the nearest verb."""

import pytest

from bot.sandbox.slack import SlackSandbox
from tests.team import Bot, assignees, audit_of, quiet, report, said, slash

OTHER = "kafka is stuck"


async def say(bot: Bot, who: str, way: str, line: str) -> None:
    """One command by mention, direct message or slash."""
    if way == "slash":
        await bot.slack.command(who, "#ops", "/chargehand", line)
    elif way == "dm":
        await bot.slack.dm(who, line)
    else:
        await bot.slack.say(who, "#ops", f"@chargehand {line}")
    await quiet(bot)


def heard(slack: SlackSandbox, who: str) -> list[str]:
    """What this person could read of the bot's answers: private ones, direct messages, #ops."""
    threads = [reply for message in slack.messages("#ops") for reply in slack.thread("#ops", message.ts)]
    return said(slack.ephemerals(who)) + said(slack.dms(who)) + said(threads)


@pytest.mark.parametrize("way", ["mention", "dm", "slash"])
async def test_every_verb_works_from_everywhere(slack: SlackSandbox, bot: Bot, way: str) -> None:
    await report(bot, "frank", "redis is down")
    steps = [
        ("alice", "assign CH-1 @carol", "*CH-1* Redis is down: @bob → @carol."),
        ("carol", "claim CH-1", "@carol has *CH-1* Redis is down."),
        ("carol", "status CH-1 in progress", "CH-1 is in progress, started by @carol."),
        ("carol", "resolve CH-1 failed over", "*CH-1 resolved* by @carol after less than a minute: failed over"),
        ("carol", "reopen CH-1 down again", "*CH-1 reopened* by @carol: down again"),
        ("alice", "move CH-1 Payments", "*CH-1* Redis is down is with Payments now; @dave has it."),
        ("erin", "close CH-1 not ours", "*CH-1 closed* by @erin: not ours"),
        ("frank", "list closed", "*1 closed ticket*"),
        ("frank", "show CH-1", "Closed: not ours"),
        ("frank", "help assign", "`assign CH-1 @someone|+@someone|auto` – give a ticket to people"),
    ]
    for who, line, answer in steps:
        before = heard(slack, who)
        await say(bot, who, way, line)
        fresh = heard(slack, who)
        for text in before:
            if text in fresh:
                fresh.remove(text)
        assert any(answer in text for text in fresh), f"{line}: {fresh}"


@pytest.mark.parametrize(
    ("synonym", "status"),
    [
        ("fixed CH-1 failed over", "resolved"),
        ("done CH-1 failed over", "resolved"),
        ("please resolve ch1 failed over", "resolved"),
        ("resolve 1 failed over", "resolved"),
        ("status CH-1 fixed failed over", "resolved"),
        ("wontfix CH-1 too old", "closed"),
        ("status CH-1 to wip", "in_progress"),
        ("STATUS CH-1 In Progress", "in_progress"),
    ],
)
async def test_synonyms_mean_the_same(slack: SlackSandbox, bot: Bot, synonym: str, status: str) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "alice", synonym)
    assert (await bot.ticket()).status == status


async def test_in_the_tickets_thread_the_number_may_be_left_out(slack: SlackSandbox, bot: Bot) -> None:
    root = await report(bot, "frank", "redis is down")
    await report(bot, "bob", "claim", thread_ts=root)
    await report(bot, "bob", "resolve 3 nodes are back", thread_ts=root)
    assert (await bot.ticket()).resolution == "3 nodes are back"
    assert said(slack.thread("#ops", root))[1:] == [
        "@bob has *CH-1* Redis is down.",
        "<@U0FRANK> *CH-1 resolved* by @bob after less than a minute: 3 nodes are back",
    ]


CANNOT = [
    ("resolv CH-1 done", "I do not know “resolv CH-1 done”. Did you mean `resolve`?"),
    ("lisst", "I do not know “lisst”. Did you mean `list`?"),
    ("fly to the moon", "I do not know “fly to the moon”. `help` lists the commands."),
    ("resolve CH-1", "A reason is missing: it goes on record. Usage: `resolve CH-1 &lt;reason&gt;`"),
    ("status CH-1 gone", "“gone” is no status. Usage: "),
    ("claim", "Which ticket is missing. Usage: `claim CH-1`"),
    ("claim CH-9", "There is no CH-9 that you can see. `list` shows what there is."),
    ("assign CH-1 @nobody", "I do not know @nobody. Pick a person from Slack's @ list."),
    ("assign CH-1 @gus", "@gus is a guest or from another workspace and cannot be assigned."),
    ("assign CH-1 @zed", "@zed is deactivated in Slack and cannot be assigned."),
    ("move CH-1 Sales", "There is no team “Sales”. Teams: Platform, Payments."),
    ("list colour:red", "“colour:red” is no filter. Usage: "),
    ("list team Sales", "There is no team “Sales”. Teams: Platform, Payments."),
    ("reopen CH-1 why not", "CH-1 is open; from there it can become `closed`, `in progress`, `resolved`."),
    ("help resolv", "There is no command “resolv”. Did you mean `resolve`?"),
    ("help kubernetes", "There is no command “kubernetes”. `help` lists the commands."),
]


async def test_what_cannot_be_done_says_what_can(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    for line, answer in CANNOT:
        assert (await slash(bot, "alice", line)).startswith(answer), line
    assert (await bot.ticket()).status == "open"
    assert await assignees(bot) == ["bob"]


@pytest.mark.parametrize("slip", ["resolv CH-1 done", "lisst"])
async def test_a_slip_in_a_mention_is_no_report(slack: SlackSandbox, bot: Bot, slip: str) -> None:
    await report(bot, "frank", "redis is down")
    await report(bot, "frank", slip)
    assert said(slack.ephemerals("frank"))[0].startswith(f"I do not know “{slip}”. Did you mean `")


@pytest.mark.parametrize(
    "text", ["list of kafka topics is empty", "help page is broken", "show button does nothing at all", "close fails"]
)
async def test_a_report_that_starts_like_a_command_is_a_report(slack: SlackSandbox, bot: Bot, text: str) -> None:
    await report(bot, "frank", text)
    if text == "close fails":  # short enough to be meant as a command: asked, not guessed
        assert said(slack.ephemerals("frank"))[0].startswith("Which ticket is missing.")
    else:
        assert (await bot.ticket()).description == text


async def test_lists_can_be_narrowed(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down, payments failing for everyone")
    await report(bot, "frank", "checkout button has a typo", channel="#payments")
    for line, number in [("list mine", 1), ("list team payments", 2), ("list critical", 1)]:
        answer = await slash(bot, "bob", line)
        assert f"|CH-{number}>" in answer
        assert answer.startswith("*1 open")
    assert (await slash(bot, "bob", "list")).startswith("*2 open tickets*")
    assert await slash(bot, "bob", "list resolved") == "No resolved tickets."


async def test_help_lists_every_verb_with_who_may(slack: SlackSandbox, bot: Bot) -> None:
    answer = await slash(bot, "frank", "help")
    for usage in ("report &lt;text&gt;", "resolve CH-1 &lt;reason&gt;", "list [mine|unassigned|overdue"):
        assert f"• `{usage}" in answer
    assert "separate" not in answer
    assert (await slash(bot, "frank", "help resolve")).endswith("Who may: assignees, managers and admins")


async def test_status_alone_shows_the_ticket_to_anyone(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "frank", "status CH-1")
    assert "Redis is down" in slack.ephemerals("frank")[-1].plain
    assert (await bot.ticket()).status == "open"


async def test_a_remark_that_sounds_like_a_command_stays_a_remark(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await report(bot, "bob", "fix is deployed but it fails again", thread_ts=ts)
    assert (await bot.ticket()).status == "open"
    assert slack.thread("#ops", ts)[-1].plain.startswith("Kept as a comment on *CH-1*")
    await report(bot, "bob", "fixed: failed over to the replica", thread_ts=ts)
    assert (await bot.ticket()).status == "resolved"


async def test_whoever_is_named_twice_gets_it_once(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    assert await slash(bot, "alice", "assign CH-1 @carol @carol") == "*CH-1* Redis is down: @bob → @carol."
    assert await assignees(bot) == ["carol"]


async def test_words_after_a_status_go_on_record(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await slash(bot, "bob", "status CH-1 in progress since noon")
    assert slack.thread("#ops", ts)[-1].plain == "*CH-1 started* by @bob: since noon"
    await slash(bot, "bob", "status CH-1 open waiting for <!channel>")
    assert slack.thread("#ops", ts)[-1].plain == "*CH-1 put back to open* by @bob: waiting for &lt;!channel&gt;"
    await slash(bot, "bob", "status CH-1 resolved fixed the index")
    assert (await bot.ticket()).resolution == "fixed the index"
    reasons = [event.after["reason"] for event in await audit_of(bot, await bot.ticket()) if event.action == "status"]
    assert reasons == ["since noon", "waiting for <!channel>", "fixed the index"]


@pytest.mark.parametrize("text", ["close 1 idle connection", "resolve 1 flaky test", "status 1 open file too many"])
@pytest.mark.parametrize("way", ["mention", "dm"])
async def test_a_counted_thing_in_a_message_is_a_report(slack: SlackSandbox, bot: Bot, text: str, way: str) -> None:
    await report(bot, "frank", "redis is down")
    await say(bot, "alice", way, f"{text} of redis")
    assert (await bot.ticket()).status == "open"
    assert (await bot.ticket(2)).description == f"{text} of redis"
    await say(bot, "alice", "slash", "close 1 too old")
    assert (await bot.ticket()).status == "closed"


async def test_a_number_of_things_is_not_a_tickets_number(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await report(bot, "alice", "fix 1 broken link on the login page")
    assert (await bot.ticket()).status == "open"
    assert (await bot.ticket(2)).description == "fix 1 broken link on the login page"


async def test_a_long_line_that_is_no_command_is_given_back_whole(slack: SlackSandbox, bot: Bot) -> None:
    line = "redis " + "is down again " * 50
    assert f"`report {line.strip()}`" in await slash(bot, "frank", line)
