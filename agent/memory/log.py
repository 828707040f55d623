"""The log of a step within its budget of tokens: what tools found first is cut to its beginning, the newest stays."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from agent.memory.budget import Count, head_and_tail
from bot.llm.port import Message, Result

KEPT_LINES, KEPT = 3, 240  # of a result that has to go: lines, and characters of them
LEAST = 100  # tokens of one of the newest results, however little room there is
CUT = "[… cut for want of room: ask again, from a later line or page where there is one]"


def within(log: Sequence[Message], *, limit: int, count: Count) -> tuple[Message, ...]:
    """The log as it is sent.

    Results are cut one by one, the oldest first, until the rest fits; those of the newest answer only when all others
    are, and then alike. What was said, and what tools were asked for, stays.

    Args:
        limit: tokens of the whole log.
    """
    sent, over = list(log), sum(map(count, _texts(log))) - limit
    holders = [number for number, message in enumerate(log) if message.results]
    for number in holders[:-1]:
        for at, result in enumerate(sent[number].results):
            if over <= 0:
                return tuple(sent)
            shorter = replace(result, text=_cut(result.text))
            if saved := max(count(result.text) - count(shorter.text), 0):
                over -= saved
                sent[number] = _with(sent[number], at, shorter)
    if over > 0 and holders:
        newest = sent[holders[-1]]
        room = sum(count(result.text) for result in newest.results) - over
        sent[holders[-1]] = replace(newest, results=tuple(_shared(newest.results, room, count)))
    return tuple(sent)


def _texts(log: Sequence[Message]) -> Iterator[str]:
    """All of it that takes room, as `Ask.texts` has it."""
    for message in log:
        yield message.text
        yield from (result.text for result in message.results)
        yield from (f"{call.name}{call.arguments}" for call in message.calls)


def _with(message: Message, at: int, result: Result) -> Message:
    return replace(message, results=(*message.results[:at], result, *message.results[at + 1 :]))


def _shared(results: Sequence[Result], room: int, count: Count) -> Iterator[Result]:
    """Each with no more than its share of the room; what a short one leaves is the others'."""
    left, shares = room, {}
    for behind, at in enumerate(sorted(range(len(results)), key=lambda at: count(results[at].text))):
        shares[at] = max(min(count(results[at].text), left // (len(results) - behind)), LEAST)
        left -= shares[at]
    for at, result in enumerate(results):
        fits = result.text if count(result.text) <= shares[at] else _fitting(result.text, shares[at], count)
        yield replace(result, text=fits)


def _fitting(text: str, limit: int, count: Count) -> str:
    """Its end stays too: there may be a word of ours on it."""
    room = limit - count(_framed(text, ""))
    return _framed(text, head_and_tail(_body(text), limit=max(room, 0), count=count))


def _cut(text: str) -> str:
    return _framed(text, "\n".join(_body(text).split("\n")[:KEPT_LINES])[:KEPT])


def _body(text: str) -> str:
    """What stands in a data block."""
    return text.partition("\n")[2].rpartition("\n")[0]


def _framed(text: str, kept: str) -> str:
    """The same data block with less in it."""
    return "\n".join(filter(None, [text.partition("\n")[0], kept, CUT, text.rpartition("\n")[2]]))
