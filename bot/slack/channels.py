"""Channels as Slack describes them, and all that the bot is in."""

from dataclasses import dataclass
from typing import Any

from bot.slack.client import Client, pages
from storage.columns import storable

PAGE = 200
KINDS = "public_channel,private_channel"


@dataclass(frozen=True, kw_only=True)
class Channel:
    """`is_known`: Slack tells of it; of what it does not tell the worst is taken to be true."""

    channel_id: str
    name: str
    is_private: bool = False
    has_bot: bool = True
    is_archived: bool = False
    is_shared: bool = False  # with another organisation
    is_known: bool = True


def read_channel(info: dict[str, Any]) -> Channel:
    """One channel; one that is shared and does not say with whom counts as shared with strangers."""
    is_shared = info.get("is_ext_shared") or info.get("is_pending_ext_shared")
    return Channel(
        channel_id=str(info["id"]),
        name=storable(info.get("name") or "direct message"),
        is_private=bool(info.get("is_private") or info.get("is_im") or info.get("is_mpim")),
        has_bot=bool(info.get("is_member", True)),
        is_archived=bool(info.get("is_archived")),
        is_shared=bool(is_shared or (info.get("is_shared") and not info.get("is_org_shared"))),
    )


async def joined(client: Client) -> list[Channel]:
    """The channels that the bot is in, archived ones too.

    Raises:
        CallFailed: Slack did not answer.
    """
    asked = pages(lambda cursor: client.users_conversations(types=KINDS, limit=PAGE, cursor=cursor))
    told = [info async for page in asked for info in page.get("channels", [])]
    return [read_channel(info | {"is_member": True}) for info in told]
