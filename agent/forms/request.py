"""The form of "Ask Chargehand": what the agent is to do, or to find out, about the message."""

from agent.commands.ask import NO_MODEL
from agent.desk import Desk
from agent.forms.kind import Given
from bot.errors import UserError
from bot.forms import Field, Form
from bot.messages import escape
from bot.shortcuts import SlackShortcut
from prompts.words import fixed, say

TITLE, SUBMIT = fixed("Ask Chargehand"), fixed("Ask")
LONGEST = 2000


def form(desk: Desk, shortcut: SlackShortcut) -> Form:
    """The form; the message itself stands in its thread.

    Raises:
        UserError: there is no model that could work on it.
    """
    if not desk.settings.servers:
        raise UserError(say(NO_MODEL))
    what = Field(name="text", kind="text", label=say("What shall I do, or find out?"), longest=LONGEST)
    return Form(verb="ask", title=say(TITLE), submit=say(SUBMIT), fields=(what,), about=shortcut.about)


def line(verb: str, given: Given) -> str:
    """What was filled in as a command."""
    return f"{verb} {escape(given.get('text', '').strip())}"
