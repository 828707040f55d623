"""What is asked of a language model and what it answers, whoever serves it."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.settings.providers import Mode, Role

Stop = Literal["end", "tools", "cut", "refusal"]
DEADLINE = 60.0  # seconds for everything that one question takes
PATIENCE = 5.0  # seconds that a request to the agent holds its worker for a model that is busy


class WrongAnswerError(Exception):
    """An answer cannot be used; the text tells the model why."""


@dataclass(frozen=True, kw_only=True)
class Tool:
    """What a model may ask for; `schema` is that of its arguments, an object."""

    name: str
    description: str
    schema: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Call:
    """A tool that the model asks for. Its id is ours, so that another provider can go on with the log.

    `problem`: why the arguments cannot be used, for the model to read; empty when they fit the tool's schema.
    """

    id: str
    name: str
    arguments: Mapping[str, object]
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a call came to."""

    call_id: str
    text: str
    is_error: bool = False


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of the log: words, and the calls of an answer or the results that a user's message begins with.

    `stable`: how the words begin in other questions of the same work too, where a provider may remember that.
    """

    role: Literal["user", "assistant"]
    text: str = ""
    stable: str = ""
    calls: tuple[Call, ...] = ()
    results: tuple[Result, ...] = ()


def user(text: str, *, stable: str = "") -> Message:
    return Message(role="user", text=text, stable=stable)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One question.

    Attributes:
        purpose: what it is for, in a word or two, for logs and figures.
        again: who is asked when an answer was refused; None for the same role.
        schema: what the answer has to be, as JSON; without it prose, or the calls of `tools`.
        read: makes what the asker wants of an answer's text, or raises WrongAnswerError; None: the schema decides.
        deadline: seconds for everything: waiting, tries, re-asks and further providers.
        patience: seconds that it waits for a busy provider, or as long as one asks for; None: half of what is left, and
            as long as is asked for within the deadline.
        is_deterministic: the same question may be answered from what was said before.
        is_private: it holds words of a private channel or a direct message.
        person_id: whose request or report it is about: who pays for it, and waits for it.
        turn: the request whose budget pays for it besides, as T-1.
    """

    system: str
    messages: tuple[Message, ...]
    max_tokens: int
    role: Role = "small"
    again: Role | None = None
    purpose: str = ""
    tools: tuple[Tool, ...] = ()
    schema: Mapping[str, object] | None = None
    read: Callable[[str], object] | None = field(default=None, compare=False)
    deadline: float = DEADLINE
    patience: float | None = None
    is_deterministic: bool = False
    is_private: bool = False
    person_id: int | None = None
    turn: str = ""

    def __post_init__(self) -> None:
        if self.tools and self.is_structured:
            raise ValueError("a question has tools or a schema, not both")

    @property
    def is_structured(self) -> bool:
        """Whether half an answer is worth nothing."""
        return self.schema is not None or self.read is not None

    @property
    def texts(self) -> Iterator[str]:
        """All that the model has to read."""
        yield self.system
        for tool in self.tools:
            yield from (tool.name, tool.description, str(tool.schema))
        if self.schema is not None:
            yield str(self.schema)
        for message in self.messages:
            yield message.text
            yield from (result.text for result in message.results)
            yield from (f"{call.name}{call.arguments}" for call in message.calls)

    @property
    def characters(self) -> int:
        """How much that is."""
        return sum(map(len, self.texts))

    @property
    def tokens(self) -> int:
        """How many tokens that is, by an estimate that is rather too high."""
        return sum(map(estimate, self.texts)) + 1

    def key(self, model: str) -> str:
        """What stands for this question to this model: all that is said, and what the answer may be."""
        asked = [model, self.system, self.messages, self.schema, self.tools]
        return hashlib.sha256(json.dumps(asked, sort_keys=True, default=_plain).encode()).hexdigest()


def _plain(value: object) -> dict[str, object]:
    """What JSON knows no word for: a mapping of another kind, and the parts of a question."""
    return dict(value) if isinstance(value, Mapping) else vars(value)


def estimate(text: str) -> int:
    """Tokens of a text: 3 bytes are one, and a tenth is added."""
    return round(len(text.encode()) / 3 * 1.1)


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens. Those read from or written to a provider's cache are counted in `input` too.

    `is_estimated`: the provider said nothing; then 3 bytes are a token, and 10 % are added.
    """

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    is_estimated: bool = False

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            input=self.input + other.input,
            output=self.output + other.output,
            cache_read=self.cache_read + other.cache_read,
            cache_write=self.cache_write + other.cache_write,
            is_estimated=self.is_estimated or other.is_estimated,
        )

    @property
    def total(self) -> int:
        return self.input + self.output


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What one call to a provider brought, read but not judged.

    `stop`: ours for the reasons that are known (also `too_long`), else the provider's own word; None: it gave none.
    """

    text: str = ""
    calls: tuple[Call, ...] = ()
    stop: str | None
    usage: Usage
    request_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer that fits the question; what does not is a ModelError instead.

    Attributes:
        stop: `cut`: prose that had more to say. `refusal`: `text` says what the model says to that.
        usage, cost: of all calls that it took, in tokens and US dollars; a cost of None is not known.
        model: the id that was asked, of `provider`.
        attempts: calls that it took, with those that failed.
        breakers: provider -> how its breaker stood: closed, half-open, or open, so that it was not called.
        is_cached: it was given before, and cost nothing this time.
        is_second_choice: a provider before this one in the chain did not answer.
    """

    text: str = ""
    calls: tuple[Call, ...] = ()
    parsed: object = None
    stop: Stop = "end"
    usage: Usage = Usage()
    cost: float | None = None
    provider: str = ""
    model: str = ""
    mode: Mode = "native"
    attempts: int = 1
    breakers: Mapping[str, str] = field(default_factory=dict)
    is_cached: bool = False
    is_second_choice: bool = False
    request_id: str | None = None
