"""The messages of a thread as pieces of a context: each a data block, made when it is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import overload

from bot.messages import plain
from bot.redact import redact
from prompts.blocks import Trust, as_data_block, shown, without_fence
from storage.thread_messages import Said

SELF = "Chargehand"
SOURCE = "message in this thread"
MOST_SEEN, MOST_WORDS = 5, 200  # messages and characters of each that the router sees
CUT = " […]"


@dataclass(frozen=True)
class Voices:
    """Whose messages they are.

    Attributes:
        names: Slack id -> name, of those who are known.
        asker: Slack id of whose request it is.
        outsiders: Slack ids of guests and of people from elsewhere.
    """

    names: dict[str, str]
    asker: str = ""
    outsiders: frozenset[str] = frozenset()

    def author(self, said: Said) -> str:
        if said.kind == "own":
            return SELF
        return f"@{self.names.get(said.author, said.author)}" if said.kind == "person" else said.author

    def trust(self, said: Said) -> Trust:
        if said.kind != "person":
            return "model" if said.kind == "own" else "machine"
        if said.author in self.outsiders:
            return "outside"
        return "asker" if said.author == self.asker else "member"


@dataclass(frozen=True)
class Blocks(Sequence[str]):
    """The same messages as data blocks; of a long thread only those are made that have room."""

    said: Sequence[Said]
    voices: Voices
    fence: str
    _made: dict[int, str] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.said)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...
    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        if isinstance(at, slice):
            return Blocks(self.said[at], self.voices, self.fence)
        number = range(len(self.said))[at]
        if number not in self._made:
            self._made[number] = block(self.said[number], self.voices, self.fence)
        return self._made[number]


def block(said: Said, voices: Voices, fence: str) -> str:
    """One message, without secrets, as people read it."""
    source = f"{SOURCE}, {_when(said.ts)}"
    text = redact(plain(said.text, voices.names))
    return as_data_block(text, source=source, author=voices.author(said), trust=voices.trust(said), fence=fence)


def last_words(said: Sequence[Said], voices: Voices, fence: str) -> Blocks:
    """What the router sees of a thread: the last words of people, each cut short.

    What apps post, and our own cards and narrations, hold titles and words that strangers wrote on GitHub.
    """
    people = [one for one in said if one.kind == "person"]
    return Blocks([_short(one) for one in people[-MOST_SEEN:]], voices, fence)


def preferences(text: str, fence: str) -> str:
    """What the managers of a channel want answers to be like; it is read as their wish, and cannot add a right."""
    return as_data_block(text, source="preferences of this channel", author="", trust="member", fence=fence)


def own_words(text: str, fence: str) -> str:
    """The asker's message as the request that it is: what is unseen is made visible, and nothing in it could pass for
    the edge of a data block."""
    return without_fence(shown(text), fence)


def _short(said: Said) -> Said:
    if len(said.text) <= MOST_WORDS:
        return said
    return Said(ts=said.ts, author=said.author, kind=said.kind, text=said.text[: MOST_WORDS - len(CUT)] + CUT)


def _when(ts: str) -> str:
    try:
        return f"{datetime.fromtimestamp(float(ts), UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return "at some time"
