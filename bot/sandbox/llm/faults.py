"""What may go wrong with an answer, on cue and so many times."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from json import dumps
from typing import Literal

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass as validated

from bot.sandbox.llm.asked import Asked, Call

Kind = Literal[
    "status",
    "slow",
    "stall",
    "disconnect",
    "no_stop",
    "corrupt",
    "broken_json",
    "unknown_tool",
    "leaked",
    "max_tokens",
    "refusal",
    "wrong_usage",
    "schema_ignored",
]
HALF_A_MESSAGE = '{"id": "msg_1", "content": [{"ty'
BROKEN = '{"number": 99, "comment": "half of a sent'


@validated(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Fault:
    """One thing that goes wrong.

    `status` refuses with `status` and, when given, `retry_after` seconds (as a date with `as_date`), or with an event
    `inside` a stream; `slow` sends its first byte after `seconds`; `stall` stays silent until it is released,
    `disconnect` breaks the connection: both before the first byte, or `inside` a block; `no_stop` ends without a stop
    reason, `inside` half-way; `corrupt` sends `body` in place of a message, in a stream of one event; `broken_json`
    breaks the arguments of a call, `unknown_tool` calls `tool`, `leaked` writes the call as text; `max_tokens` and
    `refusal` stop half-way; `wrong_usage` reports `tokens` for both figures, None for no usage at all; `schema_ignored`
    answers in prose.

    Attributes:
        times: how many requests it hits, None for all; after: how many that the rule fits are let pass before.
    """

    kind: Kind
    times: int | None = 1
    after: int = 0
    status: int = 500
    retry_after: float | None = None
    as_date: bool = False
    seconds: float = 1.0
    inside: bool = False
    body: str = HALF_A_MESSAGE
    tool: str = "no_such_tool"
    tokens: int | None = 0

    @property
    def is_answered(self) -> bool:
        """Whether the model gets to answer at all."""
        return self.kind not in ("status", "disconnect") or self.inside

    def headers(self) -> dict[str, str]:
        """Of a refusal."""
        if self.retry_after is None:
            return {}
        until = datetime.now(UTC) + timedelta(seconds=self.retry_after)
        return {"retry-after": format_datetime(until, usegmt=True) if self.as_date else f"{self.retry_after:g}"}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What the model is about to say; `usage` is input and output tokens, None for none reported.

    Attributes:
        raw: the text stands as it is, also where an action of a schema is asked for.
        broken: stands in place of the last call's arguments.
    """

    text: str = ""
    calls: tuple[Call, ...] = ()
    stop: str | None = "end_turn"
    usage: tuple[int, int] | None = None
    raw: bool = False
    broken: str | None = None


class UnscriptedError(Exception):
    """The script does not say what to answer; the text says what is missing."""


def spoilt(draft: Draft, fault: Fault, asked: Asked) -> Draft:
    """The draft with what is wrong with it.

    Raises:
        UnscriptedError: the fault is one of calls and the draft has none, or one of schemas and none is asked for.
    """
    spoil = CONTENT.get(fault.kind)
    if fault.kind in OF_CALLS and not draft.calls:
        raise UnscriptedError(f"the fault {fault.kind} needs a reply that calls a tool")
    if fault.kind == "schema_ignored" and not asked.form:
        raise UnscriptedError("the fault schema_ignored needs a request with a schema")
    return spoil(draft, fault) if spoil else draft


def leaked(call: Call) -> str:
    """A call as small models write it: in a fence, as text."""
    return f"```json\n{dumps({'name': call.name, 'arguments': dict(call.arguments)}, ensure_ascii=False)}\n```"


def _unknown(draft: Draft, fault: Fault) -> Draft:
    return replace(draft, calls=(*draft.calls[:-1], Call(fault.tool, draft.calls[-1].arguments)))


def _leaked(draft: Draft, _: Fault) -> Draft:
    text = "\n".join([draft.text, *map(leaked, draft.calls)]).strip()
    return replace(draft, text=text, calls=(), stop="end_turn", raw=True)


def _cut(draft: Draft, fault: Fault) -> Draft:
    # Whoever refuses calls nothing; whoever runs out of tokens does so in the arguments of the last call.
    calls = () if fault.kind == "refusal" else draft.calls
    return replace(
        draft,
        text=draft.text if calls else draft.text[: len(draft.text) // 2],
        calls=calls,
        stop=fault.kind,
        broken=BROKEN if calls else None,
    )


def _open(draft: Draft, fault: Fault) -> Draft:
    return replace(draft, text=draft.text[: len(draft.text) // 2] if fault.inside else draft.text, stop=None)


def _prose(draft: Draft, _: Fault) -> Draft:
    return replace(draft, text="Let me think about that. I would say that it is rather important.", calls=(), raw=True)


CONTENT: dict[str, Callable[[Draft, Fault], Draft]] = {
    "broken_json": lambda draft, _: replace(draft, broken=BROKEN),
    "unknown_tool": _unknown,
    "leaked": _leaked,
    "max_tokens": _cut,
    "refusal": _cut,
    "no_stop": _open,
    "schema_ignored": _prose,
}
OF_CALLS = {"broken_json", "unknown_tool", "leaked"}
