"""Emoji that say something to the agent: ✗ stops a request, 👍 and 👎 say what somebody thinks of an answer."""

from dataclasses import dataclass
from typing import Literal

Meaning = Literal["stop", "up", "down"]
MEANINGS: dict[str, Meaning] = {"x": "stop", "+1": "up", "thumbsup": "up", "-1": "down", "thumbsdown": "down"}


@dataclass(frozen=True, kw_only=True)
class SlackReaction:
    """Somebody put such an emoji on the message `ts`, or took it off again."""

    channel_id: str
    user_id: str
    ts: str
    means: Meaning
    is_gone: bool = False
