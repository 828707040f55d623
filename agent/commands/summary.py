"""`summary Payments`: a team's last seven days in figures, and who has how many; for those who manage it."""

import re

from agent.calendar.owner import team_named_first
from agent.calendar.whose import calendar_of_team
from agent.commands.verb import Reply, Said, Slot, Verb
from agent.desk import Desk
from agent.summary.page import figures_of, page
from agent.summary.plan import last_days
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, say
from storage import people
from storage.people import Team


async def summary(desk: Desk, said: Said) -> Reply:
    """Show it to the asker alone."""
    team = await _team(desk, " ".join(said.text.split()))
    await desk.check_team(team, doing=say("read the figures of {team}", team=escape(team.name)))
    week = last_days(await calendar_of_team(desk.tx, desk.settings, team.id), desk.now)
    figures = await figures_of(desk, team, week)
    return Reply(message=await page(desk, team, week, figures, is_for_managers=True), is_private=True)


async def _team(desk: Desk, words: str) -> Team:
    """The team that is named; without a name the one that the asker manages.

    Raises:
        UserError: there is no such team, or it could be several.
    """
    if words:
        team, rest = await team_named_first(desk, re.sub(r"^team\s+", "", words, flags=re.IGNORECASE))
        if rest:
            hint = fixed("“{typed}” is no team: write it as in `summary {team}`.")
            raise UserError(say(hint, typed=escape(words[:40]), team=team.name))
        return team
    managed = [team_id for team_id, role in desk.asker.roles.items() if role == "manager"]
    if len(managed) != 1:
        raise UserError(say("Which team? For example `summary Platform`."))
    return await people.get_team(desk.tx, managed[0])


VERB = Verb(
    name="summary",
    takes=(Slot.SUMMARY,),
    summary=fixed("show a team's last seven days in figures; its channel gets the week each Monday"),
    example="summary Platform",
    another="weekly",
    action="profile",
    who=fixed("managers of the team and admins"),
    act=summary,
    also=("weekly",),
    german=("zusammenfassung", "wochenbericht"),
    no_inverse="it changes nothing",
)
