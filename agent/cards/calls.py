"""A manager who was called on to claim an unassigned ticket reads what came of it, and the button goes."""

from agent.cards.briefing import see
from agent.desk import Desk
from agent.language import of_person
from agent.notices.attention import CALL
from agent.notices.notify import call_key, edit, headline
from bot.messages import Message, moment
from prompts.words import Phrase, say, speaking
from storage import notices, outbox
from storage.people import Person
from storage.tickets import Ticket


async def settle_calls(desk: Desk, ticket: Ticket, change: Phrase | str) -> None:
    """Managers called on to claim it read what came of it, and their button goes.

    Args:
        change: in words, "claimed by @x".
    """
    for key, manager in await _calls(desk, ticket):
        if not desk.may_see(manager.slack_id, ticket):
            continue
        await notices.drop(desk.tx, key, reason=f"it was {change}")
        with speaking(await of_person(desk, manager.id)):
            text = say("{ticket} was {change} {at}.", ticket=headline(ticket), change=change, at=moment(desk.now))
            message = Message(text=text + see(ticket))
        await edit(desk, ticket, key, channel_id=manager.slack_id, payload=message.model_dump_json())


async def is_call(desk: Desk, ticket: Ticket, ts: str | None) -> bool:
    """Whether a message is the one that called on the asker to claim this ticket."""
    own = [key for key, manager in await _calls(desk, ticket) if manager.id == desk.asker.person_id]
    receipt = await outbox.receipt(desk.tx, own[0]) if own else None
    return receipt is not None and receipt.ts == ts


async def _calls(desk: Desk, ticket: Ticket) -> list[tuple[str, Person]]:
    """The key of the last call on each who was called, whoever manages it now; what became of those before is said."""
    called = await notices.of_sort(desk.tx, ticket.id, CALL.name)
    last = {person.id: (key, person) for key, person in called if key.startswith(call_key(ticket, person.id))}
    return list(last.values())
