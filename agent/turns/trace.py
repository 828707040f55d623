"""One turn with all that is stored of it, as programs read it: who asked, what was used and what it took."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.prices import MILLION
from storage.proposals import Proposal
from storage.questions import Question
from storage.receipts import Receipt
from storage.turn_pages import Trace
from storage.turns import ModelCall, ToolCall, TurnStep

ROUTER = 0  # the step of the router's call


def as_json(trace: Trace, *, with_text: bool = True) -> dict[str, Any]:
    """The whole of it.

    Args:
        with_text: also what was said. Without, the names of specialists, tools and models stay, with the figures.
    """
    turn, said = trace.turn, _Said(with_text)
    return {
        "turn": turn.name,
        "state": turn.state,
        "outcome": turn.outcome,
        "note": turn.note,
        "origin": turn.origin,
        "actor": {"person": turn.actor_id, "slack_id": turn.slack_id, "name": trace.asker.name},
        "place": _place(trace, said),
        "text": said(turn.text),
        "added": [{"ts": one["ts"], "step": one.get("step"), "text": said(one["text"])} for one in turn.follow_ups],
        "hidden": not with_text,
        "times": {
            name: _time(getattr(turn, f"{name}_at")) for name in ("created", "started", "deadline", "ended", "stop")
        },
        "correlation_id": turn.correlation_id,
        "route": _route(trace, said),
        "grants": turn.grants,
        "steps": [_step(trace, step, said) for step in trace.steps],
        "receipts": [_receipt(one, said) for one in trace.receipts],
        "proposals": [_proposal(one, said) for one in trace.proposals],
        "questions": [_question(one, said) for one in trace.questions],
        "tokens": {"in": turn.input_tokens, "out": turn.output_tokens},
        "usd": usd(turn.cost),
        "feedback": [
            {"person": one.person_id, "value": one.value, "reason": said(one.reason), "at": _time(one.at)}
            for one in trace.feedback
        ],
    }


def messages(trace: Trace) -> list[dict[str, Any]]:
    """What was said to and fro, in order: the request, each answer of a model, each result of a tool."""
    told: list[dict[str, Any]] = [{"role": "user", "text": trace.turn.text}]
    for call in trace.model_calls:
        asked = [{"name": one.get("name"), "args": one.get("arguments")} for one in call.calls]
        told.append({"role": "assistant", "by": call.purpose, "text": call.text, "calls": asked})
        uses = [use for use in trace.tool_calls if (use.step, use.model_call) == (call.step, call.number)]
        told += [{"role": "tool", "name": use.tool, "state": use.state, "text": use.result} for use in uses]
    return told


def usd(cost: int | None) -> float | None:
    """Millionths of a dollar in dollars; None while a model without a price was asked."""
    return None if cost is None else cost / MILLION


class _Said:
    """What somebody said, or nothing where it is not to be shown."""

    def __init__(self, with_text: bool) -> None:
        self.with_text = with_text

    def __call__(self, text: str) -> str:
        return text if self.with_text else ""

    def fields(self, values: Any) -> Any:
        return values if self.with_text else {}


def _place(trace: Trace, said: _Said) -> dict[str, Any]:
    place = trace.turn.place
    return {
        "surface": trace.turn.surface,
        "channel": trace.turn.channel_id,
        "name": said(place.get("channel_name") or ""),
        "thread_ts": trace.turn.thread_ts,
        "message_ts": trace.turn.message_ts,
        "link": place.get("permalink"),
        "private": trace.turn.is_private,
    }


def _route(trace: Trace, said: _Said) -> dict[str, Any]:
    route = trace.turn.route
    return {
        "by": route.get("by", ""),
        "reason": said(str(route.get("reason", ""))),
        "steps": [step.specialist for step in trace.steps],
        "calls": [_call(call) for call in trace.model_calls if call.step == ROUTER],
    }


def _step(trace: Trace, step: TurnStep, said: _Said) -> dict[str, Any]:
    uses = [use for use in trace.tool_calls if use.step == step.number]
    return {
        "specialist": step.specialist,
        "goal": said(step.goal),
        "state": step.state,
        "text": said(step.text),
        "why": said(step.why),
        "calls": [_call(call) for call in trace.model_calls if call.step == step.number],
        "tools": [_tool(use, trace.receipts, trace.proposals, said) for use in uses],
    }


def _call(call: ModelCall) -> dict[str, Any]:
    return {
        "model": call.model,
        "provider": call.provider,
        "mode": call.mode,
        "prompt": call.prompt,
        "in": call.input_tokens,
        "out": call.output_tokens,
        "usd": usd(call.cost),
        "ms": call.milliseconds,
        "stop": call.stop,
        "attempts": call.attempts,
        "breakers": call.around.get("breakers", {}),
        "left_out": call.around.get("left_out", []),
        "cached": call.around.get("cached", False),
        "cache_read": call.around.get("cache_read", 0),
        "problem": call.problem,
    }


def _tool(use: ToolCall, receipts: Sequence[Receipt], proposals: Sequence[Proposal], said: _Said) -> dict[str, Any]:
    return {
        "name": use.tool,
        "args": said.fields(use.arguments),
        "result": {"state": use.state, "text": said(use.result)},
        "receipt": next((one.name for one in receipts if one.id == use.receipt_id), None),
        "proposal": next((one.name for one in proposals if one.id == use.proposal_id), None),
        "ms": use.milliseconds,
    }


def _receipt(one: Receipt, said: _Said) -> dict[str, Any]:
    return {
        "receipt": one.name,
        "tool": one.tool,
        "object": f"{one.object_kind}:{one.object_id}",
        "url": one.url,
        "said": said(one.said),
        "before": said.fields(one.before or {}),
        "after": said.fields(one.after or {}),
        "approver": one.approver_id,
        "at": _time(one.at),
    }


def _proposal(one: Proposal, said: _Said) -> dict[str, Any]:
    return {
        "proposal": one.name,
        "state": one.state,
        "outcome": one.outcome,
        "said": said(one.said),
        "ungrounded": one.ungrounded,
        "expires_at": _time(one.expires_at),
        "decided_by": one.decided_by,
    }


def _question(one: Question, said: _Said) -> dict[str, Any]:
    return {
        "slot": one.slot,
        "state": one.state,
        "text": said(one.text),
        "answer": said(one.answer),
        "at": _time(one.created_at),
        "answered_at": _time(one.answered_at),
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
