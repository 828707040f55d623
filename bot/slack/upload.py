"""A long text as a file in a thread: Slack is asked for a place, takes the bytes, then shows the file."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.messages import TextFile
from bot.redact import OWN
from bot.slack.client import CallFailed, answer, failures
from bot.slack.lookup import Call, channel_of, since_first_sent
from storage.sending import Sent


async def upload(client: AsyncWebClient, call: Call) -> Sent:
    """Show it; only the last of the three calls can be seen.

    Raises:
        CallFailed: with what the failure means; where Chargehand may upload nothing that is final.
    """
    file = TextFile.model_validate_json(OWN.hide(call.row.payload))
    content = file.text.encode()
    place = await answer(client.files_getUploadURLExternal(filename=file.name, length=len(content)))
    await _send(client, str(place["upload_url"]), content)
    channel_id = await channel_of(client, call.row)
    shown: list[dict[str, str | None]] = [{"id": str(place["file_id"]), "title": file.name}]
    shared = client.files_completeUploadExternal(files=shown, channel_id=channel_id, thread_ts=call.thread_ts)
    await answer(shared)
    return Sent(channel_id, None)


async def _send(client: AsyncWebClient, url: str, content: bytes) -> None:
    """The bytes; until they are shown nothing has happened."""
    assert client.session is not None  # as open_client() makes it
    with failures():
        async with client.session.post(url, data=content) as response:
            if response.status != 200:
                raise CallFailed(f"upload {response.status}")


async def find_upload(client: AsyncWebClient, call: Call) -> Sent | None:
    """The message that shows it, known by the file's name, which no other of its thread has; None: there is none."""
    name = TextFile.model_validate_json(call.row.payload).name
    channel_id = await channel_of(client, call.row)
    async for message in since_first_sent(client, call, channel_id):
        if any(file.get("name") == name for file in message.get("files") or ()):
            return Sent(channel_id, None)
    return None
