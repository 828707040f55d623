"""A GitHub team or a Slack group stands for a team: who is in one and not in the other, and how that is made good."""

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from agent.desk import Desk
from agent.more import and_more
from agent.people import members
from bot.errors import UserError
from bot.messages import Button, Message, escape
from prompts.words import fixed, say
from storage import group_links, identities, memberships, people
from storage.group_links import GroupLink
from storage.people import Person, Team

SHOWN = 20
_GITHUB = re.compile(r"@?([\w-][\w.-]{0,99}/[\w-][\w.-]{0,99})", re.ASCII)
_SLACK = re.compile(r"<!subteam\^(\w+)(?:\|([^>]*))?>")
NOT_READ = fixed("it was not read yet")

NOT_COMPARED = fixed("{group} and {other} are not compared: {problem}.")


@dataclass(frozen=True, kw_only=True)
class Drift:
    """`missing` are in the source alone, `extra` in what it is linked with alone.

    `strangers` are logins or Slack ids that are nobody's here; of the `unproven` nobody knows who they are on GitHub.
    """

    missing: tuple[Person, ...] = ()
    extra: tuple[Person, ...] = ()
    strangers: tuple[str, ...] = ()
    unproven: tuple[Person, ...] = ()

    @property
    def is_any(self) -> bool:
        """Whether there is something to be made good."""
        return bool(self.missing or self.extra)

    @property
    def mark(self) -> str:
        """By this a difference is known that was told before."""
        return f"-{sorted(one.id for one in self.missing)}+{sorted(one.id for one in self.extra)}"

    @property
    def digest(self) -> str:
        """The mark in 12 hexadecimal digits, for a button."""
        return hashlib.sha256(self.mark.encode()).hexdigest()[:12]


def named_source(words: str) -> tuple[str, str, str]:
    """The key and the name of the group that words begin with, and the rest.

    Raises:
        UserError: they name none.
    """
    first, _, rest = words.strip().partition(" ")
    if found := _SLACK.fullmatch(first):
        return found[1], found[2] or f"@{found[1]}", rest.strip()
    if found := _GITHUB.fullmatch(first):
        return found[1].lower(), found[1], rest.strip()
    raise UserError(say("Name a team of GitHub as in `acme/platform`, or a group of Slack as in @oncall."))


def named_usergroup(words: str) -> tuple[str, str] | None:
    """The id and the name of a Slack group, if that is what words are."""
    found = _SLACK.fullmatch(words.strip())
    return (found[1], found[2] or f"@{found[1]}") if found else None


async def the_link(desk: Desk, source: str, name: str) -> GroupLink:
    """The link of a group.

    Raises:
        UserError: it has none.
    """
    link = await group_links.of_source(desk.tx, desk.workspace_id, source)
    if link is None:
        raise UserError(say("{group} is not linked. `group link {group} TEAM` does it.", group=escape(name)))
    return link


async def team_of(desk: Desk, link: GroupLink) -> Team | None:
    """The team that a group stands for, while it is there."""
    return await people.team_of_id(desk.tx, link.team_id) if link.team_id else None


async def other_side(desk: Desk, link: GroupLink) -> str:
    """What a group is linked with, by name."""
    team = await team_of(desk, link)
    return escape(team.name if team else link.usergroup_name or say("a team that was deleted"))


async def drift_of(desk: Desk, link: GroupLink) -> Drift:
    """How the two sides of a link differ, as they were read last."""
    found, strangers = await _people(desk, link.here, by_login=link.is_github)
    if link.usergroup_id:
        others, unknown = await _people(desk, link.there, by_login=False)
        return await _compare(desk, link, found, known=others, could_go=others, strangers=[*strangers, *unknown])
    roles = await memberships.roles_in(desk.tx, link.team_id or 0)
    responders = [person for person, role in roles if role == members.USUAL and person.is_active]
    known = [person for person, _ in roles]
    return await _compare(desk, link, found, known=known, could_go=responders, strangers=strangers)


async def _people(desk: Desk, names: Collection[str], *, by_login: bool) -> tuple[list[Person], list[str]]:
    """Who these are, and which of them are nobody known."""
    find = people.by_github_login if by_login else people.by_slack_id
    found = {name: await find(desk.tx, desk.workspace_id, name) for name in names}
    return [person for person in found.values() if person], [name for name, person in found.items() if person is None]


