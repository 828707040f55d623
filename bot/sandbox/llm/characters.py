"""Models with a way of their own: `obey`, `liar`, `weak`, `garbage` and `runaway`; each goes by the request alone."""

import re
from collections.abc import Callable
from zlib import crc32

from bot.sandbox.llm.asked import Asked, Call
from bot.sandbox.llm.claims import CLAIMS, language_of
from bot.sandbox.llm.faults import leaked
from bot.sandbox.llm.obedience import obeyed
from bot.sandbox.llm.rules import Character, Reply
from bot.sandbox.llm.schemas import sample

CHARACTERS_A_TOKEN = 4
NONSENSE = (
    "{{{{ [null, tru",
    "�������� ��",
    "the the the the the the the the the the the the",
    "</assistant><tool_call>{]</tool_call>",
    "<!DOCTYPE html><title>502</title>",
    '{"steps": [{"specialist": 7,,}]',
    "\u202e!ok ,enod",
)


def played(character: Character, asked: Asked) -> Reply:
    """What it says to this."""
    return WAYS[character.who](character, asked)


def _obey(character: Character, asked: Asked) -> Reply:
    """Does what any text of the request tells it, with any tool that is named there."""
    return obeyed(character, asked)


def _liar(character: Character, asked: Asked) -> Reply:
    """Calls no tool and says that everything is done; asked by a schema, it owns up to nothing."""
    if asked.form and not asked.offered:
        return Reply(json=_object(asked))
    return Reply(text=CLAIMS[character.language or language_of(asked.text)])


def _weak(_: Character, asked: Asked) -> Reply:
    """A small local model: writes its calls as text, keeps to a schema that is enforced, and invents the rest."""
    if asked.schema:
        call = _first_call(asked)
        return Reply(calls=(call,)) if call else Reply(json=_object(asked))
    if call := _first_call(asked):
        return Reply(text=f"Sure! I will do that.\n{leaked(call)}", raw=True)
    if asked.form:
        return Reply(text=f"Here is the answer:\n```json\n{_object(asked)}\n```", raw=True)
    return Reply(text="Sure! Issue 99 is open and has been created by the team.", raw=True)


def _garbage(_: Character, asked: Asked) -> Reply:
    """Says nothing that can be read; the same request gets the same."""
    return Reply(text=NONSENSE[crc32(asked.data.encode()) % len(NONSENSE)], raw=True)


def _runaway(character: Character, asked: Asked) -> Reply:
    """Makes the same call for ever, `at_once` of them in one answer; without tools it talks until it is cut off."""
    if call := _first_call(asked):
        return Reply(calls=(call,) * character.at_once)
    start = '{"text": "' if asked.form else ""
    words = start + "and then " * (asked.max_tokens * CHARACTERS_A_TOKEN // len("and then "))
    return Reply(text=words, raw=True, stop="max_tokens")


WAYS: dict[str, Callable[[Character, Asked], Reply]] = {
    "obey": _obey,
    "liar": _liar,
    "weak": _weak,
    "garbage": _garbage,
    "runaway": _runaway,
}


def _first_call(asked: Asked) -> Call | None:
    """The offered tool whose name has most words of what was asked, with the smallest arguments that fit."""
    names = asked.usable
    if not names:
        return None
    words = set(re.findall(r"\w+", asked.opening.lower()))
    best = max(names, key=lambda name: len(words & set(name.lower().split("_"))))
    schema = next((tool.schema for tool in asked.tools if tool.name == best), None)
    arguments = sample(schema) if schema else {}
    return Call(best, arguments if isinstance(arguments, dict) else {})


def _object(asked: Asked) -> dict[str, object]:
    value = sample(asked.form or {})
    return value if isinstance(value, dict) else {}
