"""What people say to one another without a mention of the bot: in a thread that it knows, or in a followed channel."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SlackReply:
    """`thread_ts` is the thread's first message, this one itself where it begins one; `text` ends with the files that
    came along."""

    channel_id: str
    user_id: str
    ts: str
    thread_ts: str
    text: str

    @property
    def is_top_level(self) -> bool:
        return self.thread_ts == self.ts


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A message of a thread as it was read back: `user_id` of a person, else `name` of the app that wrote it."""

    ts: str
    user_id: str = ""
    name: str = ""
    text: str
    is_own: bool = False  # the bot's


FILES = "\n\nFiles: "  # before the files of a message, where its words are kept
SINCE = "\n\nThen it said:\n"  # between a thread's first message and the others, a line each


def with_files(text: str, files: str) -> str:
    """The words, and behind them the files that came along (links with name and size)."""
    return f"{text}{FILES}{files}".strip() if files else text
