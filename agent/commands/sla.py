"""`sla set Payments high ack=1h`: how soon a team's tickets must be seen and done; alone it shows what counts."""

import re
from dataclasses import replace

from agent.calendar.owner import team_named_first
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.sla.clocks import move_deadlines
from agent.sla.policy import DEFAULTS, Policy, policies_of, read_span, show_span
from agent.status_words import words
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, say
from storage import people, sla
from storage.people import Team
from storage.sla import ALWAYS, BUSINESS, OFF, SlaPolicy

DEFAULT = "default"
FORM = re.compile(r"(?P<priority>critical|high|medium|low)\s+(?P<rest>\S.*)", re.IGNORECASE)


async def set_or_show(desk: Desk, said: Said) -> Reply:
    """Show the policy of a team, or change it for one priority."""
    verb, _, rest = said.text.partition(" ")
    match verb.casefold():
        case "set":
            team, typed = await team_named_first(desk, " ".join(rest.split()))
            await desk.check_team(team, doing=say("change the SLA of {team}", team=escape(team.name)))
            await _change(desk, team, typed)
        case "team":
            team, _ = await team_named_first(desk, " ".join(rest.split()))
        case _:
            return text_reply(await _shown(desk, await _own(desk)), is_private=True)
    return text_reply(await _shown(desk, team), is_private=True)


async def _own(desk: Desk) -> Team | None:
    """The asker's team; of several the oldest one."""
    teams = sorted(desk.asker.roles)
    return await people.get_team(desk.tx, teams[0]) if teams else None


async def _change(desk: Desk, team: Team, typed: str) -> None:
    found = FORM.fullmatch(typed)
    if found is None:
        hint = fixed("Write it as in `sla set Payments high ack=1h resolve=2d clock=business`, or `… high off`.")
        raise UserError(say(hint))
    priority, rest = found["priority"].lower(), found["rest"].lower()
    before = (await policies_of(desk.tx, team.id))[priority]
    after = DEFAULTS[priority] if rest == DEFAULT else read_policy(before, rest)
    if after == before:
        return
    await sla.forget_policy(desk.tx, team.id, priority)
    row = SlaPolicy(
        workspace_id=desk.workspace_id,
        team_id=team.id,
        priority=priority,
        ack_minutes=after.ack,
        resolve_minutes=after.resolve,
        clock=after.clock,
    )
    if rest != DEFAULT:
        desk.tx.add(row)
    told = {"priority": priority}
    desk.audit("sla", "team", team.id, before=told | _recorded(before), after=told | _recorded(after))
    await move_deadlines(desk, team.id)


def read_policy(policy: Policy, typed: str) -> Policy:
    """The policy with what is named changed; a new clock counts for the spans beside it.

    Raises:
        UserError: it is written in another way.
    """
    if typed == OFF:
        return replace(policy, ack=None, resolve=None)
    pairs = dict(word.partition("=")[::2] for word in typed.split())
    clock = pairs.pop("clock", policy.clock)
    if clock not in {BUSINESS, ALWAYS} or not pairs.keys() <= {"ack", "resolve"}:
        hint = fixed("A policy has `ack=`, `resolve=` and `clock=business` or `clock=24x7`; or it is `off`.")
        raise UserError(say(hint))
    spans = {name: None if text == OFF else read_span(text, clock=clock) for name, text in pairs.items()}
    return Policy(ack=spans.get("ack", policy.ack), resolve=spans.get("resolve", policy.resolve), clock=clock)


def _recorded(policy: Policy) -> dict[str, object]:
    return {"ack": policy.ack, "resolve": policy.resolve, "clock": policy.clock}


async def _shown(desk: Desk, team: Team | None) -> str:
    policies = await policies_of(desk.tx, team.id if team else None)
    rows = [_row(priority, policy) for priority, policy in policies.items()]
    return "\n".join([f"*{escape(team.name) if team else say('Every team')}*", *rows])


def _row(priority: str, policy: Policy) -> str:
    text = fixed("• {priority}: acknowledge {ack}, resolve {resolve}, {clock}")
    ack, resolve = show_span(policy.ack), show_span(policy.resolve)
    return say(text, priority=words(priority), ack=ack, resolve=resolve, clock=policy.clock)


VERB = Verb(
    name="sla",
    takes=(Slot.SLA,),
    summary=fixed("show or set how soon a team's tickets must be acknowledged and resolved"),
    example="sla set Payments high ack=1h resolve=8h clock=business",
    action="profile",
    who=fixed("everyone to look; to change: managers of the team"),
    act=set_or_show,
    german=("fristen",),
    another="sla team Platform",
    inverse="sla",
)
