"""The shortcuts that Slack offers on a message and beside the box one writes in, and the use of one."""

from dataclasses import dataclass

TRACK, ADD, NEW, REMIND, ASK = "track", "add", "new", "remind", "ask"
AGAIN = "shortcut"  # the form of one that Slack was too late for, by a button
# Callback id -> where it stands, its name (of at most 24 characters) and what it does.
SHORTCUTS = {
    TRACK: ("message", "Track this", "Makes a ticket of the message"),
    ADD: ("message", "Add to ticket", "Keeps the message as a comment on a ticket"),
    REMIND: ("message", "Remind me", "Reminds you of the message later"),
    ASK: ("message", "Ask Chargehand", "Has the agent look at the message"),
    NEW: ("global", "New ticket", "Opens a ticket that no message tells of"),
}


@dataclass(frozen=True, kw_only=True)
class SlackShortcut:
    """A shortcut, of a message or of none: then it has no channel, and nowhere to answer."""

    name: str
    user_id: str
    trigger_id: str
    channel_id: str = ""
    message_ts: str = ""
    thread_ts: str | None = None
    text: str = ""
    author_id: str = ""  # empty where no person wrote the message
    reply_url: str | None = None

    @property
    def about(self) -> dict[str, str | None]:
        """What its form carries along: where it was used, and by which trigger where that can be answered."""
        trigger_id = self.trigger_id if self.reply_url else None
        return {"channel_id": self.channel_id, "thread_ts": self.thread_ts, "trigger_id": trigger_id}
