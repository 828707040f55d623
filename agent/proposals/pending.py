"""What waits for somebody's decision, as the pages about their day show it."""

from agent.desk import Desk
from agent.proposals.asking import is_asked_directly
from agent.proposals.deciding import may_decide_own
from bot.messages import escape
from prompts.words import say
from storage import overview
from storage.overview import Asked
from storage.people import Person


async def to_decide(desk: Desk, person: Person) -> list[Asked]:
    """The oldest first; nothing that they may not know of, unless they are asked by name; their own where they may."""
    found = await overview.asked(desk.tx, person.id, is_admin=person.is_admin, now=desk.now)
    return [one for one in found if _is_known(desk, person, one)]


def _is_known(desk: Desk, person: Person, one: Asked) -> bool:
    if one.proposal.asker_id == person.id:
        return may_decide_own(desk, one.proposal)
    if one.ticket:
        return one.proposal.approver_id == person.id or desk.may_see(person.slack_id, one.ticket)
    is_insider = one.proposal.hidden_in is None or one.proposal.hidden_in in desk.channels_of(person.slack_id)
    return is_insider or is_asked_directly(one.proposal, person.slack_id)


def asks(one: Asked) -> str:
    """Who asks for what, under its name."""
    what = f"`{one.proposal.said}`" if one.proposal.turn_id else one.proposal.said
    text = say("@{who} asks to {what}.", who=escape(one.asker), what=what)
    return f"*{one.proposal.name}*: {text}"
