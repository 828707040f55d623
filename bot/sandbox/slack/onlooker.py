"""What people see, and waiting until they see it."""

from collections.abc import AsyncGenerator, Callable

from bot.sandbox.slack.message import Message, Payload
from bot.sandbox.slack.person import PersonSide
from bot.sandbox.slack.socket import Envelope
from bot.sandbox.slack.transcript import transcript
from bot.sandbox.slack.views import view_payload
from bot.sandbox.slack.world import Call
from bot.sandbox.waiting import Found, wait_until


class Onlooker(PersonSide):
    """What people see. Messages are values of one moment: ask again to see what changed."""

    def messages(self, channel: str) -> list[Message]:
        """The channel from oldest to newest, without the replies inside threads."""
        shown = self.channel(channel).messages.values()
        return [message for message in shown if not message.is_reply or message.broadcast]

    def message(self, channel: str, ts: str) -> Message:
        """One message or reply."""
        return self._message(channel, ts)[1]

    def thread(self, channel: str, ts: str) -> list[Message]:
        """A message and its replies, oldest first; empty when it is gone."""
        where = self.channel(channel)
        wanted = [ts, *where.threads.get(ts, [])]
        return [where.messages[one] for one in wanted if one in where.messages]

    def dms(self, user: str) -> list[Message]:
        """Everything between this person and the bot, replies included."""
        return list(self.world.dm_with(self.user(user)).messages.values())

    def ephemerals(self, user: str) -> list[Message]:
        """What only this person sees, oldest first."""
        return list(self.world.ephemerals.get(self.user(user).id, []))

    def reactions(self, channel: str, ts: str) -> dict[str, list[str]]:
        """Emoji of a message and the names of those who gave them."""
        given = self._message(channel, ts)[1].reactions
        return {emoji: [self.world.users[user_id].name for user_id in users] for emoji, users in given.items()}

    def status(self, channel: str, thread_ts: str) -> str | None:
        """The "is working" line under a thread."""
        text, until = self.channel(channel).statuses.get(thread_ts, ("", 0.0))
        return text if text and until > self.world.now() else None

    def home(self, user: str) -> Payload | None:
        """The Home tab as the bot published it."""
        view = self.world.views.get(self.world.homes.get(self.user(user).id, ""))
        return view_payload(view) if view else None

    def calls(self, method: str | None = None) -> list[Call]:
        """What the app called, all or one method, in order."""
        return [call for call in self.world.calls if method in (None, call.method)]

    def upload(self, file_id: str) -> bytes:
        """What is in a file the app sent."""
        return self.world.uploads[file_id]

    @property
    def envelopes(self) -> list[Envelope]:
        """Everything sent to the app, with when it was sent and acknowledged."""
        return self.world.socket.sent

    @property
    def sockets(self) -> int:
        """How many sockets the app has open."""
        return len(self.world.socket.usable)

    @property
    def refusals_left(self) -> int:
        """How many attempts to open a socket are still to be refused."""
        return self.world.socket.refusals_left

    async def until(self, condition: Callable[[], Found], timeout: float = 30.0) -> Found:
        """Wait until the condition holds and give back its value; it is asked anew after every change.

        Raises:
            AssertionError: it did not hold in time; the text is the workspace's transcript.
        """
        return await wait_until(
            condition,
            timeout=timeout,
            pulse=lambda: self.world.pulse,
            seen=lambda: f"people see:\n{self.transcript()}",
        )

    async def subscribe(self) -> AsyncGenerator[int, None]:
        """The number of the workspace's latest change, now and after each burst of changes."""
        while True:
            pulse = self.world.pulse
            yield self.world.version
            await pulse.wait()

    def transcript(self) -> str:
        """Everything people see, for reading."""
        return transcript(self.world)
