"""The form that asks why something proposed is denied."""

from collections.abc import Mapping

from agent.commands.grammar import reason_of
from agent.commands.reading import says_something
from agent.desk import Desk
from agent.forms.kind import Given
from agent.forms.reason import MISSING, quick, written
from bot.forms import Form
from prompts.words import fixed, say

USUAL = (fixed("I do not agree"), fixed("No time for it"), fixed("Somebody else should decide"))


async def form(desk: Desk, proposal: str, *, about: Mapping[str, str | None]) -> Form:
    """The form for this proposal, `P-7`."""
    return Form(
        verb="deny",
        title=say("Deny {proposal}", proposal=proposal),
        submit=say("Deny"),
        fields=(quick([say(reason) for reason in USUAL]), written()),
        about=about,
    )


async def problems(desk: Desk, given: Given) -> dict[str, str]:
    """What is wrong with the answers, by field."""
    return {} if says_something(reason_of(given)) else {"reason": say(MISSING)}
