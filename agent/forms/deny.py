"""The form that asks why something proposed is denied."""

import re
from collections.abc import Mapping

from agent.commands.grammar import reason_of
from agent.commands.reading import says_something
from agent.desk import Desk
from agent.forms.kind import Given
from agent.forms.reason import MISSING, quick, written
from agent.proposals.places import check_pressed
from bot.forms import Form
from prompts.words import fixed, say
from storage import proposals
from storage.proposals import OPEN

_NAMED = re.compile(r"P-(\d{1,9})")

NO_REASON = fixed("No reason given")
USUAL = (fixed("I do not agree"), fixed("No time for it"), fixed("Somebody else should decide"))


async def form(desk: Desk, proposal: str, *, about: Mapping[str, str | None]) -> Form:
    """The form for this proposal, `P-7`; what the agent asked for nobody needs to give a reason to deny.

    Raises:
        Stray: its button stands on a copy of the message that asks.
    """
    name = _NAMED.fullmatch(proposal)
    found = await proposals.by_number(desk.tx, desk.workspace_id, int(name[1])) if name else None
    if found and found.state == OPEN:
        await check_pressed(desk, found)
    none = say(NO_REASON) if found and found.turn_id else ""
    offered = [*([none] if none else []), *(say(reason) for reason in USUAL)]
    return Form(
        verb="deny",
        title=say("Deny {proposal}", proposal=proposal),
        submit=say("Deny"),
        fields=(quick(offered, initial=none), written()),
        about=about,
    )


async def problems(desk: Desk, given: Given) -> dict[str, str]:
    """What is wrong with the answers, by field."""
    return {} if says_something(reason_of(given)) else {"reason": say(MISSING)}
