"""The menu "Which team?" in a direct message: the report that waited for the answer is tracked."""

from agent.commands.verb import Reply, Said, Slot, Verb
from agent.desk import Desk
from agent.reports.direct import NONE_OF_THEM, file_pending
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, say
from storage import people


async def file(desk: Desk, said: Said) -> Reply:
    ts, _, name = said.text.partition(" ")
    team = await people.team_named(desk.tx, name)
    if team is None and name != NONE_OF_THEM:
        raise UserError(say("There is no team “{team}” any more; write the report again.", team=escape(name)))
    return await file_pending(desk, ts, team)


VERB = Verb(
    name="file",
    takes=(Slot.TEXT,),
    summary=fixed("say which team a report in a direct message is for"),
    example="file 1700000000.000100 Payments",
    another="file 1700000000.000200 Platform",
    action="report",
    act=file,
    no_inverse="`move` hands the ticket to another team",
    is_for_buttons=True,
)
