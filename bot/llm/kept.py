"""An answer as it is kept to be given again, and how it is read then: like one that has just come."""

from collections.abc import Mapping
from typing import Any

from bot.llm import modes
from bot.llm.port import Answer, Ask, Call, Reply, Usage, WrongAnswerError
from bot.settings.providers import Mode

WHOLE = frozenset({"end", "tools"})


def kept(reply: Reply, *, mode: Mode, model: str) -> dict[str, Any]:
    """A reply that came to its end, with who gave it and how they were asked."""
    calls = [{"id": call.id, "name": call.name, "arguments": dict(call.arguments)} for call in reply.calls]
    return {"text": reply.text, "calls": calls, "stop": reply.stop, "mode": mode, "model": model}


def again(ask: Ask, known: Mapping[str, Any]) -> tuple[Answer, Mode, str] | None:
    """The answer that it makes, how and of which model; None where it is none any more."""
    mode: Mode = known["mode"]
    calls = tuple(Call(**call) for call in known["calls"])
    try:
        answer = modes.read(ask, mode, Reply(text=known["text"], calls=calls, stop=known["stop"], usage=Usage()))
    except WrongAnswerError:
        return None
    return answer, mode, known["model"]
