"""What Slack sends when a person presses, chooses or types a command, and how the thing pressed is found."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.sandbox.slack.events import VERIFICATION
from bot.sandbox.slack.message import APP_ID, MENUS, Message, Payload, as_payload, controls_in, options_of
from bot.sandbox.slack.refusals import PersonError
from bot.sandbox.slack.seed import HOME_TEAM, User
from bot.sandbox.slack.views import view_payload
from bot.sandbox.slack.world import Channel, View, World

CHOSEN = {
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
}
INITIAL = {
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "selected_channel": "initial_channel",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "value": "initial_value",
}

FORMATS = {"selected_date": ("%Y-%m-%d", "2026-12-24"), "selected_time": ("%H:%M", "09:30")}


@dataclass(frozen=True)
class Pressed:
    """A message, modal or Home tab that a person has before them."""

    on: Message | View

    @property
    def controls(self) -> list[Payload]:
        """Its buttons, menus and inputs."""
        return self.on.controls if isinstance(self.on, Message) else list(controls_in(self.on.given["blocks"]))

    def button(self, label: str, value: str | None) -> Payload:
        """The one button with this label or action id (and this value, when several look alike)."""
        buttons = [control for control in self.controls if control["type"] == "button"]
        found = [button for button in buttons if label in (button["text"]["text"], button["action_id"])]
        found = [button for button in found if value in (None, button.get("value"))]
        if not found:
            shown = ", ".join(button["text"]["text"] for button in buttons) or "none"
            raise PersonError(f"There is no button {label!r} here; there is {shown}.")
        if len(found) > 1:
            raise PersonError(f"There are {len(found)} buttons {label!r} here; say the value of the one that is meant.")
        return found[0]

    def menu(self, action: str) -> Payload:
        """The menu with this action id."""
        menus = [control for control in self.controls if control["type"] in MENUS]
        found = [menu for menu in menus if menu["action_id"] == action]
        if not found:
            shown = ", ".join(menu["action_id"] for menu in menus) or "none"
            raise PersonError(f"There is no menu {action!r} here; there is {shown}.")
        return found[0]


def chosen_field(control: Payload) -> str:
    """Under which name Slack reports what was chosen in this control."""
    kind = str(control["type"])
    if kind in CHOSEN:
        return CHOSEN[kind]
    if kind == "checkboxes" or kind.startswith("multi_"):
        return "selected_options"
    return "selected_option" if kind in MENUS else "value"


def choose(world: World, control: Payload, choice: Any) -> Payload:
    """A person's choice as Slack reports it; options by label or value, people and channels by name."""
    field = chosen_field(control)
    if field == "selected_options":
        return {field: [_option(control, one) for one in ([choice] if isinstance(choice, str) else choice)]}
    if field == "selected_option":
        return {field: _option(control, choice)}
    if field == "selected_user":
        return {field: _user(world, choice)}
    if field == "selected_users":
        return {field: [_user(world, one) for one in ([choice] if isinstance(choice, str) else choice)]}
    if field in ("selected_conversation", "selected_channel"):
        channel = world.find_channel(choice)
        return {field: channel.id if channel else _unknown(choice)}
    if (form := FORMATS.get(field)) and not _fits(str(choice), form):
        raise PersonError(f"{choice!r} cannot be picked there: it is written as in {form[1]}.")
    return {field: str(choice)}


def _user(world: World, choice: str) -> str:
    user = world.find_user(choice)
    return user.id if user else _unknown(choice)


def _fits(choice: str, form: tuple[str, str]) -> bool:
    with suppress(ValueError):
        return datetime.strptime(f"{choice} +0000", f"{form[0]} %z") is not None and len(choice) == len(form[1])
    return False


def _option(menu: Payload, choice: str) -> Payload:
    offered = options_of(menu)
    for option in offered:
        if choice in (option["text"]["text"], option.get("value")):
            return option
    raise PersonError(f"There is no option {choice!r}; there is {', '.join(o['text']['text'] for o in offered)}.")


def _unknown(choice: str) -> str:
    raise PersonError(f"There is no {choice} in this workspace.")


def initial(control: Payload) -> Any:
    """What a control holds before anybody touches it."""
    return control.get(INITIAL[chosen_field(control)])


def basics(world: World, user: User, *, view_id: str | None = None) -> Payload:
    """The fields of every interaction, with a fresh trigger."""
    return {
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
        "team": {"id": HOME_TEAM, "domain": world.seed.domain},
        "enterprise": None,
        "is_enterprise_install": False,
        "api_app_id": APP_ID,
        "token": VERIFICATION,
        "trigger_id": world.new_trigger(user, view_id=view_id),
    }


def block_actions(world: World, user: User, pressed: Pressed, control: Payload, chosen: Payload) -> Payload:
    """The payload of a pressed button or a chosen option."""
    echoed = {
        name: control[name] for name in ("type", "action_id", "block_id", "text", "value", "style") if name in control
    }
    action = echoed | chosen | {"action_ts": world.next_ts()}
    if isinstance(pressed.on, View):
        view = pressed.on
        if chosen:
            view.values.setdefault(control["block_id"], {})[control["action_id"]] = {"type": control["type"], **chosen}
        where: Payload = {"container": {"type": "view", "view_id": view.id}, "view": view_payload(view)}
    else:
        where = _on_message(world, user, pressed.on, control["block_id"])
        state = {control["block_id"]: {control["action_id"]: {"type": control["type"], **chosen}}} if chosen else {}
        where["state"] = {"values": state}
    view_id = pressed.on.id if isinstance(pressed.on, View) else None
    return {"type": "block_actions", **basics(world, user, view_id=view_id), **where, "actions": [action]}


def _on_message(world: World, user: User, message: Message, block_id: str) -> Payload:
    channel = world.channels[message.channel]
    container: Payload = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    for attachment in message.attachments:
        if any(block["block_id"] == block_id for block in attachment.get("blocks", [])):
            container |= {"type": "message_attachment", "attachment_id": attachment["id"], "is_app_unfurl": False}
    shown = {} if message.ephemeral else {"message": as_payload(message, team_id=HOME_TEAM)}
    return {
        "container": container,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "response_url": world.new_response_url(channel, user, message=message),
        **shown,
    }


def channel_name(channel: Channel) -> str:
    """The name Slack gives in commands and interactions, where private ones are not named."""
    return {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)


def shortcut(world: World, user: User, name: str, message: Message | None) -> Payload:
    """The payload of a shortcut: of a message, which may stand where the app is no member, or of none."""
    if message is None:
        return {"type": "shortcut", "callback_id": name, "action_ts": world.next_ts(), **basics(world, user)}
    channel = world.channels[message.channel]
    return {
        "type": "message_action",
        "callback_id": name,
        "action_ts": world.next_ts(),
        "message_ts": message.ts,
        "message": as_payload(message, team_id=HOME_TEAM),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "response_url": world.new_response_url(channel, user),
        **basics(world, user),
    }


def slash_command(world: World, user: User, channel: Channel, command: str, text: str) -> Payload:
    """The payload of a typed command."""
    return {
        "token": VERIFICATION,
        "team_id": HOME_TEAM,
        "team_domain": world.seed.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": world.new_response_url(channel, user),
        "trigger_id": world.new_trigger(user),
    }
