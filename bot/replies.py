"""A reply in a thread that is, or may become, a ticket's: said to the others there, without a mention of the bot."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SlackReply:
    """`thread_ts` is the thread's first message; `text` ends with the files that came along."""

    channel_id: str
    user_id: str
    ts: str
    thread_ts: str
    text: str


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
