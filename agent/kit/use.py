"""One use of a tool, and how it is stored."""

import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Any

from agent.github.which import Asked
from agent.memory.budget import BYTES, MOST_RESULT, estimated, head
from agent.turns.grounds import Words
from bot.llm.port import Call
from bot.redact import redact
from storage.turns import ToolCall, Turn

DONE, FAILED, REFUSED, PROPOSED, WOULD, ASKED = "done", "failed", "refused", "proposed", "would", "asked"
CANCELLED = "cancelled"  # by whoever asked, when it was asked back
UNCERTAIN = "uncertain"  # it may have happened
ERRORS = {FAILED, REFUSED, UNCERTAIN}  # what a model is told as one
LONGEST_RESULT = MOST_RESULT * BYTES  # characters: no text of more has so few tokens
NOTE_TOKENS = 20  # of what says that it was cut
LONGEST_SECRET = 4200  # characters that one match of `redact` may have, but for a key that goes on to the end


@dataclass(frozen=True, kw_only=True)
class Use:
    """One use of a tool: which answer of the model asks for it in which step, and in whose words its ground is."""

    turn: Turn
    step: int
    model_call: int
    call: Call
    words: Words
    thread_ticket: int | None
    started: float = field(default_factory=time.monotonic)

    @property
    def effect_key(self) -> str:
        """The same for the same use, whoever makes it again."""
        said = json.dumps([self.call.name, self.call.arguments], sort_keys=True, default=str)
        digest = hashlib.sha256(said.encode()).hexdigest()[:16]
        return f"turn:{self.turn.id}:{self.step}:{self.model_call}:{self.call.id}:{digest}"

    @property
    def asked(self) -> Asked:
        """In whose words the repository that it names is looked for."""
        number = self.call.arguments.get("number")
        return Asked(texts=self.words.texts, number=number if isinstance(number, int) else None)

    def row(self, state: str, result: str, **more: Any) -> ToolCall:
        """As it is stored."""
        return ToolCall(
            workspace_id=self.turn.workspace_id,
            turn_id=self.turn.id,
            step=self.step,
            model_call=self.model_call,
            call_id=self.call.id,
            tool=self.call.name,
            arguments=dict(self.call.arguments),
            effect_key=self.effect_key,
            state=state,
            result=told(result),
            milliseconds=round((time.monotonic() - self.started) * 1000),
            **more,
        )


def told(found: str) -> str:
    """What a tool has found as a model is told of it: without secrets, and no more than a model can use.

    To look for secrets in all of a megabyte would hold up everybody for seconds, so it is cut before as well: what the
    cut may have halved, and so hidden from that look, is left out.
    """
    clean = redact(found[: LONGEST_RESULT + 2 * LONGEST_SECRET])
    is_cut = len(found) > LONGEST_RESULT + 2 * LONGEST_SECRET
    clean = clean[:-LONGEST_SECRET] if is_cut else clean
    count = estimated()
    if not is_cut and count(clean) <= MOST_RESULT:
        return clean
    shown = head(clean, limit=MOST_RESULT - NOTE_TOKENS, count=count)
    return f"{shown}\n[… {max(len(found), len(clean)) - len(shown)} more characters left out]"
