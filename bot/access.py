"""Who may do what (docs/design.md 7): the one place that decides a permission and words a refusal."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.errors import Denial, Refused
from bot.events import Actor
from prompts.words import ENGLISH, fixed, say, speaking

RANK = {"viewer": 0, "responder": 1, "manager": 2}


@dataclass(frozen=True, kw_only=True)
class Target:
    """What an action is about: a ticket (its team, assignees, reporter), a team, a person; empty for the workspace."""

    ticket_id: int | None = None
    team_id: int | None = None
    assignee_ids: frozenset[int] = frozenset()
    reporter_id: int | None = None
    is_private: bool = False
    may_see_private: bool = True
    person_id: int | None = None
    team_ids: frozenset[int] = frozenset()  # of the person


def _anyone(actor: Actor, target: Target) -> bool:
    return True


def _is_responder(actor: Actor, target: Target) -> bool:
    return any(RANK[role] >= RANK["responder"] for role in actor.roles.values())


def _manages(actor: Actor, target: Target) -> bool:
    return actor.roles.get(target.team_id or 0) == "manager"


def _has(actor: Actor, target: Target) -> bool:
    return actor.person_id in target.assignee_ids


def _may_take(actor: Actor, target: Target) -> bool:
    in_team = RANK.get(actor.roles.get(target.team_id or 0, ""), 0) >= RANK["responder"]
    return _manages(actor, target) or _has(actor, target) or (in_team and not target.assignee_ids)


def _manages_any(actor: Actor, target: Target) -> bool:
    return _manages(actor, target) or (target.team_id is None and "manager" in actor.roles.values())


def _may_route(actor: Actor, target: Target) -> bool:
    is_reporter = actor.person_id == target.reporter_id
    return _manages_any(actor, target) or (target.team_id is None and (is_reporter or _is_responder(actor, target)))


def _may_describe(actor: Actor, target: Target) -> bool:
    is_reporter = actor.person_id == target.reporter_id and _is_responder(actor, target)
    return _manages_any(actor, target) or _has(actor, target) or is_reporter


def _may_speak_for(actor: Actor, target: Target) -> bool:
    is_own = target.person_id in {None, actor.person_id}
    return is_own or any(actor.roles.get(team_id) == "manager" for team_id in target.team_ids)


@dataclass(frozen=True)
class Rule:
    """When an action is allowed besides to admins, and who to name when it is not."""

    allows: Callable[[Actor, Target], bool]
    who: str


RULES: dict[str, Rule] = {
    "report": Rule(_anyone, fixed("everyone but guests")),
    "see": Rule(
        lambda actor, target: not target.is_private or target.may_see_private,
        fixed("everyone; tickets of a private channel: its members"),
    ),
    "list": Rule(_anyone, fixed("everyone but guests; tickets of a private channel: its members")),
    "comment": Rule(
        lambda actor, target: _is_responder(actor, target) or actor.person_id == target.reporter_id,
        fixed("responders, the reporter"),
    ),
    "claim": Rule(_may_take, fixed("its assignees, responders of the team while nobody has it, managers")),
    "status": Rule(
        lambda actor, target: _manages_any(actor, target) or _has(actor, target), fixed("assignees, managers")
    ),
    "close": Rule(_manages_any, fixed("managers of the team")),
    "reassign": Rule(_manages_any, fixed("managers of the team")),
    "route": Rule(_may_route, fixed("managers of its team (responders and the reporter while it has none)")),
    "triage": Rule(
        lambda actor, target: _manages_any(actor, target) or _has(actor, target), fixed("assignees, managers")
    ),
    "describe": Rule(_may_describe, fixed("assignees, the reporter if they are a responder, managers")),
    "undo": Rule(_anyone, fixed("whoever may do the opposite")),
    "ask": Rule(_anyone, fixed("managers of the team and admins; of everyone else it is a proposal")),
    "hand over": Rule(
        lambda actor, target: _manages_any(actor, target) or _has(actor, target),
        fixed("managers of the team and admins; its assignees, once the other one accepts"),
    ),
    "approve": Rule(_anyone, fixed("whoever could do it without asking, and who is asked by name")),
    "track": Rule(_is_responder, fixed("responders and managers")),
    "escalate": Rule(_is_responder, fixed("responders")),
    "remind": Rule(_is_responder, fixed("responders")),
    "profile": Rule(_anyone, fixed("everyone; a team's: its managers; the workspace's: admins")),
    "duty": Rule(_may_speak_for, fixed("the person themselves, managers of their team")),
    "organise": Rule(_manages, fixed("managers of the team")),
    "administer": Rule(lambda actor, target: False, fixed("admins")),
}


LOOKS = {"see", "list"}  # change nothing
COMPLETE = {
    "report",
    "see",
    "list",
    "undo",
    "profile",
    "administer",
    "ask",
    "hand over",
    "approve",
}  # `who` says all of it


def can(actor: Actor, action: str, target: Target) -> bool:
    """Whether this person may do this. What one may not see one may not touch.

    Who asks by a comment on GitHub needs besides what it comes to there. An undo or an approval needs what it leads to:
    that is asked for itself.
    """
    if not _may_there(actor, action):
        return False
    if not actor.is_active or (actor.is_outsider and not _is_open_to_outsiders(actor, action, target)):
        return False
    if target.is_private and not target.may_see_private:
        return False
    return actor.is_admin or RULES[action].allows(actor, target)


def could(actor: Actor, action: str) -> bool:
    """Whether there could be anything that this person may do so with: something of their own, in a team of theirs."""
    own = frozenset({actor.person_id})
    return any(
        can(actor, action, Target(team_id=team_id, assignee_ids=had, reporter_id=actor.person_id))
        for team_id in (None, *actor.roles)
        for had in (own, frozenset[int]())
    )


PERMISSIONS = ("none", "read", "triage", "write", "maintain", "admin")  # GitHub's, of a repository
READS = {"report", "see", "list", "comment", "ask", "escalate", "remind", "profile", "duty", "undo", "approve", "track"}
ON_GITHUB = {"organise": "maintain", "administer": "admin"}


def needed_there(action: str) -> str:
    """What a login must hold in a repository on GitHub for a comment there to do this."""
    return "read" if action in READS else ON_GITHUB.get(action, "triage")


def _may_there(actor: Actor, action: str) -> bool:
    """Whether the login of who writes a comment may there what it comes to; elsewhere GitHub has no say."""
    if actor.on_github is None:
        return True
    if actor.on_github not in PERMISSIONS:
        return False
    return PERMISSIONS.index(actor.on_github) >= PERMISSIONS.index(needed_there(action))


def _is_open_to_outsiders(actor: Actor, action: str, target: Target) -> bool:
    """Guests whom the setting lets in report and follow what they reported; other people's tickets are not theirs."""
    is_own = target.reporter_id in {None, actor.person_id}
    return action == "report" or (action in {"see", "comment"} and is_own)


