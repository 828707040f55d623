"""The forms of reminders: "Remind me" of a message, and another time for one that was asked for."""

import re
from collections.abc import Mapping

from agent.alarms.keep import whose
from agent.alarms.timing import timing_of, whole
from agent.calendar.spoken.spoken import Unclear
from agent.calendar.whose import calendar_of_person
from agent.commands.pressed import UNKNOWN
from agent.desk import Desk
from agent.forms.kind import Given
from bot.errors import Stray, UserError
from bot.forms import Field, Form
from bot.shortcuts import SlackShortcut
from prompts.words import fixed, say
from storage import people

TITLE, CHANGE = fixed("Remind me"), fixed("Change reminder")
SUBMIT, SAVE = fixed("Remind me"), fixed("Save")
SUGGESTED = fixed("tomorrow at 09:00")
HINT = fixed("As you would say it: in 2h, tomorrow at 9, every monday at 10.")
_NUMBER = re.compile(r"change ([0-9]{1,9})")


async def form(desk: Desk, shortcut: SlackShortcut) -> Form:
    """The form of the shortcut: what the message says stands there."""
    longest = desk.settings.remind_characters
    what = Field(
        name="text",
        kind="text",
        label=say("Of what"),
        initial=(await _words(desk, shortcut))[:longest],
        is_optional=True,
        longest=longest,
    )
    return Form(
        verb="remind",
        title=say(TITLE),
        submit=say(SUBMIT),
        fields=(_when(say(SUGGESTED)), what),
        about={"value": "me", **shortcut.about},
    )


async def change_form(desk: Desk, value: str, *, about: Mapping[str, str | None]) -> Form:
    """The form of the button Change: what counts now stands there.

    Raises:
        Stray: the reminder is not theirs.
    """
    found = _NUMBER.fullmatch(value)
    if found is None:
        raise Stray(say(UNKNOWN))
    alarm = await whose(desk, int(found[1]))
    return Form(
        verb="reminders",
        title=say(CHANGE),
        submit=say(SAVE),
        fields=(_when(alarm.words or alarm.first.replace("T", " ")),),
        about=about,
    )


def _when(initial: str) -> Field:
    return Field(name="when", kind="line", label=say("When"), hint=say(HINT), initial=initial, longest=200)


async def _words(desk: Desk, shortcut: SlackShortcut) -> str:
    """What the message says, and who says it."""
    author = await people.by_slack_id(desk.tx, desk.workspace_id, shortcut.author_id)
    said = await desk.read_out(shortcut.text)
    return f"@{author.name}: {said}" if author else said


async def problems(desk: Desk, given: Given) -> dict[str, str]:
    """What is wrong with the time."""
    if desk.actor is None:
        return {}  # the command will say it
    calendar = await calendar_of_person(desk.tx, desk.settings, desk.actor.person_id)
    try:
        timing_of(desk, whole(given.get("when", "")), calendar)
    except Unclear as question:
        clear = " / ".join(words for _, words in question.choices)
        return {"when": f"{question} {clear}"}
    except UserError as refusal:
        return {"when": str(refusal)}
    return {}


def line(verb: str, value: str, given: Given) -> str:
    """What was filled in as a command: the text stands below the time, since it may speak of another one."""
    return f"{verb} {value} {given.get('when', '').strip()}\n{given.get('text', '').strip()}".strip()
