"""Socket Mode: which events arrive, how often, over which socket, and what happens when sockets misbehave."""

from typing import Any

from bot.sandbox.slack import SlackSandbox
from tests.bot.sandbox.slack_app import Ear, bolt_app, listening, running, web_client

QUICK = 0.05  # seconds until redelivery


async def test_a_mention_arrives_as_message_and_as_app_mention(slack: SlackSandbox) -> None:
    async with listening(slack) as ear:
        ts = await slack.say("bob", "#ops", "@chargehand redis is down")
        await slack.until(lambda: len(ear.heard) == 2)
    assert [(event["type"], event["ts"], event["text"]) for event in ear.events] == [
        ("message", ts, "<@U0CHARGE> redis is down"),
        ("app_mention", ts, "<@U0CHARGE> redis is down"),
    ]
    assert ear.events[0]["channel_type"] == "channel"
    outer = [request.payload for request in ear.heard]
    assert outer[0]["event_id"] != outer[1]["event_id"]
    assert outer[0]["authorizations"][0]["user_id"] == "U0CHARGE"


async def test_a_mention_inside_code_is_no_mention(slack: SlackSandbox) -> None:
    async with listening(slack) as ear:
        await slack.say("bob", "#ops", "run `@chargehand list`")
        await slack.until(lambda: ear.heard)
    assert [event["type"] for event in ear.events] == ["message"]


async def test_direct_messages_arrive_and_channels_without_the_bot_stay_silent(slack: SlackSandbox) -> None:
    async with listening(slack) as ear:
        await slack.say("bob", "#random", "@chargehand can you hear me?")
        await slack.dm("bob", "hello")
        await slack.say("alice", "#secret", "psst")
        await slack.until(lambda: len(ear.heard) == 2)
    assert [(event["channel_type"], event["text"]) for event in ear.events] == [("im", "hello"), ("group", "psst")]


async def test_the_bots_own_messages_come_back_with_its_bot_id(slack: SlackSandbox) -> None:
    async with listening(slack) as ear:
        posted = await web_client(slack).chat_postMessage(channel="C0OPS", text="<@U0CHARGE> talks to itself")
        await slack.until(lambda: ear.heard)
    assert [(event["type"], event["bot_id"], event["ts"]) for event in ear.events] == [
        ("message", "B0CHARGE", posted["ts"])
    ]


async def test_edits_previews_and_deletions_are_told_apart(slack: SlackSandbox) -> None:
    ts = await slack.say("bob", "#ops", "redis is doen")
    await slack.edit("bob", "#ops", ts, "redis is down")
    await slack.unfurl("#ops", ts)
    await slack.delete("bob", "#ops", ts)
    async with listening(slack) as ear:
        await slack.until(lambda: len(ear.heard) == 4)
    _, edit, preview, deletion = ear.events
    assert (edit["subtype"], edit["message"]["text"]) == ("message_changed", "redis is down")
    assert edit["previous_message"]["text"] == "redis is doen"
    assert edit["message"]["edited"]["user"] == "U0BOB"
    assert preview["message"]["edited"] == edit["message"]["edited"]
    assert preview["message"]["attachments"]
    assert "attachments" not in preview["previous_message"]
    assert (deletion["subtype"], deletion["deleted_ts"]) == ("message_deleted", ts)


async def test_a_deleted_root_with_replies_leaves_a_tombstone(slack: SlackSandbox) -> None:
    ts = await slack.say("bob", "#ops", "redis is down")
    await slack.say("carol", "#ops", "on it", thread_ts=ts)
    await slack.delete("bob", "#ops", ts)
    async with listening(slack) as ear:
        await slack.until(lambda: len(ear.heard) == 3)
    assert ear.events[2]["subtype"] == "message_changed"
    assert ear.events[2]["message"]["subtype"] == "tombstone"
    assert [message.text for message in slack.thread("#ops", ts)] == ["This message was deleted.", "on it"]


async def test_reactions_and_comings_and_goings_are_events(slack: SlackSandbox) -> None:
    ts = await slack.say("bob", "#ops", "hi")
    await slack.react("carol", "#ops", ts, "eyes")
    await slack.unreact("carol", "#ops", ts, "eyes")
    slack.kick_bot("#ops")
    slack.invite_bot("#random")
    slack.rename("#payments", "money")
    slack.archive("#money")
    slack.deactivate("dave")
    await slack.open_home("bob", tab="messages")
    async with listening(slack) as ear:
        await slack.until(lambda: len(ear.heard) == 10)
    kinds = "message reaction_added reaction_removed member_left_channel channel_left member_joined_channel"
    kinds += " channel_rename channel_archive user_change app_home_opened"
    assert [event["type"] for event in ear.events] == kinds.split()


async def test_events_wait_until_a_socket_is_open(slack: SlackSandbox) -> None:
    await slack.say("bob", "#ops", "one")
    await slack.say("bob", "#ops", "two")
    async with listening(slack) as ear:
        await slack.until(lambda: len(ear.heard) == 2)
    assert [event["text"] for event in ear.events] == ["one", "two"]


