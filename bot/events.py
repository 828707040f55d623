"""The frozen values that the rest of Chargehand speaks; Slack's and GitHub's shapes end where these begin."""

from dataclasses import dataclass, field
from typing import Literal

from storage.people import RoleName

Surface = Literal["mention", "dm", "slash", "button", "form", "cli", "timer", "system"]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something was said, and so where the answer goes.

    `thread_ts` is the thread's root (a top-level message is the root of its own thread); `reply_url` is Slack's
    response_url, which reaches the person even where the bot is no member.
    """

    channel_id: str
    channel_name: str = ""
    is_private: bool = False
    has_bot: bool = True
    is_dm: bool = False
    thread_ts: str | None = None
    message_ts: str | None = None
    permalink: str | None = None
    root_text: str = ""  # what the thread's first message says, when the message is a reply
    reply_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who is asking: a person with what access.py needs to decide."""

    person_id: int
    slack_id: str
    name: str
    workspace_id: str
    is_admin: bool = False
    is_outsider: bool = False  # a guest, or a member of another workspace
    roles: dict[int, RoleName] = field(default_factory=dict)  # team id -> role


@dataclass(frozen=True, kw_only=True)
class SlackMessage:
    """A person's new message that the bot may have to answer."""

    channel_id: str
    user_id: str
    ts: str
    thread_ts: str | None
    text: str  # without the bot's first mention
    is_dm: bool
    mentions_bot: bool


@dataclass(frozen=True, kw_only=True)
class SlackEdit:
    """Its author changed a message's text."""

    channel_id: str
    user_id: str
    ts: str
    text: str
    edited_ts: str


@dataclass(frozen=True, kw_only=True)
class SlackDelete:
    """A message is gone. `user_id` is its author, empty where Slack does not say."""

    channel_id: str
    user_id: str = ""
    ts: str


@dataclass(frozen=True, kw_only=True)
class SlackCommand:
    """`/chargehand …` as typed."""

    channel_id: str
    user_id: str
    text: str
    reply_url: str | None


@dataclass(frozen=True, kw_only=True)
class SlackPress:
    """A button or a menu choice: `action` is a verb, `value` its arguments, `choice` what was picked."""

    channel_id: str
    user_id: str
    message_ts: str
    thread_ts: str | None
    action: str
    value: str
    choice: str | None
    trigger_id: str
    reply_url: str | None


@dataclass(frozen=True, kw_only=True)
class SlackForm:
    """A submitted modal: `action` is a verb, `value` its target, `fields` what was filled in."""

    user_id: str
    action: str
    value: str
    channel_id: str
    thread_ts: str | None
    fields: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class SlackPerson:
    """Slack says that someone's profile or status changed."""

    user_id: str
