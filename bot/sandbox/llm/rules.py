"""Rules: what a request has to hold, what is answered, and what goes wrong with it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Literal

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from bot.sandbox.llm.asked import Asked, Call, Request
from bot.sandbox.llm.faults import Fault

STRICT = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
SLOT = re.compile(r"\{\{\s*(\w+)\s*(\|\s*int\s*)?\}\}")
QUOTED = 60  # characters of a request that are shown to whoever wrote no rule for it
Who = Literal["obey", "liar", "weak", "garbage", "runaway"]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Match:
    """What a request has to hold; all that is given counts, and nothing given fits every request.

    Attributes:
        purpose: regex on the purpose line of the system prompt (`Purpose: …`, else its first line).
        opening: regex on the first thing that the user's side said; text: on the last.
        tools: names that have to be offered, as tools or as actions of a schema; no_tools: none may be.
        called: a tool that the model called when it last spoke; result: regex on what a tool answered last.
        turn: how often the model has spoken in this conversation, 0 for its first answer.
        said: words that stand anywhere in what the model is told; model: regex on its name.
        judge: decides by the request's body, in Python only.
    """

    purpose: str | None = None
    opening: str | None = None
    text: str | None = None
    tools: tuple[str, ...] = ()
    no_tools: bool = False
    called: str | None = None
    result: str | None = None
    turn: int | None = None
    said: str | None = None
    model: str | None = None
    judge: Callable[[Request], bool] | None = None

    def __post_init__(self) -> None:
        for pattern in (self.purpose, self.opening, self.text, self.result, self.model):
            try:
                re.compile(pattern or "")
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from None

    @property
    def slots(self) -> set[str]:
        """The named groups of its regexes, which the reply may use."""
        return {name for pattern in (self.purpose, self.opening, self.text, self.result) for name in _groups(pattern)}

    def judged(self, asked: Asked) -> list[tuple[bool, str]]:
        """Whether each condition holds, and what is wrong when it does not."""
        patterns = (
            ("purpose", self.purpose, asked.purpose),
            ("opening", self.opening, asked.opening),
            ("text", self.text, asked.text),
            ("result", self.result, asked.result),
            ("model", self.model, asked.model),
        )
        found = [_found(name, pattern, text) for name, pattern, text in patterns if pattern is not None]
        offered = ", ".join(asked.offered) or "nothing"
        found += [(name in asked.offered, f"{name} is not offered, but {offered}") for name in self.tools]
        if self.no_tools:
            found.append((not asked.usable, f"tools are offered: {offered}"))
        if self.called is not None:
            found.append((self.called in asked.called, f"{self.called} was not called last"))
        if self.turn is not None:
            found.append((asked.turn == self.turn, f"turn is {asked.turn}, not {self.turn}"))
        if self.said is not None:
            found.append((self.said in asked.everything, f"nobody said {self.said!r}"))
        if self.judge is not None:
            found.append((bool(self.judge(asked.body)), "its judge says no"))
        return found

    def captured(self, asked: Asked) -> dict[str, str]:
        """What the named groups found."""
        pairs = ((self.purpose, asked.purpose), (self.opening, asked.opening), (self.text, asked.text))
        matches = [re.search(pattern or "", text or "") for pattern, text in (*pairs, (self.result, asked.result))]
        return {name: text for match in matches if match for name, text in match.groupdict(default="").items()}


@dataclass(frozen=True, config=STRICT)
class Order:
    """What `obey` does as soon as the data of a request fits a regex."""

    when: str
    call: Call


@dataclass(frozen=True, config=STRICT)
class Character:
    """A model with a way of its own (bot/sandbox/llm/characters.py).

    Attributes:
        language: of the liar: en, de, fr or es; None for the one it is spoken to in.
        at_once: how many equal calls the runaway makes in one answer.
        orders: what `obey` does besides what it reads.
    """

    who: Who
    language: Literal["en", "de", "fr", "es"] | None = None
    at_once: int = 1
    orders: tuple[Order, ...] = ()


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Reply:
    """An answer: a text, calls of tools (with a text before them), an object, or what a character says.

    `{{name}}` in a text or an argument is what the group of that name found; an argument that is `{{name|int}}` is a
    number. Where no tools are offered but a schema of actions is, a call becomes its action, as does a text, unless it
    is `raw` or an object already. `by` makes the reply from the request.

    Attributes:
        delay: seconds that the model thinks; pace: seconds between two pieces of a stream.
        stop: why it ends, in the words of the Messages API; by itself end_turn or tool_use.
    """

    text: str | None = None
    calls: tuple[Call, ...] = ()
    json: dict[str, Any] | None = None
    character: Character | None = None
    by: Callable[[Asked], "Reply"] | None = None
    delay: float = 0.0
    pace: float = 0.0
    raw: bool = False
    stop: str | None = None

    def __post_init__(self) -> None:
        ways = (self.text is not None or self.calls, self.json is not None, self.character, self.by)
        if sum(map(bool, ways)) > 1:
            raise ValueError("has one of text and calls, json, character or by")

    @property
    def slots(self) -> set[str]:
        """The groups that it uses; none in what is sent as it stands."""
        if self.raw:
            return set()
        return {match[1] for match in SLOT.finditer(str((self.text, self.json, self.calls)))}


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Rule:
    """One line of a script.

    Attributes:
        name: by which it is recorded, and named to who wrote no rule for a request.
        times: how many answers it gives, None for any number; a request that ends in a fault is not counted.
        faults: what goes wrong, in order; each counts its own times.
    """

    name: str = ""
    match: Match = field(default_factory=Match)
    reply: Reply = field(default_factory=lambda: Reply(text=""))
    faults: tuple[Fault, ...] = ()
    times: int | None = None

    def __post_init__(self) -> None:
        if unknown := self.reply.slots - self.match.slots:
            raise ValueError(f"no group of its match is called {', '.join(sorted(unknown))}")


def filled(value: Any, found: Mapping[str, str]) -> Any:
    """A reply's text, or its arguments, with what was found in the slots."""
    if isinstance(value, Mapping):
        return {key: filled(part, found) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [filled(part, found) for part in value]
    if not isinstance(value, str):
        return value
    whole = SLOT.fullmatch(value)
    if whole and whole[2]:
        digits = re.search(r"-?\d+", found[whole[1]])
        return int(digits[0]) if digits else 0
    return SLOT.sub(lambda match: found[match[1]], value)


def _groups(pattern: str | None) -> set[str]:
    return set(re.compile(pattern or "").groupindex)


def _found(name: str, pattern: str, text: str | None) -> tuple[bool, str]:
    if text is None:
        return False, f"there is no {name} yet"
    short = text if len(text) <= QUOTED else f"{text[:QUOTED]}…"
    return re.search(pattern, text) is not None, f"{name} {pattern!r} does not fit {short!r}"
