"""GitHub's way in: one address for all hooks, and one for each hook with a secret of its own."""

from aiohttp import web

from handlers.github.door import Door


def register(app: web.Application, door: Door) -> None:
    """Attach the door; whatever else is asked for beside it counts for the client's rate, too."""
    for path in ("/webhooks/github", "/webhook/github", "/webhooks/github/{hook_key}"):
        app.router.add_route("*", path, door.receive)
    app.cleanup_ctx.append(door.turned_away.recording)
