"""`ask …`: the agent works on it, whatever the words look like."""

import re
from dataclasses import replace

from agent.commands.verb import Reply, Said, Slot, Verb
from agent.desk import Desk
from agent.turns.begin import ASKED, begin
from agent.turns.offline import is_known
from agent.turns.progress import stop_button
from bot.errors import UserError
from bot.messages import Message
from prompts.words import fixed, say
from storage import turns
from storage.turns import REFUSED

NO_MODEL = fixed(
    "No language model is set up (ANTHROPIC_API_KEY or CHARGEHAND_LLM_CHAIN), so I only take commands."
    " `help` lists them, `report …` makes a ticket."
)
HAVE_STATUS = {"mention", "dm"}  # where eyes, and a line that says what is being done, stand at the request
_SOMEONE = re.compile(r"<@[UW][A-Z0-9]+|@\w")


async def ask(desk: Desk, said: Said) -> Reply:
    """Have the agent answer; without a model there is none, but for what code can look up."""
    if not desk.settings.servers and not await is_known(desk, said.text):
        raise UserError(say(NO_MODEL))
    text = f"{VERB.name} {said.text}" if _SOMEONE.match(said.text) else said.text  # "ask @bob for a review"
    if reply := await begin(answered_there(desk), text, forced=ASKED):
        return reply
    begun = await turns.by_key(desk.tx, f"turn:{desk.key}")
    if begun and begun.state == REFUSED:  # and told why
        return Reply(message=Message(text=""), is_shown=True)
    buttons = (stop_button(begun),) if begun else ()
    # What asked whether it still holds is settled by this, for all who read it.
    message = Message(text=say("I am on it; the answer follows here."), buttons=buttons)
    return Reply(message=message, is_private=desk.surface != "button", is_shown=desk.surface in HAVE_STATUS)


def answered_there(desk: Desk) -> Desk:
    """What a button or a form asks for is answered where the others read it, if I am there: not to the press alone."""
    place = desk.place
    is_here = place is not None and place.has_bot and (desk.surface == "button" or not place.is_dm)
    if desk.surface not in {"button", "form"} or place is None or not is_here:  # a form may be of two people's talk
        return desk
    return replace(desk, place=replace(place, reply_url=None))


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
