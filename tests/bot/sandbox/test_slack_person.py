"""A person's side: how typed text becomes Slack's, who may do what, waiting, and the transcript."""

import asyncio

import pytest

from bot.sandbox.slack import PersonError, SlackSandbox
from tests.bot.sandbox.slack_app import actions, button, section, web_client


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("@chargehand hi @bob.", "<@U0CHARGE> hi <@U0BOB>."),
        ("ask @nobody or me@bob.example", "ask @nobody or me@bob.example"),
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("see https://x.example/a?b=1&c=2.", "see <https://x.example/a?b=1&amp;c=2>."),
        ("in #ops not #nowhere", "in <#C0OPS|ops> not #nowhere"),
        ("@here @channel !channel", "<!here> <!channel> !channel"),
        ("`@bob` and ```\nhttps://x.example #ops\n```", "`@bob` and ```\nhttps://x.example #ops\n```"),
        ("\u202eשלום\u200b 🔥", "\u202eשלום\u200b 🔥"),
    ],
)
async def test_typed_text_becomes_slacks(slack: SlackSandbox, typed: str, sent: str) -> None:
    ts = await slack.say("bob", "#ops", typed)
    assert slack.message("#ops", ts).text == sent


async def test_raw_text_stays_as_it_is(slack: SlackSandbox) -> None:
    ts = await slack.say("bob", "#ops", "<@U0CHARGE> @bob & co", raw=True)
    assert slack.message("#ops", ts).text == "<@U0CHARGE> @bob & co"


async def test_people_can_do_only_what_slack_lets_them(slack: SlackSandbox) -> None:
    ts = await slack.say("bob", "#ops", "mine")
    slack.invite_bot("#random")
    for wrong, why in (
        (slack.say("nobody", "#ops", "hi"), "nobody called nobody"),
        (slack.say("bob", "#nowhere", "hi"), "no channel #nowhere"),
        (slack.say("carol", "#secret", "hi"), "no channel #secret for carol"),
        (slack.say("gus", "#random", "hi"), "no channel #random for gus"),
        (slack.say("bob", "#old-ops", "hi"), "#old-ops is archived"),
        (slack.say("zed", "#ops", "hi"), "zed has been deactivated"),
        (slack.say("bob", "#ops", "hi", thread_ts="1.0"), "thread is not there"),
        (slack.edit("carol", "#ops", ts, "yours"), "somebody else's"),
        (slack.delete("carol", "#ops", ts), "somebody else's"),
        (slack.unreact("carol", "#ops", ts, "eyes"), "has not reacted"),
    ):
        with pytest.raises(PersonError, match=why):
            await wrong


async def test_joining_lets_a_person_write(slack: SlackSandbox) -> None:
    slack.world.channels["C0RANDOM"].members.remove("U0BOB")
    with pytest.raises(PersonError, match="bob is not a member of #random"):
        await slack.say("bob", "#random", "hi")
    await slack.join("bob", "#random")
    await slack.say("bob", "#random", "hi")
    assert [message.subtype for message in slack.messages("#random")] == ["channel_join", None]


async def test_an_answer_to_a_reply_goes_to_its_thread(slack: SlackSandbox) -> None:
    root = await slack.say("bob", "#ops", "root")
    reply = await slack.say("carol", "#ops", "one", thread_ts=root)
    await slack.say("bob", "#ops", "two", thread_ts=reply, files=["redis.log"])
    assert [message.text for message in slack.thread("#ops", root)] == ["root", "one", "two"]
    assert [message.text for message in slack.messages("#ops")] == ["root"]
    assert slack.thread("#ops", root)[2].files[0]["name"] == "redis.log"


async def test_every_message_has_its_own_time(slack: SlackSandbox) -> None:
    stamps = [await slack.say("bob", "#ops", "hi") for _ in range(100)]
    assert len(set(stamps)) == 100
    assert stamps == sorted(stamps, key=float)


async def test_waiting_ends_with_the_change_or_with_the_transcript(slack: SlackSandbox) -> None:
    async with asyncio.TaskGroup() as group:
        seen = group.create_task(slack.until(lambda: [message.text for message in slack.dms("bob")]))
        group.create_task(slack.dm("bob", "hello"))
    assert seen.result() == ["hello"]
    with pytest.raises(AssertionError, match="bob: hello"):
        await slack.until(lambda: False, timeout=0.01)


async def test_watchers_hear_once_of_a_burst_of_changes(slack: SlackSandbox) -> None:
    ticks = slack.subscribe()
    first = await anext(ticks)
    for number in range(10):
        await slack.say("bob", "#ops", f"{number}")
    second = await anext(ticks)
    assert second - first >= 10
    assert second == slack.world.version
    await ticks.aclose()


async def test_the_transcript_reads_like_the_channel(slack: SlackSandbox) -> None:
    web = web_client(slack)
    root = await slack.say("bob", "#ops", "@chargehand redis is down, see https://x.example")
    await web.reactions_add(channel="C0OPS", timestamp=root, name="eyes")
    card = {"blocks": [section("*CH-1* for <@U0CAROL>"), actions(button("Claim", "claim"))]}
    await web.chat_postMessage(channel="C0OPS", thread_ts=root, text="CH-1", attachments=[card])
    await web.chat_postEphemeral(channel="C0OPS", user="U0BOB", text="Only for <@U0BOB|you>")
    await web.chat_postMessage(channel="U0CAROL", text="Yours: <https://x.example|CH-1>")
    await slack.edit("bob", "#ops", root, "@chargehand redis is back & well")
    assert slack.transcript() == "\n".join(
        [
            "#ops",
            "  bob: @chargehand redis is back & well (edited)",
            "    :eyes:",
            "    > chargehand: CH-1",
            "        *CH-1* for @carol",
            "        [Claim]",
            "",
            "@carol, direct messages",
            "  chargehand: Yours: CH-1",
            "",
            "only bob sees",
            "  chargehand: Only for @bob",
        ]
    )


async def test_what_is_read_in_tables_and_rich_text(slack: SlackSandbox) -> None:
    runs = [{"type": "text", "text": "ask "}, {"type": "user", "user_id": "U0BOB"}, {"type": "emoji", "name": "eyes"}]
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": runs}]}
    cells = [{"type": "raw_text", "text": "CH-1"}, {"type": "raw_text", "text": "open"}]
    posted = await web_client(slack).chat_postMessage(
        channel="C0OPS", text="x", blocks=[rich, {"type": "table", "rows": [cells]}]
    )
    assert slack.message("#ops", posted["ts"]).plain == "ask <@U0BOB>:eyes:\nCH-1 | open"
