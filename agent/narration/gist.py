"""What somebody wrote on GitHub, in a sentence by a model without tools; or nothing, when it cannot stand for that.

Two small questions: the sentence, and what it claims. Neither holds a tool, so nothing in the words can be done.
"""

import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent.guardrails import claims
from agent.guardrails.references import unknown
from agent.narration.happening import Happening
from agent.specialists import NAMED
from agent.tickets.rewrite import LANGUAGES, SENTENCE
from agent.triage.model import visible
from bot.errors import ModelError
from bot.llm.port import Ask, WrongAnswerError, user
from bot.redact import redact
from prompts import render
from prompts.blocks import as_data_block, new_fence

if TYPE_CHECKING:
    from bot.llm.chain import Chain

NARRATOR = NAMED["narrate"]
LONGEST_READ = 8_000  # characters of what somebody wrote; the rest is on GitHub
LONGEST, MOST_SENTENCES = 320, 3
MOST_TOKENS = 200
_LISTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["infrastructure"]
INFRASTRUCTURE = re.compile(
    rf"\b(?:{'|'.join(re.escape(word) for words in _LISTS.values() for word in words)})\b", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a model is asked. `deadline`: seconds for each question; `check`: CHARGEHAND_CLAIM_CHECK."""

    language: str
    deadline: float
    check: claims.Check = "writes"
    is_private: bool = False


async def gist(happening: Happening, terms: Terms, *, model: "Chain") -> str:
    """What was written, in short.

    Raises:
        ModelError: there is no sentence that can be told; the text says why.
    """
    if not happening.words:
        raise ModelError("nothing was written")
    answer = await model.ask(_asked(question(happening, terms.language), terms))
    said = str(answer.parsed)
    if missing := unknown(said, [happening.words, happening.about, happening.url]):
        raise ModelError(f"the model names what was not said: {', '.join(missing)}")
    if terms.check != "off":
        await _check(said, terms, model=model)
    return said


async def _check(said: str, terms: Terms, *, model: "Chain") -> None:
    """Nothing was done, so whatever it says of that is not so."""
    found = await model.ask(_asked(claims.question(said, ()), terms))
    if found.parsed:
        raise ModelError("the model says that something was or will be done")


def _asked(ask: Ask, terms: Terms) -> Ask:
    return replace(ask, deadline=terms.deadline, is_private=terms.is_private)


def question(happening: Happening, language: str) -> Ask:
    """What is sent: the words as data, and no tool."""
    source, author = f"{happening.kind} on {happening.about}", f"@{happening.who}"
    words = redact(happening.words[:LONGEST_READ])
    block = as_data_block(words, source=source, author=author, trust="outside", fence=new_fence())
    asked = render("narrate", words=block, language=LANGUAGES.get(language, LANGUAGES["en"]), most=LONGEST)
    return Ask(
        role="small",
        purpose=NARRATOR.name,
        system=render(NARRATOR.prompt),
        messages=(user(asked),),
        read=read_gist,
        max_tokens=MOST_TOKENS,
    )


def read_gist(text: str) -> str:
    """The sentence in one line, in words that everybody understands.

    Raises:
        WrongAnswerError: what to tell the model.
    """
    plain = " ".join(visible(text).split())
    if not plain or len(plain) > LONGEST or len(SENTENCE.split(plain)) > MOST_SENTENCES:
        raise WrongAnswerError(f"Answer with one or two plain sentences of at most {LONGEST} characters together.")
    if found := INFRASTRUCTURE.search(plain):
        raise WrongAnswerError(f"Not everybody understands “{found[0]}”: say it in everyday words.")
    return plain
