"""What a model says becomes what its server sends: calls where tools are offered, else an action of the schema."""

import json
from dataclasses import replace

from bot.sandbox.llm import tokens
from bot.sandbox.llm.asked import Asked, Call
from bot.sandbox.llm.characters import played
from bot.sandbox.llm.faults import Draft, Fault, leaked, spoilt
from bot.sandbox.llm.rules import Reply, Rule, filled
from bot.sandbox.llm.schemas import called, told


def spoken(rule: Rule, asked: Asked, fault: Fault | None) -> Draft:
    """The whole way from a rule to what is sent.

    Raises:
        UnscriptedError: the fault does not fit what the rule says.
    """
    draft = _draft(rule, asked)
    draft = _as_offered(spoilt(draft, fault, asked) if fault else draft, asked)
    if fault and fault.kind == "wrong_usage":
        return replace(draft, usage=None if fault.tokens is None else (fault.tokens, fault.tokens))
    said = [draft.text, *(f"{call.name}{json.dumps(dict(call.arguments), ensure_ascii=False)}" for call in draft.calls)]
    return replace(draft, usage=(asked.tokens, tokens.count("".join(said))))


def said_by(reply: Reply, asked: Asked) -> Reply:
    """The reply once a function or a character has made it."""
    if reply.by:
        return reply.by(asked)
    return played(reply.character, asked) if reply.character else reply


def _draft(rule: Rule, asked: Asked) -> Draft:
    reply, found = said_by(rule.reply, asked), rule.match.captured(asked)
    if reply.slots and reply is rule.reply:  # what was made from the request has none
        reply = replace(
            reply,
            text=filled(reply.text, found),
            json=filled(reply.json, found),
            calls=tuple(Call(call.name, filled(call.arguments, found)) for call in reply.calls),
        )
    if reply.json is not None:
        return Draft(text=json.dumps(reply.json, ensure_ascii=False), stop=reply.stop or "end_turn", raw=True)
    text, calls = reply.text or "", reply.calls
    stop = reply.stop or ("tool_use" if calls else "end_turn")
    return Draft(text=text, calls=calls, stop=stop, raw=reply.raw)


def _as_offered(draft: Draft, asked: Asked) -> Draft:
    """The draft as it can be said to this request; of several calls a schema of actions takes the first."""
    if asked.tools:
        return draft
    if draft.calls:
        first = draft.calls[0]
        value = called(asked.form, first.name, first.arguments) if asked.form else None
        text = json.dumps(value, ensure_ascii=False) if value else leaked(first)
        stop = "end_turn" if draft.stop == "tool_use" else draft.stop
        return replace(draft, text=text[: len(text) // 2] if draft.broken else text, calls=(), stop=stop, broken=None)
    if not asked.form or draft.raw or draft.text.lstrip().startswith("{"):
        return draft
    value = told(asked.form, draft.text)
    return replace(draft, text=json.dumps(value, ensure_ascii=False)) if value else draft
