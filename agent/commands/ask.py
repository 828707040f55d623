"""`ask …`: the agent works on it, whatever the words look like."""

import re

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.turns.begin import begin
from bot.errors import UserError
from prompts.words import fixed, say

_SOMEONE = re.compile(r"<@[UW][A-Z0-9]+|@\w")


async def ask(desk: Desk, said: Said) -> Reply:
    """Have the agent answer; without a model there is none."""
    if not desk.settings.servers:
        raise UserError(
            say(
                "No language model is set up (ANTHROPIC_API_KEY or CHARGEHAND_LLM_CHAIN), so I only take commands."
                " `help` lists them, `report …` makes a ticket."
            )
        )
    text = f"{VERB.name} {said.text}" if _SOMEONE.match(said.text) else said.text  # "ask @bob for a review"
    if reply := await begin(desk, text):
        return reply
    return text_reply(say("I am on it; the answer follows here."), is_private=True)


VERB = Verb(
    name="ask",
    takes=(Slot.TEXT,),
    summary=fixed("have the agent answer or act, in plain words"),
    example="ask who has the most open tickets?",
    another="ask give CH-1 to bob and remind me tomorrow at 9",
    action="report",
    act=ask,
    also=("please",),
    german=("frage",),
    no_inverse="what it does says how it is undone",
)
