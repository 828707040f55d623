"""Who and where: profiles, channels and permalinks, read from Slack and remembered for a while."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.messages import escape
from bot.replies import SINCE, Spoken
from bot.slack.channels import Channel, read_channel
from bot.slack.client import CallFailed, answer, pages
from storage.columns import storable

CHANNEL_FRESH = timedelta(minutes=10)
PAGE = 200  # people in one call, as Slack recommends
REST_FRESH = timedelta(minutes=5)
ASKED_AT_ONCE = 50  # people of one dnd.teamInfo
MEMBERS_FRESH = timedelta(minutes=5)
MOST_SAID = 20  # messages of a thread that are kept with the ticket that it becomes
MISSING = {"channel_not_found", "user_not_found", "users_not_found", "not_in_channel"}


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A Slack user. `email` is None without the scope users:read.email."""

    slack_id: str
    name: str
    email: str | None = None
    is_outsider: bool = False
    is_external: bool = False
    is_active: bool = True
    is_bot: bool = False
    status_emoji: str = ""  # without colons and skin tone
    status_ends: datetime | None = None  # None: until it is changed
    zone: str = ""  # its IANA name: the offset changes, and Slack sends no event then
    locale: str = ""  # as in de-DE


@dataclass(frozen=True)
class Rest:
    """When somebody's notifications are off: Slack's do-not-disturb."""

    starts: datetime
    ends: datetime


