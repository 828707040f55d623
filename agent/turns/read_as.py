"""What a message is read as: one order, which the conversation acts by and `eval route` measures."""

import re
from dataclasses import dataclass
from typing import Literal

from agent.commands import report
from agent.commands.grammar import Parsed, command_lines, is_slip, parse
from agent.commands.registry import VERBS
from agent.courtesy import is_courtesy
from agent.turns.control import is_dry_run
from agent.turns.rules import goes_on, judge
from agent.turns.understood import steps_of
from agent.turns.verdict import TOLD, Heard, Verdict

Way = Literal["try out", "another", "commands", "half", "slip", "courtesy", "never", "steps", "kept", "model"]
NEW = re.compile(r"^(?:new|neu|report)\s*:\s*", re.IGNORECASE)
_NAMES_TICKET = re.compile(r"^\S+\s+[`\"“„]?ch-?\d+\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class ReadAs:
    """Who knows what a message means.

    Attributes:
        way: `try out` and `model` are the agent's; `another` is a report of its own; in `half` and `slip` something is
            wrong with a command; `steps` are what rules know the whole of, `kept` a report or a remark.
        lines: the commands, or what `another` reports.
        parsed: the command, whole or half, where there is one.
        verdict: what rules make of it, where they were asked.
    """

    way: Way
    lines: tuple[str, ...] = ()
    parsed: Parsed | None = None
    verdict: Verdict | None = None


def read_as(heard: Heard, *, has_files: bool = False) -> ReadAs:
    """The grammar first: a command is what parses whole. Then polite words, what rules know the whole of, halves of
    commands and slips, what rules are sure is told; all else is a model's.
    """
    text, parsed = heard.text, None
    if is_dry_run(text):
        return ReadAs(way="try out")
    if found := NEW.match(text):
        return ReadAs(way="another", lines=(text[found.end() :],))
    if not goes_on(text):
        lines = command_lines(text, VERBS, has_thread_ticket=bool(heard.ticket), is_message=True)
        parsed = parse(lines[0], VERBS, has_thread_ticket=bool(heard.ticket), is_message=True)
        is_another = parsed is not None and parsed.verb is report.VERB and heard.ticket != ""
        if len(lines) > 1 or (parsed and (is_another or not parsed.problem)):
            return ReadAs(way="commands", lines=tuple(lines), parsed=parsed)
    if is_courtesy(text) and not has_files:
        return ReadAs(way="courtesy")
    verdict = judge(heard)
    return ReadAs(way=_way(text, parsed, verdict), lines=(text,), parsed=parsed, verdict=verdict)


def _way(text: str, half: Parsed | None, verdict: Verdict) -> Way:
    if steps_of(verdict):
        return "steps"
    if verdict.kind == "never" and not _NAMES_TICKET.match(text):  # "merge CH-4" lacks the other ticket
        return "never"
    if half and verdict.kind != "research" and _is_meant_as_command(text):
        return "half"
    if _is_slip(text):
        return "slip"
    if verdict.kind == "never":
        return "never"
    return "kept" if verdict.kind in TOLD else "model"


def _is_meant_as_command(text: str) -> bool:
    """An incomplete command of up to three words is one; a longer text that starts like one is a report."""
    return len(text.split()) <= 3 or _NAMES_TICKET.match(text) is not None


def _is_slip(text: str) -> bool:
    """A word one slip away from a verb was meant as the verb when it stands alone or before a ticket."""
    is_short = len(text.split()) == 1 or _NAMES_TICKET.match(text) is not None
    return is_short and is_slip(text.split(maxsplit=1)[0], VERBS)
