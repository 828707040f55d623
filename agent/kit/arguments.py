"""The arguments of a use: "me" is whoever asks, and each that names something is looked for in their words."""

from collections.abc import Mapping
from typing import Any

from agent.desk import Desk
from agent.kit.kinds import Sort
from agent.kit.tool import Tool
from agent.people.whom import person_named
from agent.turns.grounds import Argument, Kind
from bot.messages import mention

ME, THIS = "me", "this"
KINDS: Mapping[Sort, Kind] = {
    "ticket": "ticket",
    "person": "person",
    "repository": "repository",
    "time": "time",
    "words": "text",
    "team": "value",
    "number": "value",
    "choice": "value",
}
# Words that are kept in the asker's name have to be the asker's, in a report most of them; others only describe.
IN_ONES_NAME = frozenset(
    {"comment_ticket", "set_reminder", "comment_github", "create_issue", "delegate", "resolve_ticket", "close_ticket"}
)
IN_ONES_OWN_WORDS = frozenset({"report_ticket"})


async def completed(desk: Desk, tool: Tool, arguments: Mapping[str, Any], *, me: str, this: str = "") -> dict[str, Any]:
    """The arguments with who asks in place of "me" (a tool that knows `me` itself keeps it), with the ticket that
    "this" means, and with each name of several words as a mention: in a command line a name ends at its first space.

    Args:
        this: the name of that ticket; empty where there is none.

    Raises:
        UserError: such a name is nobody's, or several people's.
    """
    named = {name: this for name, value in arguments.items() if value == THIS and tool.sorts[name] == "ticket" and this}
    found = dict(arguments) | named
    for name in (name for name, sort in tool.sorts.items() if sort == "person" and name in found):
        value = found[name]
        if isinstance(value, list):
            found[name] = [mention(me) if one == ME else await _in_one_word(desk, one) for one in value]
        else:
            found[name] = await _in_one_word(desk, value)
    return found


async def _in_one_word(desk: Desk, name: str) -> str:
    return mention((await person_named(desk, name)).slack_id) if " " in name.strip() else name


async def grounds_of(
    desk: Desk, tool: Tool, arguments: Mapping[str, Any], *, this: str, repository: str = ""
) -> dict[str, Argument]:
    """What has to be said by the asker, as it is looked for.

    Args:
        this: the ticket of the thread.
        repository: the full name of the one that is meant on GitHub; empty where that is not known.

    Raises:
        UserError: somebody is named whom nobody knows.
    """
    found: dict[str, Argument] = {}
    for name, value in arguments.items():
        for number, one in enumerate(value if isinstance(value, list) else [value]):
            key = name if not number else f"{name} {number + 1}"
            if argument := await _ground(desk, tool, name, one, this=this):
                found[key] = _with_its_other(argument, repository, arguments.get("number"))
    return found


def _with_its_other(argument: Argument, repository: str, number: object) -> Argument:
    """A repository and a number on GitHub are looked for as one, `acme/shop#12`; any other argument as it is."""
    if not repository or argument.kind not in {"repository", "number"}:
        return argument
    return Argument(argument.kind, repository if number is None else f"{repository}#{number}")


async def _ground(desk: Desk, tool: Tool, name: str, value: object, *, this: str) -> Argument | None:
    """One argument; None for one that names nothing, and for whoever asks."""
    sort, said = tool.sorts[name], str(value)
    if value == ME or isinstance(value, bool):
        return None
    if sort == "words" and tool.name in IN_ONES_OWN_WORDS:
        return Argument("gist", said)
    if sort == "words" and (tool.name not in IN_ONES_NAME or value == THIS):
        return None
    if sort == "number" and tool.reach == "github":
        return Argument("number", said)
    if sort == "person":
        said = (await person_named(desk, said)).slack_id
    elif sort == "ticket" and value == THIS:
        said = this or THIS
    return Argument(KINDS[sort], said)
