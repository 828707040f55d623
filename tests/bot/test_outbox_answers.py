"""A long answer comes whole and once: written piece by piece, or as a file, whatever goes wrong with either."""

from typing import Any

import pytest

from bot.messages import Message, TextFile
from bot.sandbox.slack.message import Message as Seen
from bot.slack.blocks import render
from bot.slack.client import open_client
from bot.slack.lookup import Call
from bot.slack.stream import LONGEST, Tempo, stream
from tests.bot.mouth import Mouth
from tests.team import settings_for

WORDS = "\n".join(f"{number}. redis was down, says `api-{number}`" for number in range(40))
LINES = "\n".join(f"line {number} of a long story" for number in range(7000))


async def growing(mouth: Mouth) -> tuple[str, Any]:
    """A thread, and the row of an answer that grows in it."""
    root = await mouth.slack.say("bob", "#ops", "why?")
    given = {"kind": "stream", "thread_ts": root, "user_id": mouth.slack.user("bob").id}
    return root, mouth.row("answer", payload=Message(text=WORDS).model_dump_json(), **given)


def answered(mouth: Mouth, root: str) -> list[Seen]:
    return [one for one in mouth.slack.thread("#ops", root) if one.bot_id]


@pytest.mark.parametrize(
    "fault",
    [
        None,
        {"method": "chat.appendStream", "error": "message_not_in_streaming_state"},
        {"method": "chat.appendStream", "status": 500, "when": "after"},
        {"method": "chat.stopStream", "error": "message_not_in_streaming_state", "when": "after"},
        {"method": "chat.update", "status": 500},
        {"method": "chat.update", "status": 500, "when": "after"},
        {"method": "chat.startStream", "status": 500, "when": "after"},
        {"method": "chat.startStream", "error": "channel_type_not_supported"},
        {"method": "chat.startStream", "status": 429},
    ],
    ids=str,
)
async def test_it_grows_and_is_one_normal_message_in_the_end(mouth: Mouth, fault: dict[str, Any] | None) -> None:
    root, row = await growing(mouth)
    if fault:
        mouth.slack.fail(**fault)
    async with mouth.sending():
        await mouth.put(row)
        await mouth.emptied_at_once()
    [answer] = answered(mouth, root)
    assert answer.plain == WORDS
    assert answer.streaming_until is None
    begun = bool(mouth.slack.calls("chat.appendStream")) or (fault or {}).get("when") == "after"
    assert bool(mouth.slack.calls("chat.postMessage")) is not begun


async def test_one_that_lives_too_long_is_ended_as_a_normal_message(mouth: Mouth) -> None:
    root, row = await growing(mouth)
    passed = 0.0

    async def wait(seconds: float) -> None:
        nonlocal passed
        passed += LONGEST / 3

    message = Message(text=WORDS)
    async with open_client(settings_for(mouth.slack, mouth.path)) as client:
        tempo = Tempo(wait=wait, now=lambda: passed)
        assert await stream(client, Call(row), message, render(message), tempo=tempo)
    assert len(mouth.slack.calls("chat.appendStream")) == 3
    assert [one.plain for one in answered(mouth, root)] == [WORDS]


async def test_nothing_in_a_growing_answer_calls_anybody(mouth: Mouth) -> None:
    root, row = await growing(mouth)
    row.payload = Message(text="&lt;!channel&gt; <@U0ALICE> <https://github.com/acme|acme>").model_dump_json()
    async with mouth.sending():
        await mouth.put(row)
        await mouth.emptied()
    [begun] = mouth.slack.calls("chat.startStream")
    assert begun.args["markdown_text"].strip() == "&lt;!channel&gt; … acme"
    assert len(answered(mouth, root)) == 1


async def uploading(mouth: Mouth) -> tuple[str, Any]:
    root = await mouth.slack.say("bob", "#ops", "why?")
    file = TextFile(name="T-1-abc.txt", text=LINES)
    return root, mouth.row("answer:file", kind="upload", thread_ts=root, payload=file.model_dump_json())


@pytest.mark.parametrize(
    "fault",
    [
        None,
        {"method": "files.getUploadURLExternal", "status": 500},
        {"method": "files.completeUploadExternal", "status": 500},
        {"method": "files.completeUploadExternal", "status": 500, "when": "after"},
    ],
    ids=str,
)
async def test_a_long_text_is_one_file_in_the_thread(mouth: Mouth, fault: dict[str, Any] | None) -> None:
    root, row = await uploading(mouth)
    if fault:
        mouth.slack.fail(**fault)
    async with mouth.sending():
        await mouth.put(row)
        await mouth.emptied_at_once()
    [shown] = answered(mouth, root)
    assert mouth.slack.upload(shown.files[0]["id"]).decode() == LINES


async def test_without_the_scope_it_is_said_in_messages(mouth: Mouth) -> None:
    root, row = await uploading(mouth)
    mouth.slack.scopes.discard("files:write")
    async with mouth.sending():
        await mouth.put(row)
        await mouth.emptied()
    said = "\n".join(one.plain for one in answered(mouth, root))
    assert said.split("\n") == LINES.split("\n")
    assert mouth.dead == ["answer:file: missing_scope (needs files:write)"]
