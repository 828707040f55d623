"""A turn as people read it on the terminal: a line for each thing that happened, or what was said to and fro."""

import json
from collections.abc import Sequence
from typing import Any

HIDDEN = "(private: --private shows it, on record)"


def in_words(told: dict[str, Any]) -> str:
    """For people: a line for each thing that happened."""
    place, route, tokens = told["place"], told["route"], told["tokens"]
    cost = "" if told["usd"] is None else f", {told['usd']:.4f} USD"
    lines = [
        f"{told['turn']} {', '.join(filter(None, (told['state'], told['outcome'], told['note'])))}",
        f"asked by {told['actor']['name']} on {place['surface']} in {place['name'] or place['channel']}"
        f" at {told['times']['created']}, origin {told['origin']}",
        HIDDEN if told["hidden"] else told["text"],
        f"route by {route['by'] or 'nobody'}: {', '.join(route['steps']) or 'none'}"
        + (f" ({route['reason']})" if route["reason"] else ""),
        *(f"  {_call(call)}" for call in route["calls"]),
    ]
    for number, step in enumerate(told["steps"], 1):
        granted = ", ".join(told["grants"].get(str(number), ())) or "no tools"
        lines += [f"step {number}: {step['specialist']}, {step['state']}; granted {granted}"]
        lines += [f"  {_call(call)}" for call in step["calls"]] + [f"  {_tool(tool)}" for tool in step["tools"]]
        lines += [f"  says: {step['text']}"] if step["text"] else []
        lines += [f"  ended because: {step['why']}"] if step["why"] else []
    lines += [f"{one['receipt']} {one['tool']} {one['object']}: {one['said']}".rstrip(": ") for one in told["receipts"]]
    lines += [f"{one['proposal']} {one['state']}: {one['said']}".rstrip(": ") for one in told["proposals"]]
    lines += [f"asked for {one['slot']}: {one['text']} {one['state']} {one['answer']}" for one in told["questions"]]
    lines += [f"feedback {one['value']} {one['reason']}".rstrip() for one in told["feedback"]]
    return "\n".join([*lines, f"{tokens['in']} tokens in, {tokens['out']} out{cost}; id {told['correlation_id']}"])


def _call(call: dict[str, Any]) -> str:
    took = f"{call['in']} in, {call['out']} out, {call['ms']} ms, {call['attempts']} attempts"
    more = [took, *_around(call), *filter(None, [call["problem"]])]
    return f"{call['model'] or 'no model'} answered {call['prompt']}: {', '.join(more)}"


def _around(call: dict[str, Any]) -> list[str]:
    """What was not as usual: what was remembered, breakers that were not closed, what had no room."""
    cached = ["answered before"] if call["cached"] else []
    cached += [f"{call['cache_read']} of it remembered"] if call["cache_read"] else []
    breakers = [f"breaker of {name} {state}" for name, state in call["breakers"].items() if state not in {"", "closed"}]
    left_out = [f"left out: {'; '.join(call['left_out'])}"] if call["left_out"] else []
    return [*cached, *breakers, *left_out]


def _tool(tool: dict[str, Any]) -> str:
    became = tool["receipt"] or tool["proposal"] or ""
    args = json.dumps(tool["args"], ensure_ascii=False) if tool["args"] else ""
    return f"{tool['name']} {args} -> {tool['result']['state']} {became}".replace("  ", " ").rstrip()


def conversation(said: Sequence[dict[str, Any]]) -> str:
    return "\n\n".join(
        f"{one['role']} {one.get('by') or one.get('name') or ''}".rstrip() + f"\n{_said(one)}" for one in said
    )


def _said(one: dict[str, Any]) -> str:
    calls = [f"→ {call['name']} {json.dumps(call['args'], ensure_ascii=False)}" for call in one.get("calls", ())]
    return "\n".join(filter(None, [one["text"], *calls]))
