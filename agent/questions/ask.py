"""`ask`: a model asks the person for what it cannot go on without; code decides whether that may be asked, and how."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from agent.desk import Desk
from agent.guardrails.links import harmless, links_for
from agent.kit.use import ASKED, REFUSED, Use
from agent.kit.world import World
from agent.questions.keep import FOLLOWS, MOST_CHOICES, keep, why_not
from agent.questions.slots import PLAINLY, SLOTS, Said, choices, known
from agent.turns.checked import Checked
from bot.llm.checks import wrong
from bot.llm.port import Tool
from bot.messages import escape
from prompts.words import say
from storage import turns
from storage.database import tell
from storage.turn_news import ToolUsed
from storage.turns import ToolCall

LONGEST, OPTION = 300, 70  # characters of a question and of one option
ASK = Tool(
    name="ask",
    description="Ask the person for what you cannot go on without and neither the request nor a result says. At most"
    " two questions, in one answer, each about another slot; your work goes on with what they answer.",
    schema={
        "type": "object",
        "properties": {
            "slot": {
                "type": "string",
                "enum": list(SLOTS),
                "description": "what is missing: a title, a repository, a person, a time, or which one of several",
            },
            "question": {
                "type": "string",
                "minLength": 1,
                "maxLength": LONGEST,
                "description": "one short question, in the language of the request",
            },
            "options": {
                "type": "array",
                "items": {"type": "string", "minLength": 1, "maxLength": OPTION},
                "maxItems": MOST_CHOICES,
                "description": "what could be answered, where that is known; else empty",
            },
        },
        "required": ["slot", "question", "options"],
        "additionalProperties": False,
    },
)
Check = Callable[[str], Awaitable[Checked]]


async def ask_back(world: World, uses: Sequence[Use], check: Check) -> None:
    """Keep what a model asks in one answer, with what it is told of that; its words are checked as an answer's are.

    Args:
        check: holds words against what the model was shown and what was done.
    """
    fit = [line for use in uses if not _problem(use) for line in _words(use.call.arguments)]
    is_clean = await _is_clean("\n".join(fit), check) if fit else True
    async with world.db.write() as tx:
        desk = await world.desk(tx)
        for use in uses:
            if not await turns.done_already(tx, use.effect_key):
                row = await _row(desk, use, is_clean=is_clean)
                tx.add(row)
                await tx.flush()
                tell(tx, ToolUsed(row.state))


def _problem(use: Use) -> str:
    """Why a call cannot be read; empty when it can."""
    return use.call.problem or "; ".join(wrong(dict(use.call.arguments), ASK.schema, what="arguments")[:5])


def _words(arguments: Mapping[str, Any]) -> list[str]:
    """The question and its options, a line each."""
    return [" ".join(one.split()) for one in (arguments["question"], *arguments["options"])]


async def _is_clean(words: str, check: Check) -> bool:
    """Whether they name nothing that nobody has shown the model, and claim nothing that was not done."""
    found = await check(words)
    return not found.again and found.because is None and found.text == words


async def _row(desk: Desk, use: Use, *, is_clean: bool) -> ToolCall:
    """What became of one call."""
    if problem := _problem(use) or await _why_not(desk, use):
        return use.row(REFUSED, f"Not asked: {problem}", at=desk.now)
    slot, text, options = str(use.call.arguments["slot"]), "", list[str]()
    if is_clean:
        question, *options = _words(use.call.arguments)
        text = escape(harmless(question, links_for(desk.settings, use.turn.text)))
    known_ones = dict.fromkeys(await choices(desk, slot) or options)
    asks = text or say(PLAINLY[slot])
    await keep(desk.tx, use, slot, asks, choices=[(one, one) for one in known_ones], now=desk.now)
    return use.row(ASKED, FOLLOWS, at=desk.now)


async def _why_not(desk: Desk, use: Use) -> str:
    slot = str(use.call.arguments["slot"])
    found = Said(desk=desk, words=use.words, ticket_id=use.thread_ticket)
    return await why_not(desk.tx, use.turn, slot, use.words.texts) or await known(found, slot)
