"""What a team owns: one rule more, one less."""

from agent.calendar.owner import team_named_first
from agent.desk import Desk
from agent.forms.kind import MOST, Given
from agent.ownership.edit import LONGEST
from bot.forms import Field
from bot.messages import Option, cut, escape, mention
from prompts.words import fixed, say
from storage import ownership
from storage.ownership import KINDS, MANUAL, Rule
from storage.people import Team

SHOWN = {
    "path": fixed("Path, as in services/checkout/**"),
    "component": fixed("Component"),
    "label": fixed("Label on GitHub"),
    "keyword": fixed("Keyword in the report"),
    "channel": fixed("Channel"),
}
LABEL = 75  # characters of a choice, Slack's limit


async def fields(desk: Desk, value: str) -> tuple[Field, ...]:
    """For who manages it.

    Raises:
        Refused: the asker does not.
    """
    team, _ = await team_named_first(desk, value)
    await desk.check_team(team, doing=say("change what {team} owns", team=escape(team.name)))
    rules = tuple(
        Option(label=cut(f"{rule.kind} {rule.pattern}", LABEL), value=str(rule.id)) for rule in await _rules(desk, team)
    )
    remove = Field(
        name="remove", kind="choice", label=say("No longer"), options=rules[:MOST], is_optional=True
    )  # fmt: skip
    kinds = tuple(Option(label=say(SHOWN[kind]), value=kind) for kind in KINDS)
    return (
        Field(name="kind", kind="choice", label=say("What belongs to it"), options=kinds, is_optional=True),
        Field(name="pattern", kind="line", label=say("Which one"), is_optional=True, longest=LONGEST),
        Field(name="people", kind="people", label=say("Who comes first"), is_optional=True),
        *((remove,) if rules else ()),
    )


async def _rules(desk: Desk, team: Team) -> list[Rule]:
    """Those that people made for it; what a file says is changed there."""
    return [rule for rule in await ownership.every(desk.tx) if (rule.source, rule.team_id) == (MANUAL, team.id)]


def lines(value: str, given: Given, changed: Given) -> list[str]:
    who = "".join(f" {mention(slack_id)}" for slack_id in given.get("people", "").split())
    said = [f"ownership remove {given['remove']}"] if given.get("remove") else []
    if given.get("kind"):
        said.append(f"ownership add {given['kind']} {' '.join(given.get('pattern', '').split())} {value}{who}")
    return said or ["ownership list"]


async def check(desk: Desk, value: str, given: Given) -> dict[str, str]:
    if bool(given.get("kind")) == bool(given.get("pattern")):
        return {}
    missing = "pattern" if given.get("kind") else "kind"
    return {missing: say("Say both: what it is, and which one.")}
