"""What the stand-in answers when no script says otherwise: the bot's own prompts get plausible answers."""

from bot.sandbox.llm.agent import narrated, offered, routed, summed_up, works
from bot.sandbox.llm.asked import Asked, Call
from bot.sandbox.llm.rules import Match, Reply, Rule
from bot.sandbox.llm.schemas import sample
from bot.sandbox.plausible import plausible


def plausibly(asked: Asked) -> Reply:
    """An answer that looks at the report, or at the reason."""
    return Reply(json=plausible(asked.opening))


def capable(asked: Asked) -> Reply:
    """Shows what it can do: calls the first tool, fits the schema, or says so."""
    if asked.tools:
        arguments = sample(asked.tools[0].schema)
        return Reply(calls=(Call(asked.tools[0].name, arguments if isinstance(arguments, dict) else {}),))
    value = sample(asked.form) if asked.form else None
    return Reply(json=value) if isinstance(value, dict) else Reply(text="ok")


DEFAULTS = (
    Rule(name="plain words", match=Match(said="</reason>"), reply=Reply(by=plausibly)),
    Rule(name="triage", match=Match(said="</report>"), reply=Reply(by=plausibly)),
    Rule(name="route", match=Match(purpose="^route$"), reply=Reply(by=routed)),
    Rule(name="offer", match=Match(purpose="^offer$"), reply=Reply(by=offered)),
    Rule(
        name="work",
        match=Match(purpose="^(create|assign|remind|research|comment|close)$"),
        reply=Reply(by=works),
    ),
    Rule(name="narrate", match=Match(purpose="^narrate$"), reply=Reply(by=narrated)),
    Rule(name="summary", match=Match(said="The messages after it, the oldest first:"), reply=Reply(by=summed_up)),
    Rule(name="claims", match=Match(said="</receipts>"), reply=Reply(json={"claims": []})),
    Rule(name="what it can do", match=Match(purpose="(?i)capabilit"), reply=Reply(by=capable)),
)
