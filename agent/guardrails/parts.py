"""A long answer arrives whole: in up to three messages, else as its first lines with the whole of it as a file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.messages import Message, plain
from bot.pieces import CLOSED, FENCE, REOPENED, pieces
from prompts.words import say

LEAD = 3  # lines that stand alone: what a phone shows
SHORT = 3000  # characters that are one message as they are
LONGEST, MESSAGES = 11_000, 3
LABELLED = re.compile(r"<(https?://[^|<>]+)\|([^<>]+)>")
MOST_OF_LEAD = 2000  # characters, should three lines be more


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What is sent, in this order; notes and buttons belong to the last message.

    `file`: the whole text, to be uploaded to the thread after the messages; empty: they hold all of it.
    """

    messages: tuple[Message, ...]
    file: str = ""


def parts(text: str, *, may_upload: bool = True, names: Mapping[str, str] | None = None) -> Parts:
    """An answer, as mrkdwn, in messages that Slack takes.

    Args:
        may_upload: without the right to (files:write) it becomes as many messages as it takes.
        names: Slack id -> name, for a file.
    """
    if len(text) <= SHORT:
        return Parts(messages=(Message(text=text),))
    cut = pieces(text, LONGEST, at_blocks=True)
    if len(cut) > MESSAGES and may_upload:
        lead, _ = lead_of(text)
        said = f"{_shortened(lead)}\n\n{say('The whole answer follows.')}"
        return Parts(messages=(Message(text=said),), file=readable(text, names or {}))
    return Parts(messages=tuple(_message(piece) for piece in cut))


def readable(text: str, names: Mapping[str, str]) -> str:
    """Mrkdwn as a file shows it: links with their addresses, people by name."""
    shown = LABELLED.sub(lambda link: link[2] if link[1] == link[2] else f"{link[2]} ({link[1]})", text)
    return plain(shown, dict(names))


def _message(piece: str) -> Message:
    lead, rest = lead_of(piece)
    return Message(text=lead, body=rest)


def lead_of(text: str) -> tuple[str, str]:
    """The first three lines that say something, and the rest; code that is cut is closed and opened again."""
    lines = text.split("\n")
    said = [number for number, line in enumerate(lines) if line.strip().strip("`")]
    end = said[LEAD - 1] + 1 if len(said) > LEAD else len(lines)
    lead, rest = "\n".join(lines[:end]), "\n".join(lines[end:])
    if not rest.strip().strip("`"):
        return text, ""
    if lead.count(FENCE) % 2 == 1:
        code, _, after = rest.partition(FENCE)
        return (lead + CLOSED, REOPENED + rest) if code.strip() else (f"{lead}\n{FENCE}", after.strip("\n"))
    return lead, rest.strip("\n")


def _shortened(lead: str) -> str:
    first = pieces(lead, MOST_OF_LEAD)[0]
    return first if first == lead else f"{first} …"
