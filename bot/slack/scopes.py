"""What the Slack app asks for, each with its reason; the manifest asks for these and `doctor` compares."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """A bot scope and what is off without it; without a vital one no report becomes a ticket."""

    name: str
    why: str
    is_vital: bool = False


SCOPES = (
    Scope("app_mentions:read", "hear @chargehand in channels", is_vital=True),
    Scope("assistant:write", "suggest prompts in its messages tab"),
    Scope(
        "channels:history",
        "replies in tickets' threads, edits, deletions, what a thread said before, finding a post again",
    ),
    Scope("channels:read", "channel names, and which channels it is in", is_vital=True),
    Scope("chat:write", "post cards, answers and direct messages", is_vital=True),
    Scope("commands", "hear /chargehand"),
    Scope("dnd:read", "no ticket for who has notifications off for more than two of their working hours"),
    Scope("emoji:read", "tell by `doctor` whether the emoji that settings name are there"),
    Scope("files:write", "show an answer that is too long for messages as a text file"),
    Scope("groups:history", "the same as channels:history in private channels"),
    Scope("groups:read", "the same as channels:read for private channels, and who may see their tickets"),
    Scope("im:history", "hear direct messages"),
    Scope("im:read", "know a direct message as one"),
    Scope("im:write", "open a direct message with assignees and managers"),
    Scope("mpim:history", "the same as channels:history in group messages"),
    Scope("mpim:read", "the same as groups:read for group messages"),
    Scope("reactions:read", "see which marks a report already carries, and ✗, 👍 and 👎 on what the agent does"),
    Scope("reactions:write", "mark a report as seen, then with its status"),
    Scope("usergroups:read", "names of groups that are mentioned, and who is in the groups that are linked"),
    Scope("users:read", "names, who is a guest and who has left", is_vital=True),
    Scope("users:read.email", "the reporter's e-mail on the ticket, and admins named by e-mail"),
)
