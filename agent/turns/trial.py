"""How well messages are understood: lines with what is expected of each, and what came of them.

A line is `{"text", "place": "channel"|"dm", "thread": null|"CH-4"|"other", "phase", "expect": …}`, and what is expected
`{"command": …}` or `{"specialists": […]}`.
`command` is what a message amounts to, as a command line or a control word (two lines for two steps); `specialists`
are who should do it, in order; `courtesy` and `never` stand for an answer without one, and an empty list for nobody.
"""

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from agent.commands.grammar import Parsed, parse
from agent.commands.registry import VERBS
from agent.specialists import READER
from agent.turns.control import control_word
from agent.turns.read_as import ReadAs, read_as
from agent.turns.verdict import Heard
from bot.errors import UserError

LONGEST_FILE = 100_000  # lines
CONTROL = ("stop", "mute", "unmute", "resume", "aside")
LEFT_TO = ("model", "asker")
READS = "it changes nothing"  # why a verb has no way back
KEYS = frozenset({"text", "place", "thread", "phase", "expect"})
WRITERS = frozenset({"create", "assign", "remind", "comment", "review", "close", "delegate"})


@dataclass(frozen=True, kw_only=True)
class Line:
    """One message, where it was said, and what is expected of it."""

    number: int
    text: str
    is_dm: bool = False
    thread: str = ""  # a ticket's name, or `other` for one that is about none
    phase: str = ""
    commands: tuple[str, ...] = ()
    specialists: tuple[str, ...] = ()

    @property
    def ticket(self) -> str:
        return self.thread if self.thread.startswith("CH-") else ""

    @property
    def kind(self) -> str:
        """The class that it is counted in."""
        if self.commands:
            return "control" if self.commands[0] in CONTROL else "command"
        return "+".join(self.specialists) or "nobody"

    @property
    def heard(self) -> Heard:
        """As rules are told of it."""
        return Heard(text=self.text, is_top_level=not self.thread, is_dm=self.is_dm, ticket=self.ticket)


class Route(NamedTuple):
    """What came of a line. Not `is_decided`: it is left to a model, which was not asked, or the asker is asked back.

    `problem`: why a model's answer was none; `seconds` that it took, where it was asked.
    """

    by: str  # control, grammar, rules, model or asker
    commands: tuple[str, ...] = ()
    specialists: tuple[str, ...] = ()
    problem: str = ""
    seconds: float = 0.0

    @property
    def is_decided(self) -> bool:
        return self.by not in LEFT_TO or bool(self.specialists or self.problem)


