"""Whatever an answer says that Chargehand did or will do must have a receipt; a second model call lists what it says.

The list is checked by code, word for word; no phrase of any language is known here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from agent.guardrails.proofs import Proof
from bot.llm.checks import AGAIN, loaded, require
from bot.llm.port import Ask, WrongAnswerError, user
from bot.redact import redact
from prompts import render
from prompts.blocks import as_data

Check = Literal["all", "writes", "off"]
LONGEST = 24_000  # characters; a longer text is not checked in one small call, and counts as unchecked
MOST = 40  # claims
WAITS = "P-"  # begins the names of proposals
CORRECTION = "Your answer says that something was or will be done, and no receipt shows it:"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One thing that a text says Chargehand did, will do, or has asked somebody to approve; `receipt` is the name of
    what proves it."""

    quote: str
    kind: Literal["did", "will", "asked"]
    receipt: str | None

    @property
    def is_proven(self) -> bool:
        """Whether anything shows it; that something waits for approval does not show that it was done."""
        return self.receipt is not None and not (self.kind == "did" and self.receipt.startswith(WAITS))


class Verdict(Enum):
    """What becomes of a text.

    POST: it is posted. CORRECT: it is written again, once. OWN_LINES: only code's own lines are posted.
    BEHIND: it is posted behind the sentence that nothing was changed.
    """

    POST = auto()
    CORRECT = auto()
    OWN_LINES = auto()
    BEHIND = auto()


def is_due(check: Check, text: str, *, had_write_tools: bool) -> bool:
    """Whether a text has to be checked; of an empty one nothing can be claimed."""
    return bool(text.strip()) and (check == "all" or (check == "writes" and had_write_tools))


def is_checkable(text: str) -> bool:
    """Whether one call can read it; what cannot be checked is judged as if the check were down."""
    return len(text) <= LONGEST


def question(text: str, proofs: Sequence[Proof], *, max_tokens: int = 1024) -> Ask:
    """What is asked of a small model; the answer's `parsed` is a tuple of claims.

    Args:
        text: as the model wrote it.
        proofs: the receipts of this turn, and its open proposals under their names.
    """
    names = [proof.name for proof in proofs]
    said = {one.name: f"{one.said}: {one.change}" if one.change else one.said for one in proofs}
    shown = [{"name": name, "said": redact(words)} for name, words in said.items()]
    return Ask(
        role="small",
        purpose="claims",
        system=render("claims_system"),
        messages=(user(render("claims", text=redact(text), receipts=shown)),),
        schema=schema(names),
        read=lambda answer: read(answer, text, names),
        max_tokens=max_tokens,
    )


def schema(names: Sequence[str]) -> dict[str, object]:
    """The list of claims as a JSON schema in which a receipt is one of these names or null."""
    claim = {
        "type": "object",
        "properties": {
            "quote": {"type": "string"},
            "kind": {"enum": ["did", "will", "asked"]},
            "receipt": {"enum": [*names, None]},
        },
        "required": ["quote", "kind", "receipt"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"claims": {"type": "array", "items": claim, "maxItems": MOST}},
        "required": ["claims"],
        "additionalProperties": False,
    }


def read(answer: str, text: str, names: Sequence[str]) -> tuple[Claim, ...]:
    """The claims of an answer: each quote stands in the text, each receipt exists.

    Raises:
        WrongAnswerError: what to tell the model.
    """
    value = loaded(answer)
    require(value, schema(names))
    claims = tuple(Claim(**claim) for claim in value["claims"])  # type: ignore[index] # as the schema requires
    said = (_flat(text), _flat(as_data(redact(text))))  # what it was shown is without secrets and tags
    if wrong := [at for at, claim in enumerate(claims) if not _stands(claim.quote, said)]:
        lines = [f"- claims.{at}.quote: must be words of the text, letter by letter" for at in wrong]
        raise WrongAnswerError("\n".join(["That answer was refused.", *lines, AGAIN]))
    return claims


def _stands(quote: str, said: Iterable[str]) -> bool:
    return bool(quote.strip()) and any(_flat(quote) in text for text in said)


def _flat(text: str) -> str:
    """Without line ends and runs of spaces, which models do not copy."""
    return " ".join(text.split())


def unproven(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Those that nothing shows."""
    return tuple(claim for claim in claims if not claim.is_proven)


def correction(claims: Iterable[Claim]) -> str:
    """What the model that wrote the text is told, once."""
    listed = "\n".join(f"- {_flat(claim.quote)}" for claim in unproven(claims))
    return (
        f"{CORRECTION}\n{listed}\n"
        "Write the answer again without that. Name only what a receipt shows, promise nothing, and say plainly what was"
        " not done."
    )


def verdict(claims: Sequence[Claim] | None, *, had_write_tools: bool, was_corrected: bool) -> Verdict:
    """What becomes of a text that had to be checked.

    Args:
        claims: what it claims; None: the check is down, or the text too long for it.
        was_corrected: it is what the model wrote after `correction`.
    """
    if claims is None:
        return Verdict.OWN_LINES if had_write_tools else Verdict.BEHIND
    if not unproven(claims):
        return Verdict.POST
    return Verdict.OWN_LINES if was_corrected else Verdict.CORRECT
