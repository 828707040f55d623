"""Web API: messages that the bot posts, changes, deletes or shows to one person."""

from typing import Any

from bot.sandbox.slack import timeline
from bot.sandbox.slack.arguments import Arguments
from bot.sandbox.slack.blocks import problems_of
from bot.sandbox.slack.lookup import message_at, person_of, seen_channel, thread_root, writable_channel
from bot.sandbox.slack.message import Message, Payload, as_payload
from bot.sandbox.slack.refusals import ApiError
from bot.sandbox.slack.seed import HOME_TEAM
from bot.sandbox.slack.world import Channel, World

POST_CHARACTERS = 40_000
UPDATE_CHARACTERS = 4_000
MARKDOWN_CHARACTERS = 12_000


def content(world: World, args: Arguments) -> dict[str, Any]:
    """The checked text, blocks, attachments and metadata of a call; only those given."""
    blocks = args.objects("blocks", wrong="invalid_blocks_format")
    attachments = args.objects("attachments", wrong="invalid_attachments")
    metadata = args.object("metadata")
    parts: dict[str, Any] = {}
    if "text" in args:
        parts["text"] = args.text("text")
    if "markdown_text" in args:
        parts |= _markdown(args)
    if blocks is not None:
        _refuse(world, blocks)
        parts["blocks"] = timeline.with_ids(world, blocks)
    if attachments is not None:
        parts["attachments"] = [_attachment(world, item, at) for at, item in enumerate(attachments, 1)]
        if len(attachments) > 100:
            raise ApiError("too_many_attachments")
    if metadata is not None:
        if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
            raise ApiError("invalid_metadata_format")
        parts["metadata"] = metadata
    return parts


def _markdown(args: Arguments) -> dict[str, Any]:
    if "text" in args or "blocks" in args:
        raise ApiError("markdown_text_conflict")
    if len(args.text("markdown_text")) > MARKDOWN_CHARACTERS:
        raise ApiError("msg_too_long")
    return {"text": args.text("markdown_text")}


def _attachment(world: World, attachment: Payload, number: int) -> Payload:
    blocks = attachment.get("blocks", [])
    if not isinstance(blocks, list):
        raise ApiError("invalid_attachments")
    _refuse(world, blocks)
    return {"id": number, **attachment} | ({"blocks": timeline.with_ids(world, blocks)} if blocks else {})


def _refuse(world: World, blocks: list[Any]) -> None:
    kinds = [block.get("type") for block in blocks if isinstance(block, dict)]
    refused = [f"unsupported type: {kind} [json-pointer:/blocks]" for kind in kinds if kind in world.refused_blocks]
    if problems := problems_of(blocks, "message") + refused:
        messages = [f"[ERROR] {problem}" for problem in problems]
        raise ApiError("invalid_blocks", errors=problems, response_metadata={"messages": messages})


def post_message(world: World, args: Arguments) -> Payload:
    """chat.postMessage"""
    channel = writable_channel(world, args)
    parts = content(world, args)
    if not any(parts.get(name) for name in ("text", "blocks", "attachments")):
        raise ApiError("no_text")
    cut = len(parts.get("text", "")) > POST_CHARACTERS
    parts["text"] = parts.get("text", "")[:POST_CHARACTERS]
    thread_ts = thread_root(channel, args.text("thread_ts"))
    if args.flag("reply_broadcast") and thread_ts:
        parts |= {"broadcast": True, "subtype": "thread_broadcast"}
    message = timeline.compose(world, channel, world.bot, **parts, thread_ts=thread_ts)
    timeline.post(world, channel, message)
    warning = {"warning": "message_truncated", "response_metadata": {"warnings": ["message_truncated"]}}
    return _shown(channel, message) | (warning if cut else {})


def _shown(channel: Channel, message: Message) -> Payload:
    shown = as_payload(message, team_id=HOME_TEAM, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def update(world: World, args: Arguments) -> Payload:
    """chat.update; what is not given stays as it was."""
    channel = writable_channel(world, args)
    message = message_at(channel, args.required("ts"))
    if message.user != world.bot.id:
        raise ApiError("cant_update_message")
    if is_streaming(world, message):
        raise ApiError("streaming_state_conflict")
    if len(args.text("text")) > UPDATE_CHARACTERS:
        raise ApiError("msg_too_long")
    parts = content(world, args)
    if not parts:
        raise ApiError("no_text")
    after = timeline.edit(world, channel, message, **parts)
    return _shown(channel, after) | {"text": after.text}


def is_streaming(world: World, message: Message) -> bool:
    """Whether text is still being streamed into the message."""
    return message.streaming_until is not None and message.streaming_until >= world.now()


def delete(world: World, args: Arguments) -> Payload:
    """chat.delete"""
    channel = writable_channel(world, args)
    message = message_at(channel, args.required("ts"))
    if message.user != world.bot.id:
        raise ApiError("cant_delete_message")
    timeline.delete(world, channel, message)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(world: World, args: Arguments) -> Payload:
    """chat.postEphemeral"""
    channel = writable_channel(world, args)
    user = person_of(world, args)
    if user.id not in channel.members:
        raise ApiError("user_not_in_channel")
    parts = {"text": ""} | content(world, args)
    if not any(parts.get(name) for name in ("text", "blocks", "attachments")):
        raise ApiError("no_text")
    thread_ts = thread_root(channel, args.text("thread_ts"))
    whispered = timeline.compose(world, channel, world.bot, **parts, thread_ts=thread_ts)
    return {"message_ts": timeline.post_ephemeral(world, user, whispered).ts}


def get_permalink(world: World, args: Arguments) -> Payload:
    """chat.getPermalink"""
    channel = seen_channel(world, args)
    message = message_at(channel, args.required("message_ts"))
    return {"channel": channel.id, "permalink": world.permalink(channel, message)}
