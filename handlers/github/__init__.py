"""GitHub's way in: one address for all hooks, and one for each hook with a secret of its own."""

from aiohttp import web

from handlers.github.door import Door


def register(app: web.Application, door: Door) -> None:
    """Attach the door: at its addresses all that is asked, by any method, counts for the client's rate."""
    for path in ("/webhooks/github", "/webhook/github", "/webhooks/github/{hook_key}"):
        app.router.add_route("*", path, door.receive)
    app.cleanup_ctx.append(door.turned_away.recording)
