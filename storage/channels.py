"""The channels that are followed, each under the id that outlives its name: as Slack last described them."""

from datetime import datetime

from sqlmodel import JSON, Field, UniqueConstraint, col, select, update

from storage.columns import Row, UtcTime
from storage.database import Tx
from storage.tickets import OPEN, Ticket


class Channel(Row, table=True):
    """`rests_since`: archived, or without the bot, so that what is set for it counts for nothing until it is back.

    `introduced_at` is when the bot said once what it does there. `note` is the key of what its managers were told of
    the rest, `told` their Slack ids.
    """

    __tablename__ = "channels"
    __table_args__ = (UniqueConstraint("workspace_id", "channel_id"),)

    channel_id: str
    name: str = ""
    is_private: bool = False
    is_archived: bool = False
    is_shared: bool = False  # with another organisation
    has_bot: bool = True
    is_gone: bool = False  # deleted in Slack
    introduced_at: datetime | None = Field(default=None, sa_type=UtcTime)
    rests_since: datetime | None = Field(default=None, sa_type=UtcTime)
    note: str = ""
    told: list[str] = Field(default_factory=list, sa_type=JSON)
    seen_at: datetime = Field(sa_type=UtcTime)


async def known(tx: Tx, workspace_id: str, channel_id: str) -> Channel | None:
    """A channel that was followed before."""
    found = select(Channel).where(Channel.workspace_id == workspace_id, Channel.channel_id == channel_id)
    return (await tx.exec(found)).first()


async def private(tx: Tx, workspace_id: str) -> set[str]:
    """Those that are private, as Slack last described them."""
    found = select(Channel.channel_id).where(Channel.workspace_id == workspace_id, col(Channel.is_private))
    return set(await tx.exec(found))


async def to_look_at(tx: Tx) -> set[str]:
    """Every channel that was followed, or that tickets live in; messages between few are none."""
    followed = set(await tx.exec(select(Channel.channel_id)))
    homes = set(await tx.exec(select(col(Ticket.channel_id)).distinct()))
    return followed | {channel_id for channel_id in homes if channel_id.startswith(("C", "G"))}


async def follow_tickets(tx: Tx, channel_id: str, *, name: str, is_private: bool) -> int:
    """Its tickets, done ones too, are seen as the channel is from now on; how many that changed for."""
    here = col(Ticket.channel_id) == channel_id
    if name:
        await tx.exec(update(Ticket).where(here, col(Ticket.channel_name) != name).values(channel_name=name))
    turned = update(Ticket).where(here, col(Ticket.is_private) != is_private).values(is_private=is_private)
    return (await tx.exec(turned)).rowcount


async def open_tickets(tx: Tx, channel_id: str, *, most: int) -> list[Ticket]:
    """The open tickets that live in it, the oldest first."""
    found = select(Ticket).where(col(Ticket.channel_id) == channel_id, col(Ticket.status).in_(OPEN))
    return list(await tx.exec(found.order_by(col(Ticket.id)).limit(most)))


async def newest(tx: Tx, channel_id: str, *, most: int) -> list[Ticket]:
    """The last tickets of a channel, done ones too."""
    found = select(Ticket).where(col(Ticket.channel_id) == channel_id)
    return list(await tx.exec(found.order_by(col(Ticket.id).desc()).limit(most)))


async def newest_elsewhere(tx: Tx, channel_id: str, *, since: datetime, most: int) -> list[Ticket]:
    """The last tickets of all other channels since a moment."""
    found = select(Ticket).where(col(Ticket.channel_id) != channel_id, col(Ticket.created_at) >= since)
    return list(await tx.exec(found.order_by(col(Ticket.id).desc()).limit(most)))
