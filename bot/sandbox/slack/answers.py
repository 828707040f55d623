"""Answers to a response_url: five in half an hour, to one person or the channel, in place of the original or new."""

import json
from typing import Any

from aiohttp import web

from bot.sandbox.slack import timeline
from bot.sandbox.slack.arguments import Arguments
from bot.sandbox.slack.chat import content
from bot.sandbox.slack.lookup import message_at, thread_root
from bot.sandbox.slack.message import Message, Payload
from bot.sandbox.slack.refusals import ApiError
from bot.sandbox.slack.world import ResponseUrl, World


async def receive(world: World, request: web.Request) -> web.Response:
    """One POST of the app to a response_url."""
    url = world.response_urls.get(request.match_info["token"])
    if url is None or url.expires_at < world.now():
        return web.json_response({"ok": False, "error": "expired_url"}, status=404)
    if url.uses_left == 0:
        return web.json_response({"ok": False, "error": "used_url"}, status=404)
    try:
        answer(world, url, json.loads(await request.text()))
    except ApiError as refused:
        return web.json_response({"ok": False, "error": refused.code, **refused.details}, status=400)
    except ValueError:
        return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
    url.uses_left -= 1
    return web.Response(text="ok")


def answer(world: World, url: ResponseUrl, body: Payload) -> None:
    """Show what the app answers; also used for what it says in its acknowledgement of a command."""
    args = Arguments(body)
    if url.message and args.flag("delete_original"):
        _delete(world, url, url.message)
        return
    parts: dict[str, Any] = {"text": ""} | content(world, args)
    if not any(parts.get(name) for name in ("text", "blocks", "attachments")):
        raise ApiError("no_text")
    if url.message and args.flag("replace_original"):
        _replace(world, url, url.message, parts)
        return
    thread_ts = thread_root(url.channel, args.text("thread_ts"))
    message = timeline.compose(world, url.channel, world.bot, **parts, thread_ts=thread_ts)
    if args.text("response_type", "ephemeral") == "in_channel":
        timeline.post(world, url.channel, message)
    else:
        timeline.post_ephemeral(world, world.users[url.user_id], message)


def _delete(world: World, url: ResponseUrl, original: Message) -> None:
    if original.ephemeral:
        whispers = world.ephemerals[url.user_id]
        world.ephemerals[url.user_id] = [message for message in whispers if message.ts != original.ts]
        world.changed()
    else:
        timeline.delete(world, url.channel, message_at(url.channel, original.ts))


def _replace(world: World, url: ResponseUrl, original: Message, parts: dict[str, Any]) -> None:
    parts = {"blocks": [], "attachments": [], **parts}
    if not original.ephemeral:
        timeline.edit(world, url.channel, message_at(url.channel, original.ts), **parts)
        return
    changed = timeline.compose(world, url.channel, world.bot, **parts, ephemeral=True, thread_ts=original.thread_ts)
    whispers = world.ephemerals[url.user_id]
    world.ephemerals[url.user_id] = [changed if message.ts == original.ts else message for message in whispers]
    url.message = changed
    world.changed()
