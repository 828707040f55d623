"""People as lines of a file, pasted: what they would change is shown first."""

from agent.desk import Desk
from agent.forms.kind import Given
from agent.roster import sheet
from bot.errors import UserError
from bot.forms import Field
from prompts.words import say

LONGEST = 3000  # characters that a field of Slack's holds


async def fields(desk: Desk, value: str) -> tuple[Field, ...]:
    """For an admin.

    Raises:
        Refused: the asker is none.
    """
    desk.check_admin(doing=say("import people"))
    hint = say(
        "First line: slack_id or email or github_login, and any of team, role, capacity, timezone, hours, rotation. "
        "Nothing is changed before you have seen what would be."
    )
    label = say("Lines of a CSV file")
    return (Field(name="csv", kind="text", label=label, hint=hint, longest=LONGEST),)


def lines(value: str, given: Given, changed: Given) -> list[str]:
    return [f"person import {given.get('csv', '')}"]


async def check(desk: Desk, value: str, given: Given) -> dict[str, str]:
    try:
        _, problems = sheet.read(given.get("csv", "").encode())
    except UserError as refusal:
        return {"csv": str(refusal)}
    if not problems:
        return {}
    return {"csv": say("Line {number}: {problem}.", number=problems[0].line, problem=problems[0].text)}
