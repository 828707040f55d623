"""Web API: a file in three steps, as files_upload_v2 sends it: ask for a URL, send the bytes, share it."""

from aiohttp import web

from bot.sandbox.slack import timeline
from bot.sandbox.slack.arguments import Arguments, invalid
from bot.sandbox.slack.lookup import thread_root, writable_channel
from bot.sandbox.slack.message import Payload
from bot.sandbox.slack.refusals import ApiError
from bot.sandbox.slack.world import World


def new_file(world: World, name: str, *, owner: str) -> Payload:
    """A file nobody has shared yet."""
    file: Payload = {"id": world.next_id("F"), "name": name, "title": name, "user": owner, "size": 0}
    file["url_private"] = f"{world.url}/files/{file['id']}"
    world.files[file["id"]] = file
    return file


def get_upload_url(world: World, args: Arguments) -> Payload:
    """files.getUploadURLExternal"""
    if args.number("length", 0) <= 0:
        raise invalid("missing required field: length")
    file = new_file(world, args.required("filename"), owner=world.bot.id)
    return {"upload_url": f"{world.url}/upload/{file['id']}", "file_id": file["id"]}


async def receive(world: World, request: web.Request) -> web.Response:
    """The upload URL itself; takes the raw bytes."""
    file = world.files.get(request.match_info["file"])
    if file is None:
        raise web.HTTPNotFound(text="no such file")
    data = await request.read()
    file["size"], world.uploads[file["id"]] = len(data), data
    world.changed()
    return web.Response(text=f"OK - {len(data)}")


async def download(world: World, request: web.Request) -> web.Response:
    """The bytes of a file, at its `url_private`."""
    data = world.uploads.get(request.match_info["file"])
    if data is None:
        raise web.HTTPNotFound(text="no such file")
    return web.Response(body=data, content_type="application/octet-stream")


def complete_upload(world: World, args: Arguments) -> Payload:
    """files.completeUploadExternal; with a channel the files appear there as one message."""
    wanted = args.objects("files", wrong="invalid_arguments") or []
    files = [_uploaded(world, item) for item in wanted]
    if not files:
        raise invalid("missing required field: files")
    if "channel_id" in args:
        channel = writable_channel(world, args, field="channel_id")
        thread_ts = thread_root(channel, args.text("thread_ts"))
        text = args.text("initial_comment")
        shared = timeline.compose(
            world, channel, world.bot, text, thread_ts=thread_ts, files=files, subtype="file_share"
        )
        timeline.post(world, channel, shared)
    return {"files": files}


def _uploaded(world: World, item: Payload) -> Payload:
    file = world.files.get(str(item.get("id")))
    if file is None or not file["size"]:
        raise ApiError("file_not_found")
    file["title"] = item.get("title") or file["name"]
    return file
