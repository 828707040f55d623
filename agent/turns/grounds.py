"""placeholder until merged"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Words:
    texts: tuple[str, ...] = ()
    ticket: str = ""


def ungrounded(arguments: Mapping[str, object], sorts: Mapping[str, str], words: Words) -> tuple[str, ...]:
    said = " ".join(words.texts).casefold()
    missing = []
    for name, value in arguments.items():
        if sorts.get(name) in {"choice", "number"} and isinstance(value, bool):
            continue
        for one in value if isinstance(value, list) else [value]:
            text = str(one).casefold()
            if text in {"me", "this"} or text.removeprefix("@") in said or text == words.ticket.casefold():
                continue
            missing.append(name)
            break
    return tuple(missing)
