"""What Slack makes of what a person types: @names, #channels and links become tokens, except in code."""

import re

from bot.sandbox.slack.world import World

TYPED = re.compile(
    r"(?P<code>```.*?```|`[^`\n]+`)"
    r"|(?P<url>https?://[^\s<>|]*[^\s<>|.,;:!?)'\"])"
    r"|(?<![\w@])@(?P<name>\w[\w.-]*)"
    r"|(?<![\w&])#(?P<channel>[\w-]+)",
    re.DOTALL,
)
EVERYONE = {"channel", "here", "everyone"}


def typed(world: World, text: str, *, in_command: bool = False) -> str:
    """The text as the app gets it; commands also carry the names inside the tokens."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return TYPED.sub(lambda found: _token(world, found, in_command), escaped)


def _token(world: World, found: re.Match[str], in_command: bool) -> str:
    if url := found["url"]:
        return f"<{url}>"
    if name := found["name"]:
        return _mention(world, name, in_command)
    if found["channel"] and (channel := world.find_channel(found["channel"])):
        return f"<#{channel.id}|{channel.name}>"
    return found[0]


def _mention(world: World, typed_name: str, in_command: bool) -> str:
    name = typed_name.rstrip(".-_")
    rest = typed_name[len(name) :]
    if name in EVERYONE:
        return f"<!{name}>{rest}"
    user = world.users.get(world.user_ids.get(name.lower(), ""))
    if user is None:
        group = next((one for one in world.usergroups.values() if one.handle == name.lower()), None)
        return f"<!subteam^{group.id}|@{group.handle}>{rest}" if group else "@" + typed_name
    return f"<@{user.id}|{user.name}>{rest}" if in_command else f"<@{user.id}>{rest}"
