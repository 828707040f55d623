"""The button "Claim and resolve": who may take a ticket that nobody has, but not resolve it before that, does both."""

from agent.commands import claim, resolve
from agent.commands.grammar import Parsed
from agent.commands.verb import Reply, Said, Slot, Verb
from agent.desk import Desk
from bot.access import can, who_may
from bot.errors import Denial, Refused
from bot.messages import Button, Message
from prompts.words import fixed, say
from storage.tickets import Ticket


async def take_and_resolve(desk: Desk, said: Said) -> Reply:
    await claim.claim(desk, said)
    return await resolve.resolve(desk, said)


async def offer(desk: Desk, ticket: Ticket, parsed: Parsed, *, button: Button | None = None) -> Reply | None:
    """What to offer in place of a refusal to resolve; None when there is nothing to refuse, or nothing to offer.

    Args:
        button: for a form, which has no reason yet; else the button runs the command with the one that was given.
    """
    target = await desk.target(ticket)
    if parsed.verb != resolve.VERB or can(desk.asker, "status", target) or not can(desk.asker, "claim", target):
        return None
    refusal = fixed("You may not resolve {ticket} while nobody has it: that is for {who}. You may claim it.")
    text = say(refusal, ticket=ticket.name, who=who_may("status"))
    if button is None:  # a form's is on record once it is sent
        denial = Denial(action="status", kind="ticket", object_id=ticket.id, who=who_may("status"))
        desk.record_refusal(Refused(text, denial=denial))
    line = f"{ticket.named_version}: {parsed.text}"
    both = button or Button(label=say("Claim and resolve"), action=VERB.name, value=line)
    return Reply(message=Message(text=text, buttons=(both,)), is_private=True)


VERB = Verb(
    name="take-and-resolve",
    takes=(Slot.TICKET, Slot.REASON),
    summary=fixed("claim a ticket that nobody has, and resolve it"),
    example="take-and-resolve CH-1 failed over",
    another="take-and-resolve CH-1 config change applied",
    action="claim",
    act=take_and_resolve,
    inverse="undo",
    changes=("assignees", "status"),
    is_for_buttons=True,
)
