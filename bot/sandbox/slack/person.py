"""A person's side of Slack: saying, pressing, choosing, filling in and reacting as anybody in the workspace."""

from collections.abc import Iterable
from typing import Any

from bot.sandbox.slack import answers, events, modals, timeline
from bot.sandbox.slack.composer import typed
from bot.sandbox.slack.conversations import add_member
from bot.sandbox.slack.files import new_file
from bot.sandbox.slack.interactions import Pressed, block_actions, choose, shortcut, slash_command
from bot.sandbox.slack.message import Message, Payload
from bot.sandbox.slack.refusals import ApiError, PersonError
from bot.sandbox.slack.seed import User
from bot.sandbox.slack.views import view_payload
from bot.sandbox.slack.world import Channel, World


class PersonSide:
    """What people do. `user` is a name or id; `channel` is `#name` or an id, `@chargehand` the direct messages.

    Whatever a person could not do or see raises PersonError with a sentence that says why; what the app does not
    acknowledge within three seconds raises SlackTimeoutError.
    """

    def __init__(self, world: World) -> None:
        self.world = world

    def user(self, who: str) -> User:
        """Somebody by name or id."""
        user = self.world.find_user(who)
        if user is None:
            raise PersonError(f"There is nobody called {who}.")
        return user

    def channel(self, where: str, *, seen_by: str | None = None) -> Channel:
        """A channel by name or id; with `seen_by`, one that this person may look into."""
        user = self.user(seen_by) if seen_by else None
        if user and where == f"@{self.world.bot.name}":
            return self.world.dm_with(user)
        channel = self.world.find_channel(where)
        if channel is None or (user and not _may_see(user, channel)):
            raise PersonError(f"There is no channel {where}" + (f" for {user.name}." if user else "."))
        return channel

    async def say(
        self,
        user: str,
        channel: str,
        text: str,
        *,
        thread_ts: str | None = None,
        files: Iterable[str] = (),
        raw: bool = False,
    ) -> str:
        """Write a message and give back its ts; `files` are file names, `raw` sends the text untouched."""
        author, where = self.user(user), self._writable(user, channel)
        if thread_ts and thread_ts not in where.messages:
            raise PersonError("That thread is not there.")
        thread_ts = thread_ts and (where.messages[thread_ts].thread_ts or thread_ts)
        shared = [new_file(self.world, name, owner=author.id) for name in files]
        words = text if raw else typed(self.world, text)
        parts: dict[str, Any] = {"files": shared, "subtype": "file_share"} if shared else {}
        message = timeline.compose(self.world, where, author, words, thread_ts=thread_ts, **parts)
        return timeline.post(self.world, where, message).ts

    async def dm(self, user: str, text: str, *, thread_ts: str | None = None) -> str:
        """Write to the bot directly."""
        return await self.say(user, f"@{self.world.bot.name}", text, thread_ts=thread_ts)

    async def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """Change one's own message."""
        where, message = self._own(user, channel, ts)
        timeline.edit(self.world, where, message, text=typed(self.world, text))

    async def delete(self, user: str, channel: str, ts: str) -> None:
        """Delete one's own message."""
        timeline.delete(self.world, *self._own(user, channel, ts))

    async def unfurl(self, channel: str, ts: str) -> None:
        """Let a link preview appear under a message."""
        where, message = self._message(channel, ts)
        preview = {"id": 1, "from_url": "https://example.com/", "title": "Example", "fallback": "Example"}
        timeline.edit(self.world, where, message, quiet=True, attachments=[*message.attachments, preview])

    async def command(
        self, user: str, channel: str, command: str, text: str = "", *, raw: bool = False
    ) -> Payload | None:
        """Type a slash command; the payload of the app's acknowledgement, whose answer is shown as Slack would."""
        author, where = self.user(user), self.channel(channel, seen_by=user)
        words = text if raw else typed(self.world, text, in_command=True)
        payload = slash_command(self.world, author, where, command, words)
        answer = await self.world.socket.ask("slash_commands", payload)
        if answer:
            url = self.world.response_urls[payload["response_url"].rsplit("/", 1)[1]]
            try:
                answers.answer(self.world, url, answer)
            except ApiError as refused:
                raise PersonError(f"Slack did not take the app's answer: {refused.code} {refused.details}") from None
        return answer

    async def click(self, user: str, channel: str, ts: str, label: str, *, value: str | None = None) -> None:
        """Press a button of a message, by label or action id; `value` tells buttons with one label apart."""
        await self._press(user, self._on_message(user, channel, ts), label, value)

    async def click_ephemeral(self, user: str, label: str, *, value: str | None = None) -> None:
        """Press a button of the latest message only this person sees that has it."""
        await self._press(user, self._on_ephemeral(user, label), label, value)

    async def click_modal(self, user: str, label: str, *, value: str | None = None) -> None:
        """Press a button inside the open form."""
        await self._press(user, Pressed(modals.topmost(self.world, self.user(user))), label, value)

    async def click_home(self, user: str, label: str, *, value: str | None = None) -> None:
        """Press a button of the Home tab."""
        await self._press(user, self._on_home(user), label, value)

    async def select(self, user: str, channel: str, ts: str, *, action: str, choice: str) -> None:
        """Choose from a menu of a message, by option label or value (people and channels by name)."""
        await self._choose(user, self._on_message(user, channel, ts), action, choice)

    async def select_ephemeral(self, user: str, *, action: str, choice: str) -> None:
        """Choose from a menu of the latest message only this person sees that has it."""
        await self._choose(user, self._on_ephemeral(user, action), action, choice)

    async def select_modal(self, user: str, *, action: str, choice: str) -> None:
        """Choose from a menu inside the open form."""
        await self._choose(user, Pressed(modals.topmost(self.world, self.user(user))), action, choice)

    async def select_home(self, user: str, *, action: str, choice: str) -> None:
        """Choose in a menu on their Home tab."""
        await self._choose(user, self._on_home(user), action, choice)

    async def shortcut(self, user: str, name: str, *, channel: str | None = None, ts: str | None = None) -> None:
        """Use a shortcut by its callback id, on a message if one is named."""
        message = self._message(channel, ts, seen_by=user)[1] if channel and ts else None
        await self.world.socket.ask("interactive", shortcut(self.world, self.user(user), name, message))

    async def submit(self, user: str, values: Payload | None = None) -> dict[str, str]:
        """Fill in (by block or action id) and send the open form; the errors it shows, empty when it was taken."""
        return await modals.submit(self.world, self.user(user), values or {})

    async def close_modal(self, user: str) -> None:
        """Cancel the topmost form."""
        await modals.close(self.world, self.user(user))

    def modal(self, user: str) -> Payload | None:
        """The topmost open form as the bot gave it, with Slack's ids."""
        stack = self.world.modals.get(self.user(user).id)
        return view_payload(self.world.views[stack[-1]]) if stack else None

    async def open_home(self, user: str, *, tab: str = "home") -> None:
        """Open the app's Home or Messages tab."""
        who = self.user(user)
        dm = self.world.dm_with(who)
        view = self.world.views.get(self.world.homes.get(who.id, ""))
        shown = {"view": view_payload(view)} if view and tab == "home" else {}
        events.happened(self.world, "app_home_opened", {"user": who.id, "channel": dm.id, "tab": tab, **shown})

    async def react(self, user: str, channel: str, ts: str, emoji: str) -> None:
        """Add an emoji to a message."""
        where, message = self._message(channel, ts, seen_by=user)
        if not timeline.react(self.world, where, message, self.user(user), emoji):
            raise PersonError(f"{user} has already reacted with {emoji}.")

    async def unreact(self, user: str, channel: str, ts: str, emoji: str) -> None:
        """Take one's emoji back."""
        where, message = self._message(channel, ts, seen_by=user)
        if not timeline.unreact(self.world, where, message, self.user(user), emoji):
            raise PersonError(f"{user} has not reacted with {emoji}.")

    async def join(self, user: str, channel: str) -> None:
        """Become a member of a public channel."""
        who, where = self.user(user), self.channel(channel, seen_by=user)
        if who.id not in where.members:
            add_member(self.world, where, who.id)
            timeline.announce(self.world, where, who, "channel_join", f"<@{who.id}> has joined the channel")

    def _writable(self, user: str, channel: str) -> Channel:
        author, where = self.user(user), self.channel(channel, seen_by=user)
        if author.deleted:
            raise PersonError(f"{author.name} has been deactivated.")
        if where.is_archived:
            raise PersonError(f"#{where.name} is archived.")
        if author.id not in where.members:
            raise PersonError(f"{author.name} is not a member of #{where.name}.")
        return where

    def _message(self, channel: str, ts: str, *, seen_by: str | None = None) -> tuple[Channel, Message]:
        where = self.channel(channel, seen_by=seen_by)
        if ts not in where.messages:
            raise PersonError("That message is not there.")
        return where, where.messages[ts]

    def _own(self, user: str, channel: str, ts: str) -> tuple[Channel, Message]:
        where, message = self._message(channel, ts, seen_by=user)
        if message.user != self.user(user).id:
            raise PersonError("That is somebody else's message.")
        return where, message

    def _on_message(self, user: str, channel: str, ts: str) -> Pressed:
        return Pressed(self._message(channel, ts, seen_by=user)[1])

    def _on_ephemeral(self, user: str, wanted: str) -> Pressed:
        for message in reversed(self.world.ephemerals.get(self.user(user).id, [])):
            labels = {*message.buttons, *(control["action_id"] for control in message.controls)}
            if wanted in labels:
                return Pressed(message)
        raise PersonError(f"{user} sees no private message with {wanted!r}.")

    def _on_home(self, user: str) -> Pressed:
        view = self.world.views.get(self.world.homes.get(self.user(user).id, ""))
        if view is None:
            raise PersonError("The Home tab is empty.")
        return Pressed(view)

    async def _press(self, user: str, pressed: Pressed, label: str, value: str | None) -> None:
        button = pressed.button(label, value)
        await self._interact(user, pressed, button, {})

    async def _choose(self, user: str, pressed: Pressed, action: str, choice: str) -> None:
        menu = pressed.menu(action)
        await self._interact(user, pressed, menu, choose(self.world, menu, choice))

    async def _interact(self, user: str, pressed: Pressed, control: Payload, chosen: Payload) -> None:
        payload = block_actions(self.world, self.user(user), pressed, control, chosen)
        await self.world.socket.ask("interactive", payload)


def _may_see(user: User, channel: Channel) -> bool:
    is_open_to_all = channel.kind == "channel" and not (user.is_restricted or user.is_stranger)
    return is_open_to_all or user.id in channel.members
