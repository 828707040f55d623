"""The words of a write on GitHub as they will stand there: made harmless before anybody is asked, shown and stored so.

What is approved is written letter by letter: nothing is changed in it any more.
"""

from collections.abc import Mapping
from typing import Any

from agent.desk import Desk
from agent.github.bodies import harmless_title
from agent.guardrails.links import links_for
from agent.guardrails.marks import OnGitHub
from agent.guardrails.outgoing import for_github
from agent.kit.tool import Tool
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, say
from storage import people

TITLE = "title"  # the argument that is no Markdown
LONGEST_SHOWN = 9000  # characters that a message of Slack's surely shows, beside what else a proposal says
TOO_LONG = fixed("That is too long to be shown whole before it is approved. Say it in fewer words.")
NOTHING_LEFT = fixed("Nothing of that can stand on GitHub: pictures are left out there. Say it in words.")


async def as_written(desk: Desk, tool: Tool, given: Mapping[str, Any], *, asked: str) -> dict[str, Any]:
    """The arguments with all words of them made harmless; those of a tool that writes elsewhere as they are.

    Args:
        asked: what people said themselves, whose links may stand.

    Raises:
        UserError: nothing is left of some, or it is too long to be shown whole.
    """
    words = [name for name, sort in tool.sorts.items() if sort == "words" and name in given and tool.is_outside]
    if not words:
        return dict(given)
    names = await people.names(desk.tx, desk.workspace_id)
    marks = OnGitHub(links=links_for(desk.settings, asked), names=names)
    harmless = {name: harmless_title if name == TITLE else for_github for name in words}
    written = {name: made(given[name], marks) for name, made in harmless.items()}
    if not all(map(str.strip, written.values())):
        raise UserError(say(NOTHING_LEFT))
    if any(len(escape(text)) > LONGEST_SHOWN for text in written.values()):
        raise UserError(say(TOO_LONG))
    return dict(given) | written
