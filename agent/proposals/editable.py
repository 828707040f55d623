"""Which arguments of a proposal of the agent's a person may change, and how a form asks for them.

What it is about (the ticket, repository, number) stays: for another object the agent is asked anew.
"""

from collections.abc import Mapping
from typing import Any

from agent.desk import Desk
from agent.kit.arguments import ME
from agent.kit.kinds import Sort
from agent.kit.tool import MOST_ITEMS, Tool
from agent.people.whom import person_named
from agent.proposals.fields import is_cut
from agent.specialists import TOOLS
from bot.forms import Field
from bot.llm.checks import wrong
from bot.messages import Button, Option, mention
from prompts.words import fixed, say
from storage.proposals import Proposal

AMEND, WHOLE = "amend", "whole"  # the names of the forms
ABOUT: set[Sort] = {"ticket", "repository", "number"}
YES, NO = "yes", "no"
ONE_LINE = 300  # characters; longer ones may have several lines
LONGEST = 3000  # characters that Slack takes in a field
LABELS: Mapping[str, str] = {
    "assignees": fixed("Assignees"),
    "besides": fixed("Keep those who have it now"),
    "body": fixed("What it needs to know"),
    "goal": fixed("Goal"),
    "labels": fixed("Labels"),
    "people": fixed("People"),
    "plan_only": fixed("Only a plan"),
    "priority": fixed("Priority"),
    "reason": fixed("Reason"),
    "text": fixed("Text"),
    "title": fixed("Title"),
    "until": fixed("Until when"),
    "what": fixed("What"),
    "when": fixed("When"),
    "who": fixed("Who"),
}
IN_WORDS: Mapping[str, str] = {
    "critical": fixed("critical"),
    "high": fixed("high"),
    "medium": fixed("medium"),
    "low": fixed("low"),
    "completed": fixed("completed"),
    "not_planned": fixed("not planned"),
    YES: fixed("yes"),
    NO: fixed("no"),
}
MISSING = fixed("Fill this in.")
NOT_ONE_LINE = fixed("Write one line, without backticks.")
HOW_MANY = fixed("Choose 1 to {most}.")
AT_MOST = fixed("At most {most}, in their own short names, with commas between.")


def tool_of(proposal: Proposal) -> Tool | None:
    """The tool that it would use; None of one of a command, and of a tool that another release had."""
    return TOOLS.get(str(proposal.arguments.get("tool", "")))


def given(proposal: Proposal) -> dict[str, Any]:
    """The arguments that its tool was given; nothing where an earlier release kept none."""
    return dict(proposal.arguments.get("arguments") or proposal.arguments.get("given") or {})


def editable(proposal: Proposal) -> list[str]:
    """The names of the arguments that may be changed; none that is longer than a form takes, as code may make it."""
    tool, known = tool_of(proposal), given(proposal)
    names = [name for name, sort in tool.sorts.items() if sort not in ABOUT and name in known] if tool else []
    return [name for name in names if tool and _fits(tool.schema["properties"][name], known[name])]


def _fits(schema: Mapping[str, Any], value: Any) -> bool:
    return not isinstance(value, str) or len(value) <= schema.get("maxLength", LONGEST)


def buttons(proposal: Proposal) -> tuple[Button, ...]:
    """Under each message that asks."""
    edit = Button(label=say("Edit…"), action=f"form:{AMEND}", value=proposal.name)
    show = Button(label=say("Show all"), action=f"form:{WHOLE}", value=proposal.name)
    return (
        Button(label=say("Approve"), action="approve", value=proposal.name, style="primary"),
        *((edit,) if editable(proposal) else ()),
        *((show,) if is_cut(proposal.before, proposal.after) else ()),
        Button(label=say("Deny…"), action="form:deny", value=proposal.name),
    )


async def fields(desk: Desk, proposal: Proposal, *, me: str) -> tuple[Field, ...]:
    """What a form asks, with what it says today.

    Args:
        me: the Slack id of who asked for it.
    """
    tool, known = tool_of(proposal), given(proposal)
    wanted = {name: mention(me) if known[name] == ME else known[name] for name in editable(proposal)}
    return tuple([await _field(desk, tool, name, value) for name, value in wanted.items()]) if tool else ()


async def _field(desk: Desk, tool: Tool, name: str, value: Any) -> Field:
    schema, label = tool.schema["properties"][name], say(LABELS[name])
    if schema["type"] == "array":
        is_optional = not schema["minItems"]
        if tool.sorts[name] != "person":
            return Field(name=name, kind="line", label=label, initial=", ".join(value), is_optional=is_optional)
        ids = [(await person_named(desk, one)).slack_id for one in value]
        return Field(name=name, kind="people", label=label, initial=" ".join(ids), is_optional=is_optional)
    if tool.sorts[name] == "person":
        return Field(name=name, kind="person", label=label, initial=(await person_named(desk, value)).slack_id)
    if options := _options(schema):
        return Field(name=name, kind="choice", label=label, options=options, initial=_chosen(value))
    longest = int(schema["maxLength"])
    kind = "line" if longest <= ONE_LINE else "text"
    return Field(name=name, kind=kind, label=label, initial=str(value), longest=longest)  # type: ignore[arg-type]


def _options(schema: Mapping[str, Any]) -> tuple[Option, ...]:
    names = (YES, NO) if schema["type"] == "boolean" else schema.get("enum", ())
    return tuple(Option(label=say(IN_WORDS[name]), value=name) for name in names)


def _chosen(value: Any) -> str:
    return (YES if value else NO) if isinstance(value, bool) else str(value)


def amended(proposal: Proposal, filled: Mapping[str, str], at_first: Mapping[str, str]) -> dict[str, Any]:
    """The arguments that were changed.

    Args:
        at_first: what stood in the form, for each of its fields.
    """
    tool = tool_of(proposal)
    asked = [name for name in editable(proposal) if name in filled]
    changed = [name for name in asked if filled[name].strip() != at_first[name].strip()]
    return {name: _value(tool, name, filled[name]) for name in changed} if tool else {}


def _value(tool: Tool, name: str, text: str) -> Any:
    schema = tool.schema["properties"][name]
    if schema["type"] == "array":
        is_people = tool.sorts[name] == "person"
        return [mention(one) for one in text.split()] if is_people else [*filter(None, map(str.strip, text.split(",")))]
    if schema["type"] == "boolean":
        return text == YES
    return mention(text) if tool.sorts[name] == "person" and text else text


def problems(proposal: Proposal, filled: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the answers, by field: held against what the tool takes."""
    tool = tool_of(proposal)
    if tool is None:
        return {}
    asked = [name for name in editable(proposal) if name in filled]
    return {
        name: _problem(tool, name, filled[name])
        for name in asked
        if wrong(_value(tool, name, filled[name]), tool.schema["properties"][name])
    }


def _problem(tool: Tool, name: str, text: str) -> str:
    if tool.schema["properties"][name]["type"] == "array":
        return say(HOW_MANY if tool.schema["properties"][name]["minItems"] else AT_MOST, most=MOST_ITEMS)
    return say(NOT_ONE_LINE) if text.strip() else say(MISSING)
