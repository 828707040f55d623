"""The Home tab as Slack's view, cut so that no limit of Slack's is ever hit."""

from collections.abc import Sequence
from typing import Any

from bot.home import Home, Line, Part
from bot.messages import Control, Message
from bot.slack.blocks import CONTEXT, SECTION, Block, actions, control, cut, plain_text, render

BLOCKS = 100
HEADING = 150
EACH = 12  # blocks of one answer


def render_home(home: Home) -> dict[str, Any]:
    """The view of views.publish."""
    blocks = [_section(home.greeting)]
    for message in home.said:
        blocks += [*_answer(message)[:EACH], {"type": "divider"}]
    blocks += _actions(home.controls)
    for part in home.parts:
        blocks += _part(part)
    if len(blocks) > BLOCKS:
        blocks = [*blocks[: BLOCKS - 1], _context(home.cut)]
    return {"type": "home", "blocks": blocks}


def _answer(message: Message) -> list[Block]:
    shown = render(message)
    folded = [block for one in shown["attachments"] for block in one["blocks"]]
    return [*shown["blocks"], *folded] or [_section(message.text)]


def _part(part: Part) -> list[Block]:
    lines = [block for line in part.lines for block in _line(line)]
    note = [_context(part.note)] if part.note else []
    heading = {"type": "header", "text": plain_text(part.title, HEADING)}
    return [heading, *lines, *note, *_actions(part.controls)]


def _line(line: Line) -> list[Block]:
    beside = {"accessory": control(line.beside)} if line.beside else {}
    return [_section(line.text) | beside, *_actions(line.controls)]


def _actions(controls: Sequence[Control]) -> list[Block]:
    return actions([controls]) if controls else []


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": cut(text, SECTION) or "–"}}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": cut(text, CONTEXT)}]}
