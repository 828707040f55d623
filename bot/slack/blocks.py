"""Messages and forms as Slack's blocks, cut so that no limit of Slack's is ever hit."""

from collections.abc import Iterable
from typing import Any

from bot.messages import Button, Control, Menu, Message, More
from bot.pieces import pieces
from bot.slack.figures import as_text, chart_block, table_block

Block = dict[str, Any]

# https://docs.slack.dev/reference/block-kit: longest text of each element
SECTION, FIELD, BUTTON, VALUE, OPTION, OPTION_VALUE, CONTEXT, MESSAGE = 3000, 2000, 75, 2000, 75, 150, 2000, 3900
FIELDS, OPTIONS, ACTIONS, FOLDED = 10, 100, 25, 5
SECTIONS = 8  # hold 11,000 characters, since each is at least half full
NOTES = 40  # of 50 blocks a message, so that buttons always find room
ROWS = 10
DRAWN = SECTION - 10  # of a table or chart in text, between its fences
OPENS = "form:"  # how the action of a button, or the value of an option, that opens a form begins
MORE = "more"  # the action of ⋯, whose options say which button was pressed


def cut(text: str, limit: int) -> str:
    """Shorten, with an ellipsis, never inside a <token> or an &entity;."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    for opening, closing in (("<", ">"), ("&", ";")):
        if head.rfind(opening) > head.rfind(closing) and len(head) - head.rfind(opening) < 200:
            head = head[: head.rfind(opening)]
    return head.rstrip() + "…"


def render(message: Message, *, is_plain: bool = False) -> dict[str, Any]:
    """The arguments of chat.postMessage and chat.update for a message.

    Args:
        is_plain: a table and a chart are drawn in text.
    """
    text = cut(message.text, MESSAGE)
    title = [section(message.title)] if message.title else []
    rest = _rest(message, is_plain=is_plain)
    if not title and not rest and len(message.text) <= MESSAGE:
        return {"text": text, "blocks": [], "attachments": []}
    if not title:
        title = _sections(message.text)
    if message.colour is None:
        return {"text": text, "blocks": title + rest, "attachments": []}
    # With a colour the details go into an attachment; the text then stays what a notification shows.
    return {"text": text, "blocks": title, "attachments": [{"color": message.colour, "fallback": text, "blocks": rest}]}


def _figures(message: Message, *, is_plain: bool) -> list[Block]:
    if is_plain:
        return [section(f"```\n{drawn}\n```") for drawn in as_text(message.table, message.chart, most=DRAWN)]
    table = [table_block(message.table)] if message.table else []
    return table + ([chart_block(message.chart)] if message.chart else [])


def _rest(message: Message, *, is_plain: bool) -> list[Block]:
    blocks: list[Block] = []
    if message.body:
        blocks += _sections(message.body)
    blocks += _figures(message, is_plain=is_plain)
    if message.facts:
        fields = [_mrkdwn(f"*{fact.name}*\n{fact.value}", FIELD) for fact in message.facts[:FIELDS]]
        blocks.append({"type": "section", "fields": fields})
    blocks += [{"type": "context", "elements": [_mrkdwn(note, CONTEXT)]} for note in filter(None, message.notes)][
        :NOTES
    ]
    beside = (message.menu,) if message.menu else ()
    return blocks + actions(((*message.buttons, *beside), *message.rows))[:ROWS]


def actions(rows: Iterable[Iterable[Control]]) -> list[Block]:
    """Rows of buttons and menus as blocks."""
    elements = [row for controls in rows for row in _rows([control(one) for one in controls])]
    return [{"type": "actions", "elements": row[:ACTIONS]} for row in elements]


def _rows(elements: list[Block]) -> list[list[Block]]:
    """Slack wants each action once in a block: where one comes again, as in a list of tickets, a new row begins."""
    rows: list[list[Block]] = []
    for element in elements:
        if not rows or element["action_id"] in {known["action_id"] for known in rows[-1]}:
            rows.append([])
        rows[-1].append(element)
    return rows


def _mrkdwn(text: str, limit: int) -> Block:
    return {"type": "mrkdwn", "text": cut(text, limit) or "–"}


def plain_text(text: str, limit: int = BUTTON) -> Block:
    return {"type": "plain_text", "text": cut(text, limit) or "–", "emoji": True}


def _sections(text: str) -> list[Block]:
    """A long text in as many sections as it needs, up to a limit."""
    return [section(piece) for piece in pieces(text, SECTION)[:SECTIONS]]


def section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text, SECTION)}


def control(one: Control) -> Block:
    if isinstance(one, Button):
        return _button(one)
    return _menu(one) if isinstance(one, Menu) else _more(one)


def _button(button: Button) -> Block:
    block = {
        "type": "button",
        "text": plain_text(button.label, BUTTON),
        "action_id": button.action,
    }
    given = {"value": button.value[:VALUE], "style": button.style}
    return block | {name: value for name, value in given.items() if value}


def _menu(menu: Menu) -> Block:
    return {
        "type": "static_select",
        "action_id": menu.action,
        "placeholder": plain_text(menu.label, 150),
        "options": [option(choice.label, f"{menu.value} {choice.value}") for choice in menu.options[:OPTIONS]],
    }


def _more(more: More) -> Block:
    folded = [option(button.label, f"{button.action} {button.value}") for button in more.buttons[:FOLDED]]
    return {"type": "overflow", "action_id": MORE, "options": folded}


def option(label: str, value: str) -> Block:
    """One choice of a menu."""
    return {"text": plain_text(label, OPTION), "value": value[:OPTION_VALUE]}
