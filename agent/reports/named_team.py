"""`report for Payments: …`, `report team:Payments …`: whoever reports may say which team it is for, and then it is."""

import re

from agent.calendar.owner import team_named_first
from agent.desk import Desk
from bot.errors import UserError
from bot.messages import plain
from prompts.words import phrase, say
from storage import people
from storage.people import Team

NAMED = phrase("named in the report")  # as the card says why
_FOR = re.compile(r"(?:for|to|für|an)\s+(?:(?:the\s+|das\s+)?team\s+)?([^:\n]{1,80}?)\s*:\s*(.*)", re.I | re.DOTALL)
_KEY = re.compile(r"team:(?=\S)(?:[\"“„]([^\"“”„]+)[\"“”]|(.+))", re.I | re.DOTALL)


async def named_team(desk: Desk, text: str) -> tuple[Team | None, str]:
    """The team that a report begins with, and what it says besides; without one the text as it is.

    "for the third time: …" names none, since most text is a report.

    Raises:
        UserError: there is no team of the name behind `team:`, or nothing else is said.
    """
    team, rest = await _read(desk, text.strip())
    if team is None:
        return None, text
    if not rest.strip() and not (desk.place and desk.place.root_text):
        raise UserError(say("What is wrong? For example `new: search is slow since noon`."))
    return team, rest.strip()


async def _read(desk: Desk, line: str) -> tuple[Team | None, str]:
    if found := _KEY.match(line):
        name, colon, said = (found[1] or found[2]).partition(":")
        if colon and (team := await _called(desk, name)):
            return team, said
        team, said = await team_named_first(desk, found[1] or found[2])
        return team, said + line[found.end() :]
    found = _FOR.match(line)
    return (await _called(desk, found[1]), found[2]) if found else (None, line)


async def _called(desk: Desk, name: str) -> Team | None:
    return await people.team_named(desk.tx, plain(name))


async def without_team(desk: Desk, text: str) -> str:
    """What a report that was rewritten says, without the team that it names."""
    try:
        return (await named_team(desk, text))[1]
    except UserError:
        return text
