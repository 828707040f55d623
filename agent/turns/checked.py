"""What a specialist answers is held against what it was shown and what was done, before anybody reads it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.guardrails import claims as claim_check
from agent.guardrails.claims import CORRECTION, Claim, Verdict
from agent.guardrails.outcome import Because
from agent.guardrails.proofs import Proof, as_known
from agent.guardrails.references import COMPLAINT, PLACE, complaint, unknown, without
from agent.kit.world import World
from agent.turns.keep import Asked, keep, read_again
from bot.errors import ModelError
from bot.llm.port import Message
from bot.metrics import UNRECEIPTED
from bot.settings import Settings
from prompts import about
from storage import proposals, receipts
from storage.turns import Turn

APART = 100  # the numbers of questions about an answer begin behind those of a step's own


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A specialist's words as they come from the model; `corrections`: what it was told of earlier ones."""

    turn: Turn
    step: int
    text: str
    number: int
    had_writes: bool
    corrections: Sequence[str]
    is_private: bool

    def was_told(self, opening: str) -> bool:
        """Whether it was corrected in these words before: references and claims are corrected once each."""
        return any(one.startswith(opening) for one in self.corrections)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """`text` may be posted. `again`: what the model is to be told instead, once. `because`: why words were left out.

    `is_passed_on`: another specialist has been given the rest.
    """

    text: str = ""
    again: str = ""
    because: Because | None = None
    is_passed_on: bool = False


async def checked(world: World, answered: Answered, log: Sequence[Message]) -> Checked:
    """References first, since they cost nothing; then claims, as far as the settings want that."""
    proofs, waiting = await _proofs(world, answered.turn)
    shown = [_without_corrections(answered, message.text) for message in log if message.role == "user"]
    shown += [result.text for message in log for result in message.results]
    known = [*shown, *as_known([*proofs, *waiting])]
    text = answered.text
    if missing := unknown(text, known):
        if not answered.was_told(COMPLAINT):
            return Checked(again=complaint(missing))
        text = without(text, missing)
    return await _claims(world, answered, text, [*proofs, *waiting])


def _without_corrections(answered: Answered, text: str) -> str:
    """A correction names what is wrong: said again, that would count as shown."""
    for one in answered.corrections:
        text = text.replace(one, "")
    return text


async def _claims(world: World, answered: Answered, text: str, proofs: Sequence[Proof]) -> Checked:
    words = PLACE.sub("", text)
    if not claim_check.is_due(_setting(world.settings), words, had_write_tools=answered.had_writes):
        return Checked(text=text)
    found = await _asked(world, answered, text, proofs) if claim_check.is_checkable(text) else None
    was_corrected = answered.was_told(CORRECTION)
    match claim_check.verdict(found, had_write_tools=answered.had_writes, was_corrected=was_corrected):
        case Verdict.POST:
            return Checked(text=text)
        case Verdict.CORRECT:
            assert found is not None  # else there is nothing to correct
            return Checked(again=claim_check.correction(found))
        case Verdict.BEHIND:
            return Checked(text=text, because=Because.UNCHECKED)
        case _:
            UNRECEIPTED.inc(len(claim_check.unproven(found or ())))  # of a check that is down nothing is known
            placed = "\n".join(found[0] for found in PLACE.finditer(text))
            return Checked(text=placed, because=Because.UNPROVEN)


def _setting(settings: Settings) -> claim_check.Check:
    return settings.claim_check


async def _asked(world: World, answered: Answered, text: str, proofs: Sequence[Proof]) -> Sequence[Claim] | None:
    """What the text claims; None where the check is down."""
    assert world.model is not None  # it has answered before
    turn = answered.turn
    ask = replace(
        claim_check.question(text, proofs),
        person_id=turn.actor_id,
        turn=turn.name,
        is_private=answered.is_private,
    )
    started, number = time.monotonic(), APART + answered.number
    try:
        if (before := await read_again(world, turn, ask, step=answered.step, number=number)) is not None:
            return before  # type: ignore[return-value] # as below
        answer = await world.model.ask(ask)
    except ModelError:
        return None
    to = Asked(step=answered.step, number=number, prompt=about("claims_system").mark_of("claims"))
    await keep(world, turn, ask, answer, to=to, started=started)
    found: tuple[Claim, ...] = answer.parsed  # type: ignore[assignment] # as `read` of the question makes it
    return found


async def _proofs(world: World, turn: Turn) -> tuple[list[Proof], list[Proof]]:
    """What this turn has done, and what of it waits."""
    async with world.db.read() as tx:
        done = await receipts.of_turn(tx, turn.id)
        waiting = await proposals.open_of_turn(tx, turn.id)
    return (
        [Proof(name=one.name, said=one.said, url=one.url or "") for one in done],
        [Proof(name=one.name, said=one.said) for one in waiting],
    )
