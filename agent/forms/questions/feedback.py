"""What was wrong with an answer of the agent's: a usual thing to pick, and room for words; neither has to be said."""

from agent.commands.feedback import LONGEST
from agent.commands.grammar import reason_of
from agent.desk import Desk
from agent.forms.kind import Given
from agent.forms.reason import quick
from bot.forms import Field
from prompts.words import fixed, say

USUAL = (
    fixed("It is not true"),
    fixed("It did not do what I asked for"),
    fixed("It did what I did not ask for"),
    fixed("It took too long"),
)


async def fields(desk: Desk, value: str) -> tuple[Field, ...]:
    words = Field(
        name="reason",
        kind="text",
        label=say("In your words"),
        hint=say("Kept with the answer, for those who run me."),
        is_optional=True,
        longest=LONGEST - 100,
    )
    return quick([say(one) for one in USUAL]), words


def lines(value: str, given: Given, changed: Given) -> list[str]:
    return [f"feedback {value} {reason_of(given)}".strip()]
