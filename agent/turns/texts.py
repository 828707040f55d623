"""What is kept of what was said in a turn once it has ended (CHARGEHAND_TRACE_TEXT); until then it keeps it all."""

from collections.abc import Callable
from typing import Any

from bot.redact import redact, redact_addresses
from bot.settings.kinds import TraceText
from storage import feedback, questions, turn_pages, turns
from storage.database import Tx
from storage.turn_pages import Wanted
from storage.turns import Turn

DELETED = "is_deleted"  # in a turn's place: words of it were deleted while it was worked on


async def cut_down(tx: Tx, turn: Turn, keep: TraceText) -> None:
    """Take out of a turn that has ended what is not to be kept; figures, names of tools and receipts stay."""
    if keep == "full":
        return
    one = redact_addresses if keep == "redacted" else _nothing
    turn.text = one(turn.text)
    turn.follow_ups = [
        said | {"text": one(said["text"]), "place": _place(said.get("place") or {}, one)} for said in turn.follow_ups
    ]
    turn.place = _place(turn.place, one)
    turn.route = _without_goals(turn.route, one)
    for step in await turns.steps(tx, turn.id):
        step.goal, step.text, step.why = one(step.goal), one(step.text), one(step.why)
    for call in await turns.model_calls(tx, turn.id):
        call.text = one(call.text)
        call.calls = [] if keep == "none" else [masked(asked, one) for asked in call.calls]
    for use in await turns.tool_calls(tx, turn.id):
        use.result = one(use.result)
        use.arguments = {} if keep == "none" else masked(use.arguments, one)
        use.shown = None if keep == "none" else masked(use.shown, one)
    for asked in await questions.of_turn(tx, turn.id):
        asked.text, asked.answer = one(asked.text), one(asked.answer)
        asked.choices = [] if keep == "none" else masked(asked.choices, one)


def is_deleted(turn: Turn) -> bool:
    """Whether who asked has deleted a message of it: once it has ended none of its words are kept."""
    return bool(turn.place.get(DELETED))


async def forget(tx: Tx, workspace_id: str, person_id: int) -> None:
    """Drop the words of what somebody asked, as far as it has ended, and of what they thought of answers."""
    for turn in await turn_pages.find(tx, workspace_id, Wanted(actor_id=person_id), most=None):
        if turn.ended_at:
            await cut_down(tx, turn, "none")
    for said in await feedback.of_person(tx, person_id):
        said.reason = ""


def cut(text: str, keep: TraceText) -> str:
    """What is kept of words about a turn that has ended; a secret in them never is."""
    return {"full": _same, "redacted": redact_addresses, "none": _nothing}[keep](redact(text))


def _place(place: dict[str, Any], one: Callable[[str], str]) -> dict[str, Any]:
    """What stood above it in its thread, and what came with it, are words too."""
    return place | {name: one(place.get(name) or "") for name in ("root_text", "files")}


def _same(text: str) -> str:
    return text


def _nothing(text: str) -> str:
    return ""


def _without_goals(route: dict[str, Any], one: Callable[[str], str]) -> dict[str, Any]:
    """A route is kept for who worked, after what, and why: the goals stand with the steps."""
    if not route:
        return route
    steps = [{name: step[name] for name in ("specialist", "needs") if name in step} for step in route.get("steps", ())]
    return route | {"steps": steps, "reason": one(str(route.get("reason", "")))}


def masked(value: Any, one: Callable[[str], str]) -> Any:
    """However deep it lies."""
    if isinstance(value, str):
        return one(value)
    if isinstance(value, dict):
        return {name: masked(inner, one) for name, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner, one) for inner in value]
    return value