def who_may(action: str) -> str:
    """The people an action is for, in words."""
    who = say(RULES[action].who)
    return who if action in COMPLETE else say("{who} and admins", who=who)


def check(actor: Actor, action: str, target: Target, *, doing: str, ask: str = "", instead: str = "") -> None:
    """Let the action pass.

    Args:
        doing: what was refused, to follow "You may not".
        ask: who could do it here, by name.
        instead: what the actor can do, as a sentence.

    Raises:
        Refused: with who may do it.
    """
    if can(actor, action, target):
        return
    if not _may_there(actor, action) and can(replace(actor, on_github=None), action, target):
        raise _refused_there(actor, action, target, doing=doing)
    refusal = say("You may not {doing}: that is for {who}.", doing=doing, who=who_may(action))
    said = " ".join([refusal, *([say("Ask {who}.", who=ask)] if ask else []), *([instead] if instead else [])])
    with speaking(ENGLISH):  # as it goes on record
        on_record = ask or who_may(action)
    raise Refused(said, denial=_denial(action, target, who=on_record))


def _refused_there(actor: Actor, action: str, target: Target, *, doing: str) -> Refused:
    """The person may, their login may not."""
    lacking = fixed(
        "You may not {doing} from here: that takes {needed} in this repository on GitHub, and your login has {held}."
        " Its admins can give it."
    )
    said = say(lacking, doing=doing, needed=needed_there(action), held=actor.on_github or "none")
    return Refused(said, denial=_denial(action, target, who=f"{needed_there(action)} on GitHub"))


def _denial(action: str, target: Target, *, who: str) -> Denial:
    if target.ticket_id:
        return Denial(action=action, kind="ticket", object_id=target.ticket_id, who=who)
    if target.person_id:
        return Denial(action=action, kind="person", object_id=target.person_id, who=who)
    return Denial(action=action, kind="team" if target.team_id else "workspace", object_id=target.team_id or 0, who=who)
