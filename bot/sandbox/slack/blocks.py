"""Block Kit as strict as Slack: which blocks a surface takes, what they must hold, and how long each text may be."""

from collections.abc import Callable, Iterator
from typing import Any, Literal

from bot.sandbox.slack.figures import chart_problems, table_problems, too_many
from bot.sandbox.slack.initials import initial_problems
from bot.sandbox.slack.message import Payload

Surface = Literal["message", "modal", "home"]

MARKDOWN_TOGETHER = 12_000  # characters, over all markdown blocks of a message
ANY_LENGTH = 10**9
BLOCKS = {"message": 50, "modal": 100, "home": 100}
IN_EVERY_VIEW = {"actions", "context", "divider", "header", "image", "input", "rich_text", "section", "video"}
ALLOWED = {
    "message": IN_EVERY_VIEW
    | {"markdown", "table", "file", "context_actions", "card", "carousel", "plan", "task_card", "data_visualization"},
    "modal": IN_EVERY_VIEW,
    "home": IN_EVERY_VIEW,
}
SELECT = {"static_select", "external_select", "users_select", "conversations_select", "channels_select"}
SELECTS = SELECT | {f"multi_{name}" for name in SELECT}
CHOICES = {"overflow", "radio_buttons", "checkboxes"}
PICKERS = {"datepicker", "timepicker", "datetimepicker"}
INPUTS = {"plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input", "file_input"}
INTERACTIVE = {"button", "workflow_button", "feedback_buttons", "icon_button"} | SELECTS | CHOICES | PICKERS

Problems = Iterator[str]


def problems_of(blocks: list[Any], surface: Surface) -> list[str]:
    """Why Slack would refuse these blocks, each with its place; empty when it takes them."""
    if len(blocks) > BLOCKS[surface]:
        return [f"no more than {BLOCKS[surface]} items allowed [json-pointer:/blocks]"]
    problems = [problem for at, block in enumerate(blocks) for problem in _block(block, f"/blocks/{at}", surface)]
    problems += _repeated([block.get("block_id") for block in blocks if isinstance(block, dict)], "block_id")
    problems += too_many(blocks)
    written = [block.get("text") for block in blocks if isinstance(block, dict) and block.get("type") == "markdown"]
    if sum(len(text) for text in written if isinstance(text, str)) > MARKDOWN_TOGETHER:
        problems.append(f"markdown blocks may hold {MARKDOWN_TOGETHER} characters together [json-pointer:/blocks]")
    return problems


def _repeated(ids: list[Any], what: str) -> list[str]:
    given = [value for value in ids if value]
    return [f'{what} "{value}" already exists' for value in dict.fromkeys(given) if given.count(value) > 1]


def _block(block: Any, at: str, surface: Surface) -> Problems:
    if not isinstance(block, dict) or block.get("type") not in ALLOWED[surface]:
        yield f"unsupported type: {block.get('type') if isinstance(block, dict) else block} [json-pointer:{at}/type]"
        return
    yield from _string(block.get("block_id", "-"), at + "/block_id", 255)
    if check := CHECKS.get(block["type"]):
        yield from check(block, at)


def _string(value: Any, at: str, most: int, *, least: int = 1) -> Problems:
    if not isinstance(value, str):
        yield f"must be a string [json-pointer:{at}]"
    elif len(value) > most:
        yield f"must be less than {most + 1} characters [json-pointer:{at}]"
    elif len(value) < least:
        yield f"must be more than {least - 1} characters [json-pointer:{at}]"


def text_problems(value: Any, at: str, most: int, *, plain: bool = False) -> Problems:
    """Why Slack would refuse this text object."""
    kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
    if not isinstance(value, dict):
        yield f"missing required field: {at.rsplit('/', 1)[1]} [json-pointer:{at}]"
    elif value.get("type") not in kinds:
        yield f"must be one of {', '.join(kinds)} [json-pointer:{at}/type]"
    else:
        yield from _string(value.get("text"), at + "/text", most)


def _items(block: Payload, name: str, at: str) -> list[tuple[Any, str]]:
    items = block.get(name)
    return [(item, f"{at}/{name}/{index}") for index, item in enumerate(items)] if isinstance(items, list) else []


def _count(block: Payload, name: str, at: str, most: int) -> Problems:
    items = block.get(name)
    if not isinstance(items, list) or not items:
        yield f"missing required field: {name} [json-pointer:{at}]"
    elif len(items) > most:
        yield f"no more than {most} items allowed [json-pointer:{at}/{name}]"


def _section(block: Payload, at: str) -> Problems:
    if "text" not in block and "fields" not in block:
        yield f"missing required field: text or fields [json-pointer:{at}]"
    if "text" in block:
        yield from text_problems(block["text"], at + "/text", 3000)
    if "fields" in block:
        yield from _count(block, "fields", at, 10)
        for item, place in _items(block, "fields", at):
            yield from text_problems(item, place, 2000)
    if "accessory" in block:
        yield from _element(block["accessory"], at + "/accessory", INTERACTIVE | {"image"})


def _header(block: Payload, at: str) -> Problems:
    yield from text_problems(block.get("text"), at + "/text", 150, plain=True)


def _context(block: Payload, at: str) -> Problems:
    yield from _count(block, "elements", at, 10)
    for item, place in _items(block, "elements", at):
        if isinstance(item, dict) and item.get("type") == "image":
            yield from _image(item, place)
        else:
            yield from text_problems(item, place, 3000)


