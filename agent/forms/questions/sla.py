"""How soon a team's tickets must be seen and done: a line for each priority, as `sla set` takes it."""

from agent.calendar.owner import team_named_first
from agent.commands.sla import DEFAULT, read_policy
from agent.desk import Desk
from agent.forms.kind import Given
from agent.sla.policy import DEFAULTS, Policy, policies_of, show_span
from agent.status_words import words
from bot.errors import UserError
from bot.forms import Field
from bot.messages import escape
from prompts.words import say
from storage.sla import OFF


async def fields(desk: Desk, value: str) -> tuple[Field, ...]:
    """For who manages it.

    Raises:
        Refused: the asker does not.
    """
    team, _ = await team_named_first(desk, value)
    await desk.check_team(team, doing=say("change the SLA of {team}", team=escape(team.name)))
    policies = await policies_of(desk.tx, team.id)
    return tuple(
        Field(
            name=priority,
            kind="line",
            label=words(priority).capitalize(),
            hint=say("Default: {value}.", value=_shown(DEFAULTS[priority])),
            initial=_shown(policy),
            is_optional=True,
            longest=80,
        )
        for priority, policy in policies.items()
    )


def _shown(policy: Policy) -> str:
    if policy.ack is None and policy.resolve is None:
        return OFF
    return f"ack={show_span(policy.ack)} resolve={show_span(policy.resolve)} clock={policy.clock}"


def lines(value: str, given: Given, changed: Given) -> list[str]:
    said = {priority: " ".join(changed[priority].split()) for priority in DEFAULTS if priority in changed}
    return [f"sla set {value} {name} {policy or DEFAULT}" for name, policy in said.items()] or [f"sla team {value}"]


async def check(desk: Desk, value: str, given: Given) -> dict[str, str]:
    wrong = {}
    for priority, usual in DEFAULTS.items():
        said = " ".join(given.get(priority, "").lower().split())
        if said and said != DEFAULT:
            try:
                read_policy(usual, said)
            except UserError as refusal:
                wrong[priority] = str(refusal)
    return wrong
