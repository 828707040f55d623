"""`approve` and `deny why` without a name mean what waits in the thread, if that is one thing; else they ask."""

from agent.commands.grammar import find_verb, leading_word
from agent.commands.registry import VERBS
from agent.commands.slots import PROPOSAL
from agent.commands.verb import Slot, Verb
from agent.courtesy import FILLER
from agent.desk import Desk
from agent.forms.deny import NO_REASON
from agent.proposals.proposal import sees
from bot.errors import UserError
from prompts.words import fixed, say
from storage import proposals, turns
from storage.proposals import Proposal
from storage.tickets import Ticket

NONE_HERE = fixed("Nothing waits for approval here. `proposals` lists what waits elsewhere, `{verb} P-1` names it.")
WHICH = fixed("Which one? Here wait:\n{proposals}\n`{verb} {first}` names one.")


async def with_name(desk: Desk, text: str, own: Ticket | None) -> str:
    """The text with the name of what is meant; any other text as it is.

    Args:
        own: the ticket that the thread is about.

    Raises:
        UserError: nothing waits there, or several: with their names.
    """
    found = _bare(text)
    if found is None:
        return text
    verb, words = found
    here = await _waiting(desk, own)
    if len(here) == 1:
        is_enough = verb.needs_reason and here[0].turn_id  # what the agent asks for is denied without one
        return f"{verb.name} {here[0].name} {words or (say(NO_REASON) if is_enough else '')}".strip()
    if here:
        listed = "\n".join(f"• *{one.name}*: {f'`{one.said}`' if one.turn_id else one.said}" for one in here)
        raise UserError(say(WHICH, proposals=listed, verb=verb.name, first=here[0].name))
    if words:  # "deny all requests from that address" is a report
        return text
    raise UserError(say(NONE_HERE, verb=verb.name))


def _bare(text: str) -> tuple[Verb, str] | None:
    """A verb that decides, and the words behind it, where no proposal is named."""
    line = FILLER.sub("", text.strip())
    line = line if " " in line else line.rstrip("!.")
    word = leading_word(line)
    verb = find_verb(word, VERBS)
    if verb is None or Slot.PROPOSAL not in verb.takes:
        return None
    words = line[len(word) :].lstrip(": ").strip()
    if PROPOSAL.match(words):
        return None
    if not words:
        return verb, ""
    is_plain = word.casefold() in {verb.name, *verb.german}  # "decline in sales since noon" is none
    return (verb, words) if verb.needs_reason and is_plain else None


async def _waiting(desk: Desk, own: Ticket | None) -> list[Proposal]:
    """What waits here, the oldest first, as far as the asker may know of it."""
    found = await proposals.waiting(desk.tx, desk.workspace_id, now=desk.now)
    return [one for one in found if await _is_here(desk, one, own) and await sees(desk, one)]


async def _is_here(desk: Desk, one: Proposal, own: Ticket | None) -> bool:
    """Whether it is asked in this thread, or in this direct message."""
    place = desk.place
    if place is None:
        return False
    if place.is_dm and any(channel_id == desk.asker.slack_id for _, channel_id in one.told):
        return True
    if one.turn_id is None:
        return own is not None and one.ticket_id == own.id and one.approver_id is None
    turn = await turns.get(desk.tx, one.turn_id)
    return turn.channel_id == place.channel_id and (place.is_dm or turn.thread_ts == place.thread_ts)
