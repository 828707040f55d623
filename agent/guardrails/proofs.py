"""What was done is said by code, from receipts: a model only says where in its answer each one belongs."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from agent.guardrails.references import PLACE
from bot.messages import Button, escape, linked
from prompts.words import Phrase, fixed, say

CHANGED = fixed("{object} – {change}")
LEFT_OVER = re.compile(r"^(?:[ \t]*(?:•|\d+\.|>)?[ \t]*[.,;:!?–—-]?[ \t]*)$")


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A receipt as an answer shows it.

    Attributes:
        name: R-9.
        said: the object, as in "CH-31 Checkout broken on mobile"; plain text, as `change` is.
        url: where to see it; empty: nowhere.
        change: "assignees: nobody → @bob", said to whoever reads it.
        undo: takes it back, where that is possible.
    """

    name: str
    said: str
    url: str = ""
    change: str | Phrase = ""
    undo: Button | None = None


Render = Callable[[Proof], str]


def shown(proof: Proof) -> str:
    """One receipt as mrkdwn: link, object and change."""
    object_ = linked(proof.said, proof.url or None)
    change = escape(str(proof.change))
    return say(CHANGED, object=object_, change=change) if change else object_


def placed(text: str, proofs: Sequence[Proof], *, render: Render = shown) -> str:
    """The text, as mrkdwn, with each `[[R-9]]` of these receipts rendered and every other one removed.

    A receipt that comes again is named only; those that were not placed follow at the end, a line each.
    """
    by_name = {proof.name: proof for proof in proofs}
    used: set[str] = set()

    def put(found: re.Match[str]) -> str:
        name = f"R-{int(found['number'])}"
        if name not in by_name:
            return ""
        proof, is_first = by_name[name], name not in used
        used.add(name)
        return render(proof) if is_first else linked(proof.said, proof.url or None)

    lines = [(line, PLACE.sub(put, line)) for line in text.split("\n")]
    kept = [new for old, new in lines if new == old or not LEFT_OVER.match(new)]
    body = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    rest = lined((proof for name, proof in by_name.items() if name not in used), render=render)
    return "\n\n".join(filter(None, [body, rest]))


def lined(proofs: Iterable[Proof], *, render: Render = shown) -> str:
    """Code's own lines: what was done, and nothing else."""
    return "\n".join(f"• {render(proof)}" for proof in proofs)


def undo_buttons(proofs: Iterable[Proof]) -> tuple[Button, ...]:
    """A button for each receipt that can be taken back."""
    return tuple(proof.undo for proof in proofs if proof.undo)


def as_known(proofs: Iterable[Proof]) -> list[str]:
    """What receipts name, for the check of references."""
    return [f"{proof.name} {proof.said} {proof.url} {proof.change}" for proof in proofs]
