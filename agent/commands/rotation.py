"""`rotation off`: no ticket is chosen for somebody until `rotation on`; people can still give them one."""

from agent.assigning.duty import OFF, ROTATION, duty_of
from agent.commands.subject import keep, name_of, subject, them
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from prompts.words import fixed, say

IN_MEANS = fixed("in the rotation; new tickets may be chosen for {who}")
OFF_MEANS = fixed("off the rotation; no ticket is chosen for {who}, but people can still assign one")


async def rotation(desk: Desk, said: Said) -> Reply:
    """Step out, step in, or say which it is."""
    person = await subject(desk, said, doing=say("change the rotation of"))
    if said.text:
        await keep(desk, person, key=ROTATION, value=OFF if said.text.casefold() == OFF else None)
    is_in, who = (await duty_of(desk, person)).is_in_rotation, them(desk, person)
    stands = say(IN_MEANS if is_in else OFF_MEANS, who=who)
    return text_reply(f"*{name_of(desk, person)}*: {stands}.", is_private=True)


VERB = Verb(
    name="rotation",
    takes=(Slot.WHOSE, Slot.ROTATION),
    summary=fixed("show, leave or join the rotation: who is off it is not chosen for new tickets"),
    example="rotation off",
    action="duty",
    act=rotation,
    german=("turnus",),
    another="rotation @bob off",
    inverse="rotation",
)
