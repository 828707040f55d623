"""What a provider's body has to have to be an answer."""

from pydantic import BaseModel

from bot.errors import ModelError

FINISHED = frozenset({"end_turn", "stop_sequence"})
CUT_OFF = frozenset({None, "max_tokens", "model_context_window_exceeded"})


class _Block(BaseModel):
    type: str
    text: str = ""


class _Usage(BaseModel):
    input_tokens: int = 0
    output_tokens: int = 0


class Message(BaseModel):
    """The part of the body that is used; the SDK's own reading would let a missing field or a page of HTML pass."""

    content: list[_Block]
    model: str
    stop_reason: str | None = None
    usage: _Usage = _Usage()


class _Model(BaseModel):
    id: str


class Models(BaseModel):
    data: list[_Model]


def finished(stop_reason: str | None) -> str:
    """Why it stopped.

    Raises:
        ModelError: it had more to say, or said no text.
    """
    if stop_reason in CUT_OFF:
        raise ModelError("model answer was cut off")
    if stop_reason not in FINISHED:
        word = "a refusal" if stop_reason == "refusal" else f"not text ({stop_reason})"
        raise ModelError(f"model answer was {word}")
    return str(stop_reason)
