"""A command line of the agent's as it is tried or done: what it changed, as the record has it."""

from dataclasses import dataclass, field
from typing import Any

from agent.commands.named import linked_ticket
from agent.commands.run import run_line
from agent.desk import Desk
from bot.messages import Message, plain
from storage import audit, people, tickets
from storage.audit import Recorded
from storage.parts import part
from storage.tickets import Ticket

NOT_A_DEED = {"refused", "propose", "phase"}  # a thread's phase follows from what is done


@dataclass(frozen=True, kw_only=True)
class Deed:
    """What a line did, or would do.

    Attributes:
        shown: what people are told of it, with its buttons.
        action, object_kind, object_id: as in the audit record; empty when nothing was changed.
        caution: what it says besides what is changed.
        why: how what it is about was chosen, as a sentence in plain text; empty where that is plain.
    """

    shown: Message
    action: str = ""
    object_kind: str = ""
    object_id: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    ticket_id: int | None = None
    url: str | None = None
    caution: str = ""
    why: str = ""

    @property
    def is_done(self) -> bool:
        """Whether it changed anything; else it was a question."""
        return bool(self.object_kind)

    @property
    def words(self) -> str:
        """What it says, in plain words."""
        return "\n".join(filter(None, [self.shown.title or self.shown.text, self.shown.body]))


class _Enough(Exception):  # noqa: N818
    """It was only to be seen what would happen."""


async def do(desk: Desk, line: str, *, own: Ticket | None = None) -> Deed:
    """Run it.

    Args:
        own: the ticket that it is about where it names none, if that is not its thread's.

    Raises:
        UserError: it cannot be done, or not by this person.
    """
    before = len(audit.recorded(desk.tx))
    reply = await run_line(desk, line, thread_ticket=own or await linked_ticket(desk), is_sure=True)
    await desk.tx.flush()
    done = [one for one in audit.recorded(desk.tx)[before:] if one.action not in NOT_A_DEED]
    if not done:
        return Deed(shown=reply.message)
    ticket = await _ticket(desk, done[0])
    return Deed(
        shown=reply.message,
        action=done[0].action,
        object_kind=done[0].object_kind,
        object_id=done[0].object_id,
        before=done[0].before,
        after=done[0].after,
        ticket_id=ticket.id if ticket else None,
        url=ticket.permalink if ticket else None,
        caution=reply.caution,
    )


async def try_out(desk: Desk, line: str) -> Deed:
    """What it would do: it is done and taken back, so that nothing of it stays.

    Raises:
        UserError: it could not be done, or not by this person.
    """
    found: Deed | None = None
    try:
        async with part(desk.tx):
            found = await do(desk, line)
            raise _Enough
    except _Enough:
        assert found is not None  # since it came that far
        return found


async def _ticket(desk: Desk, done: Recorded) -> Ticket | None:
    return await tickets.get(desk.tx, int(done.object_id)) if done.object_kind == "ticket" else None


async def in_words(desk: Desk, deed: Deed) -> str:
    """What a model is told of it."""
    return plain(deed.words, await people.names(desk.tx, desk.workspace_id))