@dataclass(kw_only=True)
class Score:
    """What all lines came to; the lines that were wrong stand by their numbers."""

    lines: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[int, str]] = field(default_factory=list)
    wrong_writes: list[tuple[int, str]] = field(default_factory=list)
    invalid: list[tuple[int, str]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def decided(self) -> int:
        return self.lines.total() - self.left.total()

    @property
    def accuracy(self) -> float:
        """The share that is right of what was decided (0..1)."""
        return self.right.total() / self.decided if self.decided else 0.0

    def percentile(self, share: float) -> float:
        """Milliseconds of processor time within which that share of the lines was read."""
        ranked = sorted(self.seconds)
        return round(ranked[min(len(ranked) - 1, int(len(ranked) * share))] * 1000, 2) if ranked else 0.0


def read_lines(text: str) -> list[Line]:
    """The lines of a file.

    Raises:
        UserError: one of them is none; names it.
    """
    lines = [_line(number, one) for number, one in enumerate(text.splitlines(), 1) if one.strip()]
    if not lines or len(lines) > LONGEST_FILE:
        raise UserError(f"The file has {len(lines)} lines; 1 to {LONGEST_FILE:,} can be read.")
    return lines


def _line(number: int, text: str) -> Line:
    try:
        said = json.loads(text)
        wrong = _problem(said)
    except ValueError as error:
        wrong = f"is no JSON ({error})"
    if wrong:
        raise UserError(f'Line {number} {wrong}. Write it as in {{"text": "…", "expect": {{"command": "list"}}}}.')
    expected = said["expect"]
    return Line(
        number=number,
        text=said["text"],
        is_dm=said.get("place") == "dm",
        thread=said.get("thread") or "",
        phase=said.get("phase") or "",
        commands=tuple(expected.get("command", "").splitlines()),
        specialists=tuple(expected.get("specialists", ())),
    )


def _problem(said: Any) -> str:
    """What keeps it from being a line."""
    if not isinstance(said, dict) or not isinstance(said.get("text"), str) or not isinstance(said.get("expect"), dict):
        return "has no text, or nothing that is expected"
    if unknown := said.keys() - KEYS:
        return f"has a key that is not known: {sorted(unknown)[0]}"
    if said.get("place", "channel") not in {"channel", "dm"}:
        return "has a place that is neither channel nor dm"
    expected: Mapping[str, Any] = said["expect"]
    is_command = isinstance(expected.get("command"), str)
    is_list = isinstance(expected.get("specialists"), list) and all(
        isinstance(one, str) for one in expected["specialists"]
    )
    return "" if len(expected) == 1 and (is_command or is_list) else "expects neither a command nor specialists"


def route(line: Line) -> Route:
    """As a message is read (agent/turns/read_as.py) where a model takes what nobody else knows."""
    if word := control_word(line.text):
        return Route("control", (word,))
    read = read_as(line.heard)
    match read.way:
        case "another":
            return Route("grammar", tuple(f"report {one}" for one in read.lines))
        case "commands":
            return Route("grammar", read.lines)
        case "half" | "slip":
            return Route("asker")
    return _by_rules(read)


def _by_rules(read: ReadAs) -> Route:
    """What rules know the whole of, or are sure of; else it is left."""
    if read.way in {"courtesy", "never"}:
        return Route("rules", (), (read.way,))
    if read.verdict is None or read.verdict.kind == "unsure":
        return Route("model")
    steps = read.verdict.steps
    return Route("rules", tuple(step.command for step in steps), tuple(step.specialist for step in steps))


def _parsed(line: str, *, in_thread: bool, is_message: bool = True) -> Parsed | None:
    found = parse(line, VERBS, has_thread_ticket=in_thread, is_message=is_message)
    return found if found and not found.problem else None


def score(lines: Iterable[Line], routed: Sequence[Route] | None = None) -> Score:
    """Compare; without routes each line is read now, and its time is taken.

    A wrong specialist of a model's is no wrong write: what it would change is checked where it is done.
    """
    total = Score()
    for at, line in enumerate(lines):
        started = time.thread_time()
        came = routed[at] if routed is not None else route(line)
        total.seconds.append(came.seconds or time.thread_time() - started)
        total.lines[line.kind] += 1
        if not came.is_decided:
            total.left[line.kind] += 1
            continue
        bad = [one for one in came.commands if one and not _is_valid(one, line)]
        total.invalid += [(line.number, one) for one in (*bad, *filter(None, [came.problem]))]
        if not bad and not came.problem and _is_right(line, came):
            total.right[line.kind] += 1
            continue
        read = " | ".join(filter(None, came.commands)) or "+".join(came.specialists)
        said = f"{came.by}: {read or came.problem}"
        total.wrong.append((line.number, said))
        if came.by != "model" and _writes(came, line):
            total.wrong_writes.append((line.number, said))
    return total


def _is_valid(command: str, line: Line) -> bool:
    return command in CONTROL or _parsed(command, in_thread=bool(line.ticket)) is not None


def _is_right(line: Line, came: Route) -> bool:
    if came.by == "model" and not line.specialists:  # whoever only reads does nothing that nobody wanted
        return set(came.specialists) <= {READER}
    if line.commands:
        return _read(line.commands, line) == _read(came.commands, line)
    return line.specialists == came.specialists


def _read(commands: Sequence[str], line: Line) -> list[object]:
    """What the commands mean, so that `give` and `assign` are the same."""
    return [_meaning(_parsed(one, in_thread=bool(line.ticket), is_message=False)) or one for one in commands]


def _meaning(parsed: Parsed | None) -> tuple[object, ...] | None:
    if parsed is None:
        return None
    values = tuple(sorted(parsed.values.items()))
    named = (parsed.tickets, parsed.people, parsed.other, parsed.proposal, parsed.cover, parsed.how)
    return (parsed.verb.name, *named, parsed.status, parsed.priority, parsed.text, values)


def _writes(came: Route, line: Line) -> bool:
    """Whether something would have been changed."""
    if not WRITERS.isdisjoint(came.specialists):
        return True
    found = (_parsed(one, in_thread=bool(line.ticket)) for one in came.commands)
    return any(one is not None and one.verb.no_inverse != READS for one in found)
