"""Whose hours or holidays a command is about: one's own, `team TEAM …`, or `workspace …`."""

from dataclasses import dataclass

from agent.calendar.opening import Calendar, next_open
from agent.calendar.whose import calendar_of, scopes_of_person
from agent.desk import Desk
from agent.sla.clocks import move_deadlines
from bot.errors import UserError
from bot.messages import escape, plain
from prompts.words import say
from storage import calendars, people
from storage.calendars import WORKSPACE, CalendarRow
from storage.people import Team


@dataclass(frozen=True, kw_only=True)
class Owner:
    """A person, a team or the workspace; `scopes` are theirs and those that it falls back to, the nearest first."""

    scopes: tuple[str, ...]
    name: str
    team: Team | None = None

    @property
    def scope(self) -> str:
        return self.scopes[0]

    @property
    def person_id(self) -> int | None:
        """Whose own it is; None when it is a team's or the workspace's."""
        return calendars.person_of(self.scope)

    async def calendar(self, desk: Desk) -> Calendar:
        return await calendar_of(desk.tx, desk.settings, self.scopes)

    async def row(self, desk: Desk) -> CalendarRow:
        """What is their own of it, to be changed."""
        return await calendars.own(desk.tx, self.scope, workspace_id=desk.workspace_id)

    async def check(self, desk: Desk, *, doing: str) -> None:
        """Let the asker change it.

        Raises:
            Refused: it is a team's or the workspace's, and they may not.
        """
        if self.team:
            await desk.check_team(self.team, doing=say("{doing} of {team}", doing=doing, team=escape(self.team.name)))
        elif self.scope == WORKSPACE:
            desk.check_admin(doing=say("{doing} of the workspace", doing=doing))

    async def require_opening(self, desk: Desk) -> None:
        """Refuse what was changed when nothing opens any more: the refusal takes it back.

        Raises:
            UserError: nothing opens within 400 days.
        """
        await desk.tx.flush()
        next_open(await self.calendar(desk), desk.now)

    async def move_deadlines(self, desk: Desk) -> None:
        """The deadlines that were worked out from it are so anew; a person's own hours make none."""
        if self.team or self.scope == WORKSPACE:
            await move_deadlines(desk, self.team.id if self.team else None)


async def owner_of(desk: Desk, words: str) -> tuple[Owner, str]:
    """Whose it is and the rest of the words.

    Raises:
        UserError: there is no such team.
    """
    first, _, rest = words.partition(" ")
    match first.casefold():
        case "team":
            team, rest = await team_named_first(desk, " ".join(rest.split()))
            return Owner(scopes=(calendars.of_team(team.id), WORKSPACE), name=escape(team.name), team=team), rest
        case "workspace":
            return Owner(scopes=(WORKSPACE,), name=say("The workspace")), rest.strip()
        case _:
            return Owner(scopes=tuple(await scopes_of_person(desk.tx, desk.asker.person_id)), name=say("You")), words


async def team_named_first(desk: Desk, words: str) -> tuple[Team, str]:
    """The team with the longest name that the words begin with, and the rest: a name may have several words.

    Raises:
        UserError: there is no such team.
    """
    known = await people.teams(desk.tx)
    slugs = {slug: team for team in known for slug in (team.slug, escape(team.slug))}  # Slack sends & as &amp;
    named = [slug for slug in slugs if f"{people.slug_of(words)} ".startswith(f"{slug} ")]
    if not named:
        there_are = ", ".join(team.name for team in known)
        text = say(
            "There is no team “{name}”. Teams: {teams}.", name=plain(words)[:40], teams=there_are or say("none yet")
        )
        raise UserError(escape(text))
    slug = max(named, key=len)
    return slugs[slug], words[len(slug) :].strip()
