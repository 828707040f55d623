"""Streamed answers, the "is working" line, and files."""

from bot.sandbox.slack import SlackSandbox
from tests.bot.sandbox.slack_app import Clock, error_of, section, web_client

READER = {"recipient_team_id": "T0SANDBOX", "recipient_user_id": "U0BOB"}


async def test_text_grows_in_place_until_the_stream_stops(slack: SlackSandbox) -> None:
    root, web = await slack.say("bob", "#ops", "why?"), web_client(slack)
    started = await web.chat_startStream(channel="C0OPS", thread_ts=root, markdown_text="Because", **READER)
    await web.chat_appendStream(channel="C0OPS", ts=started["ts"], markdown_text=" redis")
    assert slack.message("#ops", started["ts"]).plain == "Because redis"
    busy = web.chat_update(channel="C0OPS", ts=started["ts"], text="no")
    assert await error_of(busy) == "streaming_state_conflict"
    done = [section("Because redis *was down*")]
    await web.chat_stopStream(channel="C0OPS", ts=started["ts"], markdown_text=" was", blocks=done)
    message = slack.message("#ops", started["ts"])
    assert (message.text, message.plain, message.edited_ts) == ("Because redis was", "Because redis *was down*", None)
    again = web.chat_appendStream(channel="C0OPS", ts=started["ts"], markdown_text="!")
    assert await error_of(again) == "message_not_in_streaming_state"


async def test_a_stream_ends_by_itself_after_five_minutes(slack: SlackSandbox, clock: Clock) -> None:
    root, web = await slack.dm("bob", "why?"), web_client(slack)
    dm = slack.dms("bob")[0].channel
    started = await web.chat_startStream(channel=dm, thread_ts=root, markdown_text="Because")
    clock.advance(301)
    late = web.chat_appendStream(channel=dm, ts=started["ts"], markdown_text=" redis")
    assert await error_of(late) == "message_not_in_streaming_state"
    await web.chat_update(channel=dm, ts=started["ts"], text="Because redis")


async def test_a_stream_in_a_channel_names_its_reader(slack: SlackSandbox) -> None:
    root, web = await slack.say("bob", "#ops", "why?"), web_client(slack)
    assert await error_of(web.chat_startStream(channel="C0OPS", thread_ts=root)) == "missing_recipient_team_id"
    theirs = web.chat_appendStream(channel="C0OPS", ts=root, markdown_text="x")
    assert await error_of(theirs) == "message_not_owned_by_app"


async def test_a_status_ends_with_the_answer_with_time_or_on_request(slack: SlackSandbox, clock: Clock) -> None:
    root, web = await slack.say("bob", "#ops", "why?"), web_client(slack)

    async def works(status: str) -> None:
        await web.assistant_threads_setStatus(channel_id="C0OPS", thread_ts=root, status=status)

    await works("is reading the logs")
    assert slack.status("#ops", root) == "is reading the logs"
    await web.chat_postMessage(channel="C0OPS", thread_ts=root, text="redis")
    assert slack.status("#ops", root) is None
    await works("is thinking")
    clock.advance(121)
    assert slack.status("#ops", root) is None
    await works("is thinking")
    await works("")
    assert slack.status("#ops", root) is None


async def test_a_file_arrives_in_three_steps(slack: SlackSandbox) -> None:
    root, web = await slack.say("bob", "#ops", "logs?"), web_client(slack)
    upload = {"content": "line one\nline two", "filename": "redis.log", "initial_comment": "Here."}
    await web.files_upload_v2(channel="C0OPS", thread_ts=root, **upload)
    message = slack.thread("#ops", root)[1]
    assert (message.text, [file["name"] for file in message.files]) == ("Here.", ["redis.log"])
    assert slack.upload(message.files[0]["id"]) == b"line one\nline two"
    unknown = web.files_completeUploadExternal(files=[{"id": "F0", "title": "x"}], channel_id="C0OPS")
    assert await error_of(unknown) == "file_not_found"