def _moment(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(int(seconds), UTC) if seconds else None


class Directory:
    """Looks up profiles and channels; channels are remembered for ten minutes."""

    def __init__(self, client: AsyncWebClient, *, workspace_id: str, clock: Callable[[], datetime]) -> None:
        self.client = client
        self.workspace_id = workspace_id
        self.clock = clock
        self._channels: dict[str, tuple[datetime, Channel]] = {}
        self._members: dict[str, tuple[datetime, frozenset[str]]] = {}
        self._rests: dict[str, tuple[datetime, Rest | None]] = {}
        self._asking_rests = asyncio.Lock()

    async def profile(self, slack_id: str) -> Profile:
        """One person's profile.

        Raises:
            CallFailed: Slack did not answer; a user Slack does not know is an outsider.
        """
        try:
            user = (await answer(self.client.users_info(user=slack_id, include_locale=True)))["user"]
        except CallFailed as failure:
            if failure.code not in MISSING:
                raise
            return Profile(slack_id=slack_id, name=slack_id, is_outsider=True, is_external=True)
        return self._read(user)

    async def by_email(self, email: str) -> Profile | None:
        """Who has this e-mail address; None: nobody, or the scope users:read.email is missing.

        Raises:
            CallFailed: Slack did not answer.
        """
        try:
            user = (await answer(self.client.users_lookupByEmail(email=email)))["user"]
        except CallFailed as failure:
            if failure.code not in MISSING and not failure.is_final:
                raise
            return None
        return self._read(user)

    def _read(self, user: dict[str, Any]) -> Profile:
        details, slack_id = user.get("profile") or {}, str(user["id"])
        is_external = bool(user.get("is_stranger")) or user.get("team_id", self.workspace_id) != self.workspace_id
        return Profile(
            slack_id=slack_id,
            name=storable(details.get("display_name") or user.get("name") or details.get("real_name") or slack_id),
            email=details.get("email"),
            is_outsider=bool(user.get("is_restricted") or user.get("is_ultra_restricted") or is_external),
            is_external=is_external,
            is_active=not user.get("deleted", False),
            is_bot=bool(user.get("is_bot")),
            status_emoji=str(details.get("status_emoji") or "").strip(":").partition("::")[0],
            status_ends=_moment(details.get("status_expiration")),
            zone=storable(str(user.get("tz") or "")),
            locale=storable(str(user.get("locale") or "")),
        )

    async def everybody(self) -> list[Profile]:
        """Everyone in the workspace, those who left included.

        Raises:
            CallFailed: Slack did not answer.
        """
        asked = pages(lambda cursor: self.client.users_list(limit=PAGE, cursor=cursor, include_locale=True))
        return [self._read(user) async for page in asked for user in page.get("members", [])]

    async def channel(self, channel_id: str) -> Channel:
        """A channel's name and kind; where the bot may not look, its id serves as the name."""
        kept = self._channels.get(channel_id)
        if kept and kept[0] > self.clock():
            return kept[1]
        try:
            info = (await answer(self.client.conversations_info(channel=channel_id)))["channel"]
        except CallFailed as failure:
            if failure.code not in MISSING:
                raise
            return Channel(channel_id=channel_id, name=channel_id, is_private=True, has_bot=False, is_known=False)
        channel = read_channel(info)
        self._channels[channel_id] = (self.clock() + CHANNEL_FRESH, channel)
        return channel

    def forget_channel(self, channel_id: str) -> None:
        """Look again next time: it was renamed, archived, or the bot came or went."""
        self._channels.pop(channel_id, None)
        self._members.pop(channel_id, None)

    async def permalink(self, channel_id: str, ts: str) -> str | None:
        """A message's address; None when Slack has none to give."""
        try:
            return str((await answer(self.client.chat_getPermalink(channel=channel_id, message_ts=ts)))["permalink"])
        except CallFailed:
            return None

    async def told(self, said: Sequence[Spoken]) -> str:
        """The beginning of a thread as it is kept with a ticket: its first message, then a line of who said what."""
        first, rest = said[:1], said[1:MOST_SAID]
        names = {slack_id: await self._name(slack_id) for slack_id in sorted({one.user_id for one in rest} - {""})}
        lines = [f"{_author(one, names)}: {one.text}" for one in rest if one.text]
        return "".join(one.text for one in first) + (SINCE + "\n".join(lines) if lines else "")

    async def _name(self, slack_id: str) -> str:
        try:
            return escape((await self.profile(slack_id)).name)
        except CallFailed:
            return slack_id

    async def members(self, channel_id: str) -> frozenset[str]:
        """The Slack ids in a channel; nobody when Slack does not say, since private things stay private.

        Raises:
            CallFailed: Slack did not answer.
        """
        kept = self._members.get(channel_id)
        if kept and kept[0] > self.clock():
            return kept[1]
        asked = pages(lambda cursor: self.client.conversations_members(channel=channel_id, limit=1000, cursor=cursor))
        try:
            found = frozenset([member async for page in asked for member in page.get("members", [])])
        except CallFailed as failure:
            if failure.code not in MISSING:
                raise
            return frozenset()
        self._members[channel_id] = (self.clock() + MEMBERS_FRESH, found)
        return found

    async def insiders(self, channel_ids: Iterable[str]) -> dict[str, frozenset[str]]:
        """The members of those channels that are private.

        Raises:
            CallFailed: Slack did not answer.
        """
        private = [channel_id for channel_id in channel_ids if (await self.channel(channel_id)).is_private]
        return {channel_id: await self.members(channel_id) for channel_id in private}

    async def rests(self, slack_ids: Iterable[str]) -> None:
        """Have fresh news of these people's do-not-disturb; where Slack does not say, they count as there."""
        async with self._asking_rests:  # of what becomes due at once each would ask the same
            now = self.clock()
            unknown = [who for who in slack_ids if who not in self._rests or self._rests[who][0] <= now]
            for first in range(0, len(unknown), ASKED_AT_ONCE):
                asked = unknown[first : first + ASKED_AT_ONCE]
                try:
                    users = (await answer(self.client.dnd_teamInfo(users=asked))).get("users") or {}
                except CallFailed:
                    users = {}
                self._rests |= {who: (now + REST_FRESH, _rest(users.get(who) or {})) for who in asked}

    def known_rests(self) -> dict[str, Rest]:
        """Who is not to be disturbed, as far as that was asked of late."""
        now = self.clock()
        return {who: rest for who, (fresh, rest) in self._rests.items() if rest and fresh > now}


def _author(said: Spoken, names: dict[str, str]) -> str:
    """Whoever wrote it; an app by the name that it goes by."""
    return f"@{names[said.user_id]}" if said.user_id in names else escape(said.name)


def _rest(said: dict[str, Any]) -> Rest | None:
    starts, ends = _moment(said.get("next_dnd_start_ts")), _moment(said.get("next_dnd_end_ts"))
    return Rest(starts, ends) if said.get("dnd_enabled") and starts and ends else None