async def test_an_unacknowledged_event_comes_again_three_times() -> None:
    async with SlackSandbox.start(redeliver_after=QUICK) as slack, listening(slack, Ear(lambda _: False)) as ear:
        await slack.say("bob", "#ops", "hi")
        await slack.until(lambda: slack.envelopes[0].is_lost)
    assert [(request.retry_attempt, request.retry_reason) for request in ear.heard] == [
        (0, ""),
        (1, "timeout"),
        (2, "timeout"),
        (3, "timeout"),
    ]
    assert len({request.payload["event_id"] for request in ear.heard}) == 1


async def test_an_acknowledged_event_does_not_come_again() -> None:
    acks = Ear(lambda request: request.retry_attempt == 1)
    async with SlackSandbox.start(redeliver_after=QUICK) as slack, listening(slack, acks) as ear:
        await slack.say("bob", "#ops", "first")
        await slack.until(lambda: slack.envelopes[0].acked_at)
        await slack.say("bob", "#ops", "second")
        await slack.until(lambda: slack.envelopes[1].acked_at)
    assert [event["text"] for event in ear.events] == ["first", "first", "second", "second"]


async def test_bolt_sees_the_retry_headers() -> None:
    seen: list[Any] = []
    async with SlackSandbox.start(redeliver_after=QUICK) as slack:
        app = bolt_app(slack)

        @app.event("message")
        async def note(req: Any) -> None:
            seen.append(req.headers.get("x-slack-retry-num"))

        slack.hold_acks = True
        async with running(slack, app):
            await slack.say("bob", "#ops", "hi")
            await slack.until(lambda: slack.envelopes[0].attempt >= 1)
            slack.hold_acks = False
            await slack.until(lambda: slack.envelopes[0].acked_at)
    assert seen[:2] == [["0"], ["1"]]


async def test_several_sockets_take_turns(slack: SlackSandbox) -> None:
    async with listening(slack) as one, listening(slack) as two:
        for number in range(6):
            await slack.say("bob", "#ops", f"{number}")
        await slack.until(lambda: len(one.heard) + len(two.heard) == 6)
    assert (len(one.heard), len(two.heard)) == (3, 3)


async def test_events_can_come_twice_or_backwards(slack: SlackSandbox) -> None:
    async with listening(slack) as ear:
        slack.hold_events()
        await slack.say("bob", "#ops", "one")
        await slack.say("bob", "#ops", "two")
        slack.release_events(backwards=True)
        slack.duplicate_events = True
        await slack.say("bob", "#ops", "three")
        await slack.until(lambda: len(ear.heard) == 4)
        assert slack.redeliver("message") == 4
        await slack.until(lambda: len(ear.heard) == 8)
    assert [event["text"] for event in ear.events[:4]] == ["two", "one", "three", "three"]
    twice = [request.payload["event_id"] for request in ear.heard[2:4]]
    assert twice[0] == twice[1]
    assert ear.heard[2].envelope_id != ear.heard[3].envelope_id


async def test_what_a_dropped_socket_did_not_acknowledge_comes_over_the_next(slack: SlackSandbox) -> None:
    async with listening(slack, Ear(lambda request: bool(request.retry_attempt)), ping_interval=0.1) as ear:
        await slack.say("bob", "#ops", "hi")
        await slack.until(lambda: slack.envelopes[0].sent_at)
        await slack.drop_sockets()
        await slack.until(lambda: slack.envelopes[0].acked_at)
    assert ear.heard[-1].retry_reason == "connection_failed"


async def test_a_disconnect_envelope_makes_the_client_come_back(slack: SlackSandbox) -> None:
    async with listening(slack) as ear:
        await slack.refresh_sockets()
        assert slack.sockets == 0
        await slack.say("bob", "#ops", "in the gap")
        await slack.until(lambda: ear.heard and slack.sockets)
    assert len(slack.calls("apps.connections.open")) >= 2


async def test_refused_sockets_are_tried_again(slack: SlackSandbox) -> None:
    slack.refuse_sockets(2)
    async with listening(slack, ping_interval=0.05) as ear:
        await slack.say("bob", "#ops", "hello again")
        await slack.until(lambda: ear.heard)
    assert slack.refusals_left == 0


async def test_a_muted_socket_neither_delivers_nor_answers_pings(slack: SlackSandbox) -> None:
    async with listening(slack, ping_interval=0.05) as ear:
        slack.mute_sockets()
        await slack.say("bob", "#ops", "hello?")
        await slack.until(lambda: len(slack.calls("apps.connections.open")) >= 2)
        assert not ear.heard
        slack.mute_sockets(False)
        await slack.drop_sockets()
        await slack.until(lambda: ear.heard)
    assert [event["text"] for event in ear.events] == ["hello?"]
