"""In a channel that follows threads a reply needs no mention: which ones are heard, and which stay among people."""

import re

from agent.channels.muted import is_muted
from agent.channels.settings import MENTION, follows
from agent.commands.grammar import parse
from agent.commands.registry import VERBS
from agent.commands.verb import Slot
from agent.turns.control import control_word
from agent.turns.rules import judge
from agent.turns.understood import steps_of
from agent.turns.verdict import Heard
from bot.replies import SlackReply
from storage import live_turns, thread_links
from storage.database import Tx
from storage.turns import RUNNING

_TO_SOMEBODY = re.compile(r"\s*<(?:@[UW]|!)")  # it begins with the mention of somebody else, or of everybody
_NAME = re.compile(r"\bchargehand\b|^\W*(?:(?:hey|hi|hallo|ok|okay)\W+)?bot\b", re.IGNORECASE)
_OPENING = re.compile(r"^\W*(?:(?:hey|hi|hallo|ok|okay)\W+)?(?:chargehand|bot)\b\W*", re.IGNORECASE)


async def is_for_me(tx: Tx, workspace_id: str, said: SlackReply, *, has_model: bool) -> bool:
    """Whether a reply is heard as if it mentioned the bot.

    What only tells of something stays among people, and is kept as ever; what asks, orders or is a command is heard,
    and all that somebody adds while their own request runs.
    """
    if await follows(tx, said.channel_id) == MENTION or _TO_SOMEBODY.match(said.text):
        return False
    word = control_word(said.text)
    if await is_muted(tx, said.channel_id, said.thread_ts):
        return word in {"unmute", "resume", "stop"}
    if word:
        return word != "aside"
    running = await live_turns.live_in(tx, said.channel_id, said.thread_ts)
    if any(turn.slack_id == said.user_id and turn.state == RUNNING for turn in running):
        return True
    ticket_id = await thread_links.ticket_of(tx, workspace_id, said.channel_id, said.thread_ts)
    return is_addressed(said.text, has_ticket=ticket_id is not None, has_model=has_model)


def is_addressed(text: str, *, has_ticket: bool, has_model: bool) -> bool:
    """Whether the words ask something of the bot that it could do.

    Args:
        has_model: requests that rules do not know the whole of can be worked on.
    """
    if is_command(text, has_ticket=has_ticket):
        return True
    verdict = judge(Heard(text=text, is_top_level=False, ticket="CH-1" if has_ticket else ""))  # any ticket's name
    if verdict.is_told or verdict.kind == "courtesy":
        return False
    return bool(steps_of(verdict)) or (has_model and (verdict.is_question or verdict.is_order))


def is_command(text: str, *, has_ticket: bool) -> bool:
    """Whether it would be a whole command, had it mentioned the bot."""
    parsed = parse(text, VERBS, has_thread_ticket=has_ticket, is_message=True)
    return parsed is not None and not parsed.problem and Slot.TEXT not in parsed.verb.takes


def looks_aimed(text: str, *, has_ticket: bool) -> bool:
    """Whether somebody seems to talk to the bot who has not mentioned it: by a command, or by its name."""
    return is_command(text, has_ticket=has_ticket) or (_NAME.search(text) is not None and not _TO_SOMEBODY.match(text))


def without_name(text: str) -> str:
    """The words without the name that they call the bot by."""
    return _OPENING.sub("", text, count=1)
