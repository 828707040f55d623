"""Edit: what the ticket says today stands in the form; only what was changed in it is set."""

from agent.commands.fields import LONGEST_COMPONENT, LONGEST_TITLE, problem_of
from agent.commands.priority import require_reason
from agent.commands.reading import LONGEST_REASON
from agent.desk import Desk
from agent.forms.kind import Given, priorities
from bot.access import can
from bot.errors import UserError
from bot.forms import Field
from bot.messages import Option
from prompts.words import say
from storage.tickets import Ticket

LONGEST = 3000  # characters that a field of Slack's holds
ORDER = ("title", "priority", "component", "tags", "reason", "description")  # a description takes all that follows it
NONE = {"component": "none", "tags": "none"}


async def fields(desk: Desk, ticket: Ticket, chosen: str) -> tuple[Field, ...]:
    """What is not the asker's to set is left out, and so left alone; and a description too long for the form."""
    description = await desk.read_out(ticket.description)
    may_judge = can(desk.asker, "triage", await desk.target(ticket))
    told = Field(
        name="description", kind="text", label=say("Description"), initial=description,
        is_optional=True,
    )  # fmt: skip
    return (
        Field(name="title", kind="line", label=say("Title"), initial=ticket.title, longest=LONGEST_TITLE),
        *((told,) if len(description) <= LONGEST else ()),
        *(_judged(ticket, priorities()) if may_judge else ()),
    )


def _judged(ticket: Ticket, options: tuple[Option, ...]) -> tuple[Field, ...]:
    why = Field(
        name="reason",
        kind="line",
        label=say("Why it is less than critical"),
        is_optional=True,
        longest=LONGEST_REASON,
    )
    return (
        Field(
            name="priority",
            kind="choice",
            label=say("Priority"),
            options=options,
            initial=ticket.priority or "",
            is_optional=ticket.priority is None,
        ),
        *((why,) if ticket.priority == "critical" else ()),
        Field(
            name="component",
            kind="line",
            label=say("Component"),
            initial=ticket.component or "",
            is_optional=True,
            longest=LONGEST_COMPONENT,
        ),
        Field(
            name="tags",
            kind="line",
            label=say("Tags"),
            hint=say("With commas between them."),
            initial=", ".join(ticket.tags),
            is_optional=True,
        ),
    )


def line(given: Given, was: Given) -> str:
    """`field: value` lines of what is not as it was; the reason alone changes nothing."""
    changed = {name: given[name] for name in ORDER if name in given and given[name] != was.get(name, "").strip()}
    if changed.keys() <= {"reason"}:
        return f"title: {given.get('title', '')}"
    return "\n".join(f"{name}: {value or NONE.get(name, '')}" for name, value in changed.items())


async def check(desk: Desk, ticket: Ticket, given: Given) -> dict[str, str]:
    problems = {name: problem_of(name, value) for name, value in given.items() if name != "priority" or value}
    try:
        require_reason(ticket, given.get("priority") or ticket.priority or "", given.get("reason", ""))
    except UserError as refusal:
        problems["reason" if "reason" in given else "priority"] = str(refusal)
    return {
        name: f"{problem[:1].upper()}{problem[1:]}." if problem[-1:] != "." else problem
        for name, problem in problems.items()
        if problem
    }