def _actions(block: Payload, at: str) -> Problems:
    yield from _count(block, "elements", at, 5 if block["type"] == "context_actions" else 25)
    elements = _items(block, "elements", at)
    for item, place in elements:
        yield from _element(item, place, INTERACTIVE)
    yield from _repeated([item.get("action_id") for item, _ in elements if isinstance(item, dict)], "action_id")


def _input(block: Payload, at: str) -> Problems:
    yield from text_problems(block.get("label"), at + "/label", 2000, plain=True)
    if "hint" in block:
        yield from text_problems(block["hint"], at + "/hint", 2000, plain=True)
    yield from _element(block.get("element"), at + "/element", INPUTS | SELECTS | CHOICES | PICKERS)


def _image(block: Payload, at: str) -> Problems:
    yield from _string(block.get("alt_text"), at + "/alt_text", 2000, least=0)
    if "slack_file" not in block:
        yield from _string(block.get("image_url"), at + "/image_url", 3000)


def _markdown(block: Payload, at: str) -> Problems:
    yield from _string(block.get("text"), at + "/text", ANY_LENGTH)


def _rich_text(block: Payload, at: str) -> Problems:
    if not isinstance(block.get("elements"), list):
        yield f"missing required field: elements [json-pointer:{at}]"


CHECKS: dict[str, Callable[[Payload, str], Problems]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "context_actions": _actions,
    "input": _input,
    "image": _image,
    "markdown": _markdown,
    "table": table_problems,
    "data_visualization": chart_problems,
    "rich_text": _rich_text,
}


def _element(element: Any, at: str, allowed: set[str]) -> Problems:
    if not isinstance(element, dict) or element.get("type") not in allowed:
        yield f"unsupported type: {element.get('type') if isinstance(element, dict) else element} [json-pointer:{at}]"
        return
    kind = element["type"]
    yield from _string(element.get("action_id", "-"), at + "/action_id", 255)
    if kind == "image":
        yield from _image(element, at)
    elif kind == "button":
        yield from _button(element, at)
    elif kind in ("static_select", "multi_static_select") or kind in CHOICES:
        yield from _options(element, at)
    yield from initial_problems(element, at)
    if "placeholder" in element:
        yield from text_problems(element["placeholder"], at + "/placeholder", 150, plain=True)
    if "confirm" in element:
        yield from _confirm(element["confirm"], at + "/confirm")


def _button(button: Payload, at: str) -> Problems:
    yield from text_problems(button.get("text"), at + "/text", 75, plain=True)
    yield from _string(button.get("value", ""), at + "/value", 2000, least=0)
    yield from _string(button.get("url", ""), at + "/url", 3000, least=0)
    if button.get("style") not in (None, "primary", "danger"):
        yield f"must be one of primary, danger [json-pointer:{at}/style]"


def _options(menu: Payload, at: str) -> Problems:
    most = {"overflow": 5, "radio_buttons": 10, "checkboxes": 10}.get(menu["type"], 100)
    groups = menu.get("option_groups")
    if isinstance(groups, list) and "options" not in menu:
        yield from _count(menu, "option_groups", at, 100)
        for index, group in enumerate(groups):
            yield from text_problems(group.get("label"), f"{at}/option_groups/{index}/label", 75, plain=True)
            yield from _option_list(group, f"{at}/option_groups/{index}", 100)
    else:
        yield from _option_list(menu, at, most)
    chosen = [menu["initial_option"]] if "initial_option" in menu else menu.get("initial_options", [])
    offered = [*menu.get("options", []), *(option for group in groups or [] for option in group.get("options", []))]
    if any(option not in offered for option in chosen):
        yield f"initial option must be one of the options [json-pointer:{at}]"


def _option_list(menu: Payload, at: str, most: int) -> Problems:
    yield from _count(menu, "options", at, most)
    for option, place in _items(menu, "options", at):
        if not isinstance(option, dict):
            yield f"must be an object [json-pointer:{place}]"
            continue
        yield from text_problems(option.get("text"), place + "/text", 75)
        yield from _string(option.get("value"), place + "/value", 150, least=0)


def _confirm(dialog: Any, at: str) -> Problems:
    if not isinstance(dialog, dict):
        yield f"must be an object [json-pointer:{at}]"
        return
    yield from text_problems(dialog.get("title"), at + "/title", 100, plain=True)
    yield from text_problems(dialog.get("text"), at + "/text", 300)


def view_problems(view: Payload) -> list[str]:
    """Why Slack would refuse this modal or Home tab."""
    surface = view.get("type")
    if surface not in ("modal", "home"):
        return ["must be one of modal, home [json-pointer:/view/type]"]
    blocks = view.get("blocks")
    if not isinstance(blocks, list):
        return ["missing required field: blocks [json-pointer:/view]"]
    problems = problems_of(blocks, surface)
    for name, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        problems += _string(view.get(name, ""), f"/view/{name}", most, least=0)
    if surface == "modal":
        problems += text_problems(view.get("title"), "/view/title", 24, plain=True)
        for name in ("submit", "close"):
            if name in view:
                problems += text_problems(view[name], f"/view/{name}", 24, plain=True)
        if "submit" not in view and any(isinstance(block, dict) and block.get("type") == "input" for block in blocks):
            problems.append("missing required field: submit, for a view with an input [json-pointer:/view]")
    return problems
