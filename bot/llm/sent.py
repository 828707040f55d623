"""What both wires send, read and count alike."""

import structlog

from bot.llm.port import Ask, Call, Usage, estimate


def correlation() -> dict[str, str]:
    """The id of what this call is made for, so that a proxy's log can be set beside ours."""
    known = structlog.contextvars.get_contextvars().get("correlation_id")
    return {"X-Correlation-ID": str(known)} if known else {}


def estimated(ask: Ask, text: str) -> Usage:
    """What a call took whose provider does not say."""
    return Usage(input=ask.tokens, output=estimate(text) + 1, is_estimated=True)


def asked_for(call_id: str, name: str, arguments: object) -> Call:
    """A tool that the model asks for, whatever it wrote for its arguments; None is as good as an empty object."""
    if arguments is None or isinstance(arguments, dict):
        return Call(id=call_id, name=name, arguments=arguments or {})
    return Call(id=call_id, name=name, arguments={}, problem="the arguments are no JSON object")
