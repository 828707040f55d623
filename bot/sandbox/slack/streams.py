"""Web API: text streamed into a message, and the "is working" line under a thread."""

from typing import Any

from bot.sandbox.slack import timeline
from bot.sandbox.slack.arguments import Arguments, invalid
from bot.sandbox.slack.chat import MARKDOWN_CHARACTERS, content, is_streaming
from bot.sandbox.slack.lookup import message_at, thread_root, writable_channel
from bot.sandbox.slack.message import Message, Payload
from bot.sandbox.slack.refusals import ApiError
from bot.sandbox.slack.world import STATUS_LASTS, Channel, World

STREAM_LASTS = 300.0  # seconds after which Slack closes a stream by itself


def start(world: World, args: Arguments) -> Payload:
    """chat.startStream"""
    channel = writable_channel(world, args)
    thread_ts = thread_root(channel, args.required("thread_ts"))
    if channel.kind != "im":
        for field in ("recipient_team_id", "recipient_user_id"):
            if field not in args:
                raise ApiError(f"missing_{field}")
    until = world.now() + STREAM_LASTS
    message = timeline.compose(world, channel, world.bot, _piece(args), thread_ts=thread_ts, streaming_until=until)
    timeline.post(world, channel, message, silent=True)
    return {"channel": channel.id, "ts": message.ts}


def append(world: World, args: Arguments) -> Payload:
    """chat.appendStream"""
    channel, message = _streaming(world, args)
    timeline.edit(world, channel, message, quiet=True, text=message.text + _piece(args))
    return {"channel": channel.id, "ts": message.ts}


def stop(world: World, args: Arguments) -> Payload:
    """chat.stopStream"""
    channel, message = _streaming(world, args)
    parts: dict[str, Any] = content(
        world, Arguments({k: v for k, v in args.given.items() if k in ("blocks", "metadata")})
    )
    text = message.text + _piece(args)
    timeline.edit(world, channel, message, quiet=True, **parts, text=text, streaming_until=None)
    return {"channel": channel.id, "ts": message.ts}


def _streaming(world: World, args: Arguments) -> tuple[Channel, Message]:
    channel = writable_channel(world, args)
    message = message_at(channel, args.required("ts"))
    if message.user != world.bot.id:
        raise ApiError("message_not_owned_by_app")
    if not is_streaming(world, message):
        raise ApiError("message_not_in_streaming_state")
    return channel, message


def _piece(args: Arguments) -> str:
    chunks = args.objects("chunks", wrong="invalid_chunks") or []
    written = [chunk.get("text", "") for chunk in chunks if chunk.get("type") == "markdown_text"]
    text = args.text("markdown_text") + "".join(written)
    if len(text) > MARKDOWN_CHARACTERS:
        raise ApiError("msg_too_long")
    return text


def set_status(world: World, args: Arguments) -> Payload:
    """assistant.threads.setStatus; an empty status clears it."""
    channel = writable_channel(world, args, field="channel_id")
    if len(args.items("loading_messages")) > 10:
        raise invalid("no more than 10 items allowed [json-pointer:/loading_messages]")
    thread_ts = args.required("thread_ts")
    if status := args.text("status"):
        channel.statuses[thread_ts] = (status, world.now() + STATUS_LASTS)
    else:
        channel.statuses.pop(thread_ts, None)
    world.changed()
    return {}


def set_title(world: World, args: Arguments) -> Payload:
    """assistant.threads.setTitle and setSuggestedPrompts: checked, and recorded as calls."""
    writable_channel(world, args, field="channel_id")
    return {}
