"""The form that asks why something proposed is denied."""

from collections.abc import Mapping

from agent.commands.grammar import reason_of
from agent.commands.slots import SHORTEST_REASON
from agent.desk import Desk
from agent.forms.kind import Given, language_of
from agent.forms.reason import MISSING, WRITTEN, quick
from bot.forms import Form, Words

TITLE = Words("Deny", "Ablehnen")
USUAL = ("I do not agree", "No time for it", "Somebody else should decide")


async def form(desk: Desk, proposal: str, *, about: Mapping[str, str | None]) -> Form:
    """The form for this proposal, `P-7`."""
    language = await language_of(desk)
    return Form(
        verb="deny",
        title=f"{TITLE.of(language)} {proposal}",
        submit=TITLE.of(language),
        fields=(quick(USUAL), WRITTEN),
        about=about,
        language=language,
    )


async def problems(desk: Desk, given: Given) -> dict[str, str]:
    """What is wrong with the answers, by field."""
    return {} if len(reason_of(given)) >= SHORTEST_REASON else {"reason": MISSING.of(await language_of(desk))}
