"""The parts of a command about an answer of the agent's: which one it is, and whether it was good."""

from agent.commands.reading import Reading
from agent.commands.shapes import FEEDBACK, TURN
from prompts.words import say

THUMBS = {"thumbs-up": "up", "thumbs-down": "down"}  # names of `feedback` that say which: one for each button


def fill_turn(reading: Reading) -> str:
    """Take `T-4` off the front; returns what is wrong, if anything."""
    if (found := TURN.match(reading.rest)) is None:
        return say("which answer is missing: its last line names it, as in T-4")
    reading.values["turn"], reading.rest = str(int(found["number"])), reading.rest[found.end() :]
    return ""


def fill_at_work(reading: Reading) -> str:
    """Take `T-4` off the front, if it is there."""
    return fill_turn(reading) if reading.rest else ""


def fill_feedback(reading: Reading) -> str:
    """Take `up` or `down` and what follows it."""
    if value := THUMBS.get(reading.called.casefold()):
        reading.status, reading.text, reading.rest = value, reading.rest, ""
        return ""
    if (found := FEEDBACK.match(reading.rest)) is None:
        return say("`up` or `down` is missing")
    reading.status, reading.text, reading.rest = found["value"].casefold(), reading.rest[found.end() :], ""
    return ""
