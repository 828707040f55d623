"""`conversations [days]`: what was asked of the agent lately where who asks may see it, and what came of each."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from agent.commands.verb import Reply, Said, Slot, Verb
from agent.desk import Desk
from agent.excerpt import part
from agent.more import and_more
from agent.turns.explain import STATES
from bot.errors import UserError
from bot.messages import Message, cut, escape, linked, moment, plain
from prompts.words import fixed, say, say_of
from storage import channels, people, turn_pages
from storage.turn_pages import Wanted
from storage.turns import Turn

USUAL, MOST = 14, 90  # days
SHOWN = 20
LOOKED_AT = 500  # of the newest requests of the workspace
LONGEST = 80  # characters of a request


async def conversations(desk: Desk, said: Said) -> Reply:
    """For who asks alone, the newest first."""
    days = _checked(int(said.text or USUAL))
    since, found = desk.now - timedelta(days=days), await _seen(desk, days)
    if not found:
        none = fixed(
            "Nothing was asked of me since {when} where you may see it. `ask …` does, or any message to me in plain"
            " words."
        )
        return Reply(message=Message(text=say(none, when=moment(since))), is_private=True)
    one, many = fixed("*1 request* since {when}"), fixed("*{count} requests* since {when}")
    head = say_of(len(found), one, many, when=moment(since))
    text = "\n".join([head, *await _lines(desk, found[:SHOWN])]) + and_more(len(found), SHOWN)
    return Reply(message=Message(text=text), is_private=True)


async def in_days(desk: Desk, days: int, *, start: int = 1) -> str:
    """The same as plain lines with their addresses, from line `start` on, as far as everybody may know of it who reads
    along.

    Raises:
        UserError: those are too many days.
    """
    found, first = await _seen(desk, _checked(days or USUAL)), max(start, 1)
    here = found[first - 1 :][:SHOWN]
    names = await people.names(desk.tx, desk.workspace_id)
    lines = [plain(line, names).removeprefix("• ") for line in await _lines(desk, here)]
    where = [str(turn.place.get("permalink") or "") for turn in here]
    told = [f"{line} {url}".strip() for line, url in zip(lines, where, strict=True)] or ["nothing was asked"]
    return part([], told, first=first, last=len(found))


def _checked(days: int) -> int:
    if not 0 < days <= MOST:
        raise UserError(say("Name 1 to {most} days, as in `conversations 30`.", most=MOST))
    return days


async def _seen(desk: Desk, days: int) -> list[Turn]:
    wanted = Wanted(since=desk.now - timedelta(days=days))
    found = await turn_pages.find(desk.tx, desk.workspace_id, wanted, most=LOOKED_AT)
    closed = await channels.private(desk.tx, desk.workspace_id) | desk.insiders.keys()
    rooms = frozenset(desk.channels_of(desk.asker.slack_id))
    return [turn for turn in found if _is_open_to(desk, turn, closed=closed, rooms=rooms)]


def _is_open_to(desk: Desk, turn: Turn, *, closed: Collection[str], rooms: Collection[str]) -> bool:
    """Whether everybody may know of it who reads the answer: one of a private place only there, or who asked it; one
    that its asker alone has read, they alone.

    Args:
        closed: channels that are private now, whatever they were then.
        rooms: those of them that the asker is in, or that it was asked in where others read along.
    """
    is_own = turn.actor_id == desk.asker.person_id
    if desk.asker.is_outsider and not is_own:
        return False
    if turn.is_for_asker_alone:
        return is_own and not desk.is_read_along
    if turn.is_private or turn.channel_id in closed:
        return turn.channel_id in rooms or (is_own and not desk.is_read_along)
    return True


async def _lines(desk: Desk, found: Sequence[Turn]) -> list[str]:
    """One for each; its name leads to where it was asked, and what was said of old is not kept."""
    askers = {person.id: person.name for person in await people.everyone(desk.tx)}
    return [await _line(desk, turn, askers.get(turn.actor_id, "?")) for turn in found]


async def _line(desk: Desk, turn: Turn, asker: str) -> str:
    words = escape(cut(" ".join((await desk.read_out(turn.text)).split()), LONGEST))
    state = say(STATES.get(turn.state, turn.state))
    who = "" if turn.actor_id == desk.asker.person_id else f" @{escape(asker)}"
    about = f": {words}" if words else ""
    return f"• *{linked(turn.name, turn.place.get('permalink'))}* {moment(turn.created_at)}{who} {state}{about}"


VERB = Verb(
    name="conversations",
    takes=(Slot.DAYS,),
    summary=fixed("list what was asked of me in the last days where you may see it, and what came of it"),
    example="conversations",
    another="conversations 30",
    action="see",
    who=fixed("everyone, of the places that they may see"),
    act=conversations,
    german=("gespräche",),
    no_inverse="it changes nothing",
)
