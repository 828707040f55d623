"""A message as people see it: its visible text, buttons and menus, and the JSON that Slack sends for it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

# Slack's JSON objects; they end at the edge of the sandbox.
Payload: TypeAlias = dict[str, Any]

BOT_ID = "B0CHARGE"
APP_ID = "A0CHARGE"
MENUS = {
    "static_select",
    "multi_static_select",
    "external_select",
    "users_select",
    "multi_users_select",
    "conversations_select",
    "channels_select",
    "overflow",
    "radio_buttons",
    "checkboxes",
    "datepicker",
    "timepicker",
}
RUNS = {"rich_text_section", "rich_text_quote", "rich_text_preformatted"}
CONTROLS = MENUS | {"button", "workflow_button", "plain_text_input", "number_input", "email_text_input"}


@dataclass(frozen=True)
class Message:
    """One message at one moment; an edit or a reaction makes a new value under the same `ts`."""

    ts: str
    channel: str
    user: str
    user_name: str
    text: str = ""
    bot_id: str | None = None
    blocks: list[Payload] = field(default_factory=list)
    attachments: list[Payload] = field(default_factory=list)
    thread_ts: str | None = None
    edited_ts: str | None = None
    reactions: dict[str, tuple[str, ...]] = field(default_factory=dict)  # emoji name -> user ids, first reaction first
    metadata: Payload | None = None
    ephemeral: bool = False
    files: list[Payload] = field(default_factory=list)
    subtype: str | None = None
    broadcast: bool = False
    streaming_until: float | None = None  # while set, text is still being streamed into the message

    @property
    def is_reply(self) -> bool:
        """Whether it is an answer in a thread, not the message the thread hangs on."""
        return self.thread_ts not in (None, self.ts)

    @property
    def all_blocks(self) -> list[Payload]:
        """Its own blocks, then those of its attachments."""
        return self.blocks + [block for attachment in self.attachments for block in attachment.get("blocks", [])]

    @property
    def plain(self) -> str:
        """What is read on the screen: text of blocks and attachments; `text` where there are no blocks."""
        body = list(visible_text(self.blocks)) or [self.text]
        return "\n".join(line for line in body + list(_attachment_text(self.attachments)) if line)

    @property
    def controls(self) -> list[Payload]:
        """Buttons, menus and inputs, top to bottom."""
        return list(controls_in(self.all_blocks))

    @property
    def buttons(self) -> list[str]:
        """Labels of the buttons, top to bottom."""
        return [control["text"]["text"] for control in self.controls if control["type"] == "button"]

    @property
    def menus(self) -> dict[str, list[str]]:
        """Option labels of each menu, by its action id."""
        menus = (control for control in self.controls if control["type"] in MENUS)
        return {menu["action_id"]: [option["text"]["text"] for option in options_of(menu)] for menu in menus}


def visible_text(node: Any) -> Iterator[str]:
    """The texts of a block tree that a reader sees, controls left out."""
    if isinstance(node, list):
        for child in node:
            yield from visible_text(child)
    elif isinstance(node, dict) and node.get("type") == "data_visualization":
        yield from _chart(node)
    elif isinstance(node, dict) and node.get("type") in RUNS:
        yield "".join(_run(part) for part in node["elements"])
    elif isinstance(node, dict) and node.get("type") not in CONTROLS:
        if isinstance(node.get("text"), str):
            yield node["text"]
        for row in node.get("rows", []):
            yield " | ".join(" ".join(visible_text(cell)) for cell in row)
        keys = ("title", "text", "label", "hint", "fields", "elements", "accessory")
        for key in keys:
            yield from visible_text(node.get(key))


def _chart(block: Payload) -> Iterator[str]:
    """Its title, and a line for each bar or slice."""
    yield str(block["title"])
    chart = block["chart"]
    for one in chart.get("series", [{"name": "", "data": chart.get("segments", [])}]):
        yield from (f"{one['name']} {point['label']}: {point['value']}".strip() for point in one["data"])


def _run(part: Payload) -> str:
    shown = {"user": "<@{user_id}>", "channel": "<#{channel_id}>", "link": "{url}", "emoji": ":{name}:"}
    return str(part.get("text") or shown.get(part["type"], "").format_map(part))


def controls_in(node: Any, block_id: str = "") -> Iterator[Payload]:
    """Buttons, menus and inputs of a block tree; each carries the `block_id` it stands in."""
    if isinstance(node, list):
        for child in node:
            yield from controls_in(child, block_id)
    elif isinstance(node, dict):
        if node.get("type") in CONTROLS and "action_id" in node:
            yield {**node, "block_id": block_id}
        for key in ("elements", "accessory", "element", "actions"):
            yield from controls_in(node.get(key), node.get("block_id", block_id))


def options_of(menu: Payload) -> list[Payload]:
    """The options of a menu, grouped or not."""
    grouped = [option for group in menu.get("option_groups", []) for option in group["options"]]
    return grouped or list(menu.get("options", []))


def _attachment_text(attachments: list[Payload]) -> Iterator[str]:
    for attachment in attachments:
        if attachment.get("blocks"):
            yield from visible_text(attachment["blocks"])
        else:
            fields = [
                f"{item.get('title', '')} {item.get('value', '')}".strip() for item in attachment.get("fields", [])
            ]
            classic = [attachment.get(key, "") for key in ("pretext", "title", "text")]
            yield from [line for line in classic + fields if line] or [attachment.get("fallback", "")]


def as_payload(message: Message, *, team_id: str, metadata: bool = False) -> Payload:
    """The message as Slack sends it in events and answers; its metadata's payload only when asked for."""
    optional: Payload = {
        "subtype": message.subtype,
        "bot_id": message.bot_id,
        "app_id": APP_ID if message.bot_id else None,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "files": message.files,
        "thread_ts": message.thread_ts,
        "edited": message.edited_ts and {"user": message.user, "ts": message.edited_ts},
        "reactions": [
            {"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions.items()
        ],
    }
    shown = {key: value for key, value in optional.items() if value}
    if message.metadata:
        shown["metadata"] = message.metadata if metadata else {"event_type": message.metadata.get("event_type")}
    return {
        "type": "message",
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
        "team": team_id,
        **shown,
    }
