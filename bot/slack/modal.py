"""Forms as Slack's modals, cut so that no limit of Slack's is ever hit."""

import json
from collections.abc import Callable
from typing import Any

from bot.forms import TITLE, Field, Form
from bot.pieces import pieces
from bot.slack.blocks import CONTEXT, OPTIONS, SECTION, Block, cut, option, plain_text, section
from prompts.words import fixed, say

CANCEL, CHOOSE = fixed("Cancel"), fixed("Choose…")
LABEL, INITIAL = 2000, 3000
BLOCKS = 100  # of a view


def render_form(form: Form) -> dict[str, Any]:
    """The view of a form, in the language that is spoken here."""
    notes = [{"type": "context", "elements": [{"type": "mrkdwn", "text": cut(note, CONTEXT)}]} for note in form.notes]
    texts = [section(piece) for text in form.texts for piece in pieces(text, SECTION)]
    submit = {"submit": plain_text(form.submit, TITLE)} if form.submit else {}
    return {
        "type": "modal",
        "callback_id": form.verb,
        "title": plain_text(form.title, TITLE),
        **submit,
        "close": plain_text(say(CANCEL), TITLE),
        "private_metadata": json.dumps(form.about),
        "blocks": [*notes, *texts, *(_block(field) for field in form.fields)][:BLOCKS],
    }


def _block(field: Field) -> Block:
    hint = {"hint": plain_text(field.hint, LABEL)} if field.hint else {}
    return {
        "type": "input",
        "block_id": field.name,
        "optional": field.is_optional,
        "label": plain_text(field.label, LABEL),
        "element": {"action_id": field.name, **ELEMENTS[field.kind](field)},
        **hint,
    }


def _text(field: Field) -> Block:
    element = {"type": "plain_text_input", "multiline": field.kind == "text", "max_length": min(field.longest, INITIAL)}
    return element | ({"initial_value": field.initial[:INITIAL]} if field.initial else {})


def _choice(field: Field) -> Block:
    options = [option(choice.label, choice.value) for choice in field.options[:OPTIONS]]
    chosen = [one for one in options if one["value"] == field.initial]
    element: Block = {"type": "static_select", "options": options, "placeholder": plain_text(say(CHOOSE))}
    return element | ({"initial_option": chosen[0]} if chosen else {})


def _people(field: Field) -> Block:
    ids = {"initial_users": field.initial.split()} if field.initial else {}
    return {"type": "multi_users_select", "placeholder": plain_text(say(CHOOSE)), **ids}


def _channel(field: Field) -> Block:
    chosen = {"initial_conversation": field.initial} if field.initial else {}
    return {"type": "conversations_select", "filter": {"include": ["public", "private"]}, **chosen}


def _single(kind: str, initial: str) -> Callable[[Field], Block]:
    return lambda field: {"type": kind, **({initial: field.initial} if field.initial else {})}


ELEMENTS: dict[str, Callable[[Field], Block]] = {
    "line": _text,
    "text": _text,
    "choice": _choice,
    "people": _people,
    "person": _single("users_select", "initial_user"),
    "channel": _channel,
    "date": _single("datepicker", "initial_date"),
    "time": _single("timepicker", "initial_time"),
}
