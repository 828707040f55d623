"""The workspace's state: people, channels, what was said, open forms; every change wakes those who watch."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from bot.sandbox.slack.message import Message, Payload
from bot.sandbox.slack.seed import Seed, SeedChannel, User, slack_id
from bot.sandbox.slack.socket import SocketMode

STATUS_LASTS = 120.0  # seconds until Slack clears an "is working" status by itself
TRIGGER_LASTS = 3.0
MANIFEST_SCOPES = frozenset(
    (
        *("app_mentions:read", "chat:write", "commands", "reactions:read", "reactions:write", "usergroups:read"),
        *("im:history", "im:read", "im:write", "users:read", "users:read.email", "files:write", "assistant:write"),
        *("channels:read", "channels:history", "channels:join", "groups:read", "groups:history"),
        *("mpim:read", "mpim:history", "dnd:read", "emoji:read"),
    )
)


@dataclass(eq=False)
class Channel:
    """A conversation; a direct message is one of kind `im` between the bot and one person."""

    id: str
    name: str
    kind: Literal["channel", "group", "im", "mpim"]
    members: set[str]
    is_archived: bool = False
    is_shared: bool = False  # with another organisation
    is_open: bool = True
    messages: dict[str, Message] = field(default_factory=dict)  # by ts, oldest first, replies included
    threads: dict[str, list[str]] = field(default_factory=dict)  # root ts -> ts of its replies
    statuses: dict[str, tuple[str, float]] = field(default_factory=dict)  # thread ts -> status, until when
    last_post_at: float = float("-inf")


@dataclass
class View:
    """A modal or Home tab: as the bot gave it, and what the person has filled in."""

    id: str
    owner: str
    given: Payload
    hash: str
    root_id: str = ""
    previous_id: str | None = None
    values: Payload = field(default_factory=dict)


@dataclass
class Trigger:
    """A person's interaction that lets the app open one form within three seconds."""

    user_id: str
    expires_at: float
    view_id: str | None = None
    is_used: bool = False


@dataclass
class ResponseUrl:
    """Where the app may answer one interaction, five times within half an hour."""

    channel: Channel
    user_id: str
    expires_at: float
    message: Message | None = None
    uses_left: int = 5


@dataclass(frozen=True)
class Call:
    """One call of the Web API as the app made it; `answer` is None while a fault keeps it unanswered."""

    method: str
    args: Payload
    at: float
    answer: Payload | None


class World:
    """Everything a workspace knows. Lookups are by id or name; every change calls `changed`."""

    def __init__(self, seed: Seed, now: Callable[[], float], *, redeliver_after: float, ack_within: float) -> None:
        self.seed, self.now = seed, now
        self.bot = seed.bot
        self.users = {user.id: user for user in (*seed.users, seed.bot)}
        self.user_ids = {user.name: user.id for user in self.users.values()}
        self.usergroups = {group.id: group for group in seed.usergroups}
        self.channels: dict[str, Channel] = {}
        self.channel_ids: dict[str, str] = {}
        self.dm_ids: dict[str, str] = {}
        self.ephemerals: dict[str, list[Message]] = {}
        self.views: dict[str, View] = {}
        self.modals: dict[str, list[str]] = {}
        self.homes: dict[str, str] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.refused_blocks: set[str] = set()  # types that this workspace does not take, though Slack knows them
        self.files: dict[str, Payload] = {}
        self.uploads: dict[str, bytes] = {}
        self.calls: list[Call] = []
        self.scopes = set(MANIFEST_SCOPES)
        self.url = ""
        self.duplicates_events = False
        self.trigger_lasts = max(TRIGGER_LASTS, ack_within)  # who waits for an answer waits for its form too
        self.version = 0
        self.pulse = asyncio.Event()
        self.socket = SocketMode(now, self.changed, redeliver_after=redeliver_after, ack_within=ack_within)
        self._last_micros = 0
        self._serials = count(1)
        for planted in seed.channels:
            self._plant(planted)

    def _plant(self, planted: SeedChannel) -> None:
        names = planted.members if planted.members is not None else self._ordinary_people()
        members = {self.user_ids[name] for name in names} | ({self.bot.id} if planted.has_bot else set())
        self.channels[planted.id] = Channel(
            planted.id,
            planted.name,
            planted.kind,
            members,
            is_archived=planted.is_archived,
            is_shared=planted.is_shared,
        )
        self.channel_ids[planted.name] = planted.id

    def _ordinary_people(self) -> list[str]:
        outsider = ("is_restricted", "is_stranger", "deleted", "is_bot")
        return [user.name for user in self.users.values() if not any(getattr(user, name) for name in outsider)]

    def changed(self) -> None:
        """Wake everyone who waits for a change."""
        self.version += 1
        self.pulse.set()
        self.pulse = asyncio.Event()

    def next_ts(self) -> str:
        """A message timestamp that no other message has."""
        self._last_micros = max(self._last_micros + 1, int(self.now() * 1_000_000))
        return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    def next_id(self, prefix: str) -> str:
        """A fresh id such as `V000012`."""
        return f"{prefix}{next(self._serials):06d}"

    def number_from(self, first: int) -> None:
        """Let the next id be this one: a workspace that is continued must not give out an id twice."""
        self._serials = count(first)

    def find_user(self, who: str) -> User | None:
        """A user by id, name or @name."""
        return self.users.get(who) or self.users.get(self.user_ids.get(who.removeprefix("@"), ""))

    def find_channel(self, where: str) -> Channel | None:
        """A channel by id, name or #name."""
        return self.channels.get(where) or self.channels.get(self.channel_ids.get(where.removeprefix("#"), ""))

    def dm_with(self, user: User) -> Channel:
        """The direct messages between the bot and this person; begun on first use."""
        if user.id not in self.dm_ids:
            channel = Channel(slack_id("D", user.id[1:]), user.name, "im", {self.bot.id, user.id})
            self.channels[channel.id] = channel
            self.dm_ids[user.id] = channel.id
        return self.channels[self.dm_ids[user.id]]

    def new_trigger(self, user: User, *, view_id: str | None = None) -> str:
        """A trigger id for an interaction of this person, in this form if there is one."""
        trigger_id = f"{next(self._serials)}.{self._last_micros}.sandbox"
        self.triggers[trigger_id] = Trigger(user.id, self.now() + self.trigger_lasts, view_id)
        return trigger_id

    def new_response_url(self, channel: Channel, user: User, *, message: Message | None = None) -> str:
        """A URL for answers to an interaction here; `message` is the one interacted with."""
        token = self.next_id("R")
        self.response_urls[token] = ResponseUrl(channel, user.id, self.now() + 30 * 60, message)
        return f"{self.url}/actions/{token}"

    def permalink(self, channel: Channel, message: Message) -> str:
        """The message's address, the way Slack writes it."""
        address = f"{self.url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
        return f"{address}?thread_ts={message.thread_ts}&cid={channel.id}" if message.is_reply else address

    def mentions_bot(self, text: str) -> bool:
        """Whether the text names the bot, outside of code."""
        return f"<@{self.bot.id}" in re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
