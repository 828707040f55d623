"""What a model is told for one step, within a budget of tokens: who has a right to room first, and what is left out.

Rights: the rules and tools, the asker's message, phase and snapshot, follow-ups, the thread from its newest message
backwards, its summary, what was asked elsewhere. Each piece is taken whole or not at all. The text has another order,
what changes least first, so that a provider's cache finds its beginning again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agent.memory.budget import ASKED_TOKENS, Count, head_and_tail
from prompts.words import fixed

NOTES = 120  # tokens that are kept for saying what was left out and for what joins the pieces
JOINT = "\n\n"
MISSING = "[Left out for want of room: {what}.]"
TERSE = "[…]"


class NoRoomError(Exception):
    """The rules and tools alone are more than the model has room for; the text says by how much."""


@dataclass(frozen=True, kw_only=True)
class Material:
    """All that could be said. Text of others stands in data blocks already, but for `asked`.

    Attributes:
        rules: the system prompt; no word of Slack or GitHub is in it.
        tools: names, descriptions and schemas of the tools as they are sent, to be counted.
        preferences: a channel's instructions, in a block of their own.
        asked: the asker's message, and what belongs to it.
        phase: where the work stands, in one line.
        snapshot: the linked objects, most important first.
        follow_ups: what the asker said since, oldest first.
        thread: messages of the thread, oldest first; asked for from the end, so each may be made when it is asked for.
        summary: of what the thread said before these.
        elsewhere: what was asked in other threads, best first.
    """

    rules: str
    asked: str
    tools: str = ""
    preferences: str = ""
    phase: str = ""
    snapshot: Sequence[str] = ()
    follow_ups: Sequence[str] = ()
    thread: Sequence[str] = ()
    summary: str = ""
    elsewhere: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Context:
    """What is said.

    Attributes:
        system: the rules, as they were given.
        stable: the first part of the text that stays as it is while a turn goes on: a cache mark goes behind it.
        text: the whole user message; it begins with `stable`.
        tokens: of rules, tools and text by the count that was given.
        left_out: what had no room, for the trace: `12 older messages of the thread`.
    """

    system: str
    stable: str
    text: str
    tokens: int
    left_out: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Chosen:
    """How much of each piece is in."""

    asked: str
    preferences: int
    phase: int
    snapshot: int
    follow_ups: int
    thread: int
    summary: int
    elsewhere: int
    is_terse: bool = False  # there is no room to say what is left out


def assemble(material: Material, *, limit: int, count: Count) -> Context:
    """Take what has a right to room, in that order.

    Args:
        limit: tokens of everything together, from `budget.room`.
        count: of a text; see `budget`. It is asked for each piece that is taken and once for the whole.

    Raises:
        NoRoomError: not even the rules and the beginning of what was asked fit.
    """
    chosen = _choose(material, limit=limit, count=count)
    while True:
        context = _write(material, chosen, count)
        if context.tokens <= limit:
            return context
        # The whole can be more than its parts: what was taken last goes first.
        chosen = _without_least(material, chosen, over=context.tokens - limit, count=count)


def _choose(material: Material, *, limit: int, count: Count) -> _Chosen:
    left = limit - count(material.rules) - count(material.tools) - NOTES
    asked = head_and_tail(material.asked, limit=min(ASKED_TOKENS, left), count=count)
    if left <= 0 or (material.asked and not asked):
        raise NoRoomError(f"the rules and tools leave {max(left, 0)} of {limit} tokens for the question")
    left -= count(asked)

    def take(pieces: Sequence[str], *, newest_first: bool = False) -> int:
        """How many of them fit, from the first or from the last on, until one does not."""
        nonlocal left
        for number in range(len(pieces)):
            left -= (tokens := _cost(pieces[-1 - number if newest_first else number], count))
            if left < 0:
                left += tokens
                return number
        return len(pieces)

    return _Chosen(
        asked=asked,
        preferences=take([material.preferences]),
        phase=take([material.phase]),
        snapshot=take(material.snapshot),
        follow_ups=take(material.follow_ups, newest_first=True),
        thread=take(material.thread, newest_first=True),
        summary=take([material.summary]),
        elsewhere=take(material.elsewhere),
    )


def _cost(piece: str, count: Count) -> int:
    """With what joins it to the next one."""
    return count(piece) + 1 if piece else 0


def _write(material: Material, chosen: _Chosen, count: Count) -> Context:
    thread, followed = material.thread, material.follow_ups
    left_out = tuple(_left_out(material, chosen))
    stable = [material.preferences] * chosen.preferences + [material.summary] * chosen.summary
    rest = [
        *material.elsewhere[: chosen.elsewhere],
        *(thread[number] for number in range(len(thread) - chosen.thread, len(thread))),
        *material.snapshot[: chosen.snapshot],
        *[material.phase] * chosen.phase,
        (TERSE if chosen.is_terse else MISSING.format(what="; ".join(left_out))) if left_out else "",
        chosen.asked,
        *followed[len(followed) - chosen.follow_ups :],
    ]
    beginning = JOINT.join(filter(None, stable))
    text = JOINT.join(filter(None, [beginning, *rest]))
    return Context(
        system=material.rules,
        stable=beginning,
        text=text,
        tokens=count(material.rules) + count(material.tools) + count(text),
        left_out=left_out,
    )


def _left_out(material: Material, chosen: _Chosen) -> Iterator[str]:
    if chosen.asked != material.asked:
        yield "the middle of the request"
    if material.preferences and not chosen.preferences:
        yield "the preferences of the channel"
    if material.phase and not chosen.phase:
        yield "the phase of the work"
    numbers = (
        (len(material.snapshot) - chosen.snapshot, "linked object", "linked objects"),
        (len(material.follow_ups) - chosen.follow_ups, "earlier follow-up", "earlier follow-ups"),
        (len(material.thread) - chosen.thread, "older message of the thread", "older messages of the thread"),
        (len(material.elsewhere) - chosen.elsewhere, "other conversation", "other conversations"),
    )
    yield from (f"{number:,} {one if number == 1 else many}" for number, one, many in numbers if number)
    if material.summary and not chosen.summary:
        yield "the summary of the thread"


def _without_least(material: Material, chosen: _Chosen, *, over: int, count: Count) -> _Chosen:
    """Without what has the least right to room, as much as it takes; the question is cut last.

    Raises:
        NoRoomError: nothing is left to leave out.
    """
    thread, followed = material.thread, material.follow_ups
    taken: list[tuple[str, str]] = [
        *(("elsewhere", material.elsewhere[number]) for number in reversed(range(chosen.elsewhere))),
        *[("summary", material.summary)] * chosen.summary,
        *(("thread", thread[len(thread) - number]) for number in range(chosen.thread, 0, -1)),
        *(("follow_ups", followed[len(followed) - number]) for number in range(chosen.follow_ups, 0, -1)),
        *(("snapshot", material.snapshot[number]) for number in reversed(range(chosen.snapshot))),
        *[("phase", material.phase)] * chosen.phase,
        *[("preferences", material.preferences)] * chosen.preferences,
    ]
    for name, piece in taken:
        chosen, over = replace(chosen, **{name: getattr(chosen, name) - 1}), over - _cost(piece, count)
        if over <= 0 and piece:
            return chosen
    if any(piece for _, piece in taken):
        return chosen
    if not chosen.is_terse:
        return replace(chosen, is_terse=True)
    shorter = head_and_tail(chosen.asked, limit=count(chosen.asked) - max(over, 1), count=count)
    if not shorter:
        raise NoRoomError(fixed("the rules, the tools and the question are more than the model has room for"))
    return replace(chosen, asked=shorter)