async def _compare(
    desk: Desk,
    link: GroupLink,
    found: Sequence[Person],
    *,
    known: Sequence[Person],
    could_go: Sequence[Person],
    strangers: Sequence[str],
) -> Drift:
    there, here = {person.id for person in known}, {person.id for person in found}
    gone = [person for person in could_go if person.id not in here]
    logins = await identities.of_people(desk.tx, [person.id for person in gone]) if link.is_github else {}
    proven = {person_id for person_id, identity in logins.items() if identity.is_verified}
    return Drift(
        missing=tuple(one for one in found if one.id not in there and one.is_active and not one.is_outsider),
        extra=tuple(one for one in gone if not link.is_github or one.id in proven),
        strangers=tuple(sorted(strangers)),
        unproven=tuple(one for one in gone if link.is_github and one.id not in proven),
    )


async def told(desk: Desk, link: GroupLink) -> Message:
    """How a link stands, with a button that makes a difference good where that can be done from here."""
    name, other = escape(link.name), await other_side(desk, link)
    if link.problem or link.read_at is None:
        return Message(text=say(NOT_COMPARED, group=name, other=other, problem=link.problem or say(NOT_READ)))
    drift = await drift_of(desk, link)
    stand = fixed("{group} and {other} differ.") if drift.is_any else fixed("{group} and {other} agree.")
    lines = [say(stand, group=name, other=other), *_lines(drift, name, other)]
    if drift.is_any and link.usergroup_id:
        lines.append(say("I may not change groups of Slack: somebody has to do it there, or on GitHub."))
    can_apply = drift.is_any and await team_of(desk, link) is not None
    value = f"apply {written(link)} {drift.digest}"
    button = Button(label=say("Apply"), action="group", value=value, style="primary")
    return Message(text="\n".join(lines), buttons=(button,) if can_apply else ())


def written(link: GroupLink) -> str:
    """The source as a command takes it from a button."""
    return link.name if link.is_github else f"<!subteam^{link.source}>"


def _lines(drift: Drift, name: str, other: str) -> list[str]:
    said = {
        say("In {this} and not in {other}", this=name, other=other): [f"@{one.name}" for one in drift.missing],
        say("In {this} and not in {other}", this=other, other=name): [f"@{one.name}" for one in drift.extra],
        say("Nobody's here, so left out"): list(drift.strangers),
        say("Not linked to GitHub, so left alone"): [f"@{one.name}" for one in drift.unproven],
    }
    return [f"• {what}: {_listed(names)}" for what, names in said.items() if names]


def _listed(names: Sequence[str]) -> str:
    return escape(", ".join(names[:SHOWN])) + and_more(len(names), SHOWN)


async def apply(desk: Desk, link: GroupLink, *, seen: str = "") -> str | None:
    """Let those in who are missing, as responders, and put out responders who are gone; other roles stay.

    Args:
        seen: the digest of the difference that the asker saw, if they saw one.

    Returns:
        What was done; None when the difference is another one than was seen, and nothing was done.

    Raises:
        UserError: it is linked with a group of Slack, or was not read; Refused: the asker does not manage the team.
    """
    team = await team_of(desk, link)
    if team is None:
        no_team = fixed("{group} is not linked with a team: I may not change groups of Slack.")
        raise UserError(say(no_team, group=escape(link.name)))
    await desk.check_team(team, doing=say("change the members of {team}", team=escape(team.name)))
    if link.problem or link.read_at is None:
        problem = link.problem or say(NOT_READ)
        raise UserError(say("{group} cannot be compared: {problem}.", group=escape(link.name), problem=problem))
    drift = await drift_of(desk, link)
    if seen and seen != drift.digest:
        return None
    for person in drift.missing:
        await members.add(desk, team, person, role=members.USUAL)
    for person in drift.extra:
        await members.remove(desk, team, person)
    names = {"team": escape(team.name), "group": escape(link.name)}
    if not drift.is_any:
        return say("{team} and {group} agree: nothing to do.", **names)
    came, left = (_listed([f"@{one.name}" for one in side]) for side in (drift.missing, drift.extra))
    moved = [
        *([say("{people} came as responder", people=came)] if came else []),
        *([say("{people} left", people=left)] if left else []),
    ]
    return say("*{team}* is as {group}: {moved}.", moved="; ".join(moved), **names)
