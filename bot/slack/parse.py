"""Slack's payloads become values here; what people did not do (bots, joins, unfurls) becomes None."""

import re
from dataclasses import dataclass
from typing import Any

from bot.channel_events import USERGROUP, SlackChannel, SlackUsergroup, channel_event
from bot.events import SlackCommand, SlackDelete, SlackEdit, SlackForm, SlackMessage, SlackPerson, SlackPress
from bot.home import HOME, MESSAGES, SlackHome
from bot.reactions import SlackReaction
from bot.replies import SlackReply
from bot.shortcuts import SlackShortcut
from bot.slack.blocks import MORE, OPENS
from bot.slack.reacted import reaction_of
from bot.slack.shared import files_of
from bot.slack.submitted import parse_form
from storage import inbox
from storage.columns import storable

Payload = dict[str, Any]
Event = (
    SlackMessage | SlackEdit | SlackDelete | SlackCommand | SlackPress | SlackForm | SlackPerson | SlackShortcut
    | SlackChannel | SlackUsergroup | SlackHome | SlackReply | SlackReaction
)  # fmt: skip

# A person's own words; every other subtype is Slack's or a bot's.
SPOKEN = {None, "file_share", "thread_broadcast", "me_message"}


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """One envelope. `claim` is shared by all events that tell of one thing; `order` is what must happen in order."""

    workspace_id: str
    enterprise_id: str | None
    kind: str
    dedupe_key: str
    claim: str | None = None
    order: str | None = None
    event: Event | None = None


def parse(body: Payload, *, bot_user_id: str) -> Incoming:
    """Read any Socket Mode payload.

    Raises:
        ValueError: it has no natural key, so it cannot be told from its own redelivery.
    """
    if body.get("type") == "event_callback":
        return _parse_event(body, bot_user_id)
    if "command" in body:
        return _incoming(body, "command", body["trigger_id"], _parse_command(body), order=f"user:{body['user_id']}")
    user_id = str(_dig(body, "user", "id"))
    if body.get("type") == "block_actions":
        key = f"{body['trigger_id']}:{_dig(body, 'actions', 0, 'action_ts')}"
        return _incoming(body, "press", key, _parse_press(body), order=f"user:{user_id}")
    if body.get("type") == "view_submission":
        key = f"{_dig(body, 'view', 'id')}:{_dig(body, 'view', 'hash')}"
        return _incoming(body, "form", key, parse_form(body), order=f"user:{user_id}")
    if body.get("type") in {"shortcut", "message_action"} and body.get("callback_id"):
        return _incoming(body, "shortcut", str(body["trigger_id"]), _parse_shortcut(body), order=f"user:{user_id}")
    if body.get("trigger_id"):
        return _incoming(body, str(body.get("type", "unknown")), str(body["trigger_id"]), None)
    raise ValueError(f"a {body.get('type')!r} payload without a key")


def _incoming(
    body: Payload, kind: str, key: str, event: Event | None, *, claim: str | None = None, order: str | None = None
) -> Incoming:
    return Incoming(
        workspace_id=str(body.get("team_id") or _dig(body, "team", "id") or _dig(body, "user", "team_id") or ""),
        enterprise_id=body.get("enterprise_id") or _dig(body, "enterprise", "id"),
        kind=kind,
        dedupe_key=str(key),
        claim=claim,
        order=order,
        event=event,
    )


def _parse_event(body: Payload, bot_user_id: str) -> Incoming:
    event: Payload = body.get("event") or {}
    kind, key = str(event.get("type")), str(body["event_id"])
    channel = event.get("channel")
    # A deleted message that has replies stays behind as a tombstone, and is told of as a change.
    is_tombstone = _dig(event, "message", "subtype") == "tombstone"
    if kind == "message" and event.get("subtype") == "message_changed" and not is_tombstone:
        edit = _parse_edit(event)
        claim = inbox.edit_claim(edit.channel_id, edit.ts, edit.edited_ts) if edit else None
        root = _dig(event, "message", "thread_ts") or _dig(event, "message", "ts")
        return _incoming(body, "edit", key, edit, claim=claim, order=f"thread:{channel}:{root}")
    if kind == "message" and (event.get("subtype") == "message_deleted" or is_tombstone):
        ts = str(event.get("deleted_ts") or _dig(event, "previous_message", "ts"))
        root = _dig(event, "previous_message", "thread_ts") or ts
        author = str(_dig(event, "previous_message", "user") or "")
        gone = SlackDelete(channel_id=str(channel), user_id=author, ts=ts)
        return _incoming(
            body, "delete", key, gone, claim=inbox.deleted_claim(gone.channel_id, ts), order=f"thread:{channel}:{root}"
        )
    if kind in {"message", "app_mention"} and (message := spoken_message(event, bot_user_id)):
        root = message.thread_ts or message.ts
        claim = inbox.message_claim(message.channel_id, message.ts)
        return _incoming(body, "message", key, message, claim=claim, order=f"thread:{channel}:{root}")
    return _parse_news(body, event, bot_user_id)


def _parse_news(body: Payload, event: Payload, bot_user_id: str) -> Incoming:
    """What became of people, channels and groups, and emoji that say something to us."""
    kind, key = str(event.get("type")), str(body["event_id"])
    if kind in {"user_change", "team_join"}:
        person = SlackPerson(user_id=str(_dig(event, "user", "id")), has_joined=kind == "team_join")
        return _incoming(body, "person", key, person, order=f"user:{person.user_id}")
    if changed := channel_event(event, bot_user_id):
        return _incoming(body, "channel", key, changed, order=f"channel:{changed.channel_id}")
    if kind == USERGROUP:
        group = SlackUsergroup(usergroup_id=str(event.get("subteam_id")))
        return _incoming(body, "usergroup", key, group, order=f"usergroup:{group.usergroup_id}")
    if reacted := reaction_of(event, bot_user_id):
        return _incoming(body, "reaction", key, reacted, order=f"user:{reacted.user_id}")
    if kind == "app_home_opened" and event.get("tab") in {HOME, MESSAGES}:
        user_id, tab = str(event["user"]), str(event["tab"])
        opened = SlackHome(user_id=user_id, tab=tab, channel_id=str(event.get("channel") or ""))
        return _incoming(body, "home", key, opened, order=f"user:{user_id}")
    return _incoming(body, kind, key, None)


def spoken_message(event: Payload, bot_user_id: str, *, by_bot: bool = False) -> SlackMessage | None:
    """A person's message in a direct message, or one that mentions the bot; everything else is not for us.

    Args:
        by_bot: another bot has said it, and is heard like a person.
    """
    text = storable(str(event.get("text") or ""))
    is_dm = event.get("channel_type") == "im" or str(event.get("channel", "")).startswith("D")
    is_mention = f"<@{bot_user_id}>" in text or f"<@{bot_user_id}|" in text
    is_person = event.get("user") not in {None, "", bot_user_id} and (by_bot or not event.get("bot_id"))
    is_said = event.get("subtype") in (SPOKEN | {"bot_message"} if by_bot else SPOKEN)
    if not (is_person and is_said) or not (is_dm or is_mention) or event.get("hidden"):
        return None
    return SlackMessage(
        channel_id=str(event["channel"]),
        user_id=str(event["user"]),
        ts=str(event["ts"]),
        thread_ts=event.get("thread_ts"),
        text=strip_mention(text, bot_user_id),
        is_dm=is_dm,
        mentions_bot=is_mention,
        files=files_of(event),
    )


def strip_mention(text: str, bot_user_id: str) -> str:
    """The text without the bot's first mention; other mentions, links and code stay as they are."""
    return re.sub(rf"\s?<@{re.escape(bot_user_id)}(\|[^>]*)?>[,:]?", "", text, count=1).strip()


def _parse_edit(event: Payload) -> SlackEdit | None:
    """An edit by the author; unfurls change a message too, but nobody edited its text."""
    message, before = event.get("message") or {}, event.get("previous_message") or {}
    is_bot = message.get("bot_id") or message.get("subtype") == "bot_message"
    edited = message.get("edited")
    if is_bot or not edited or message.get("text") == before.get("text") or edited.get("user") != message.get("user"):
        return None
    return SlackEdit(
        channel_id=str(event["channel"]),
        user_id=str(message["user"]),
        ts=str(message["ts"]),
        text=storable(str(message.get("text") or "")),
        edited_ts=str(edited["ts"]),
    )


def _parse_command(body: Payload) -> SlackCommand:
    return SlackCommand(
        channel_id=str(body["channel_id"]),
        user_id=str(body["user_id"]),
        text=storable(str(body.get("text") or "")).strip(),
        reply_url=body.get("response_url"),
    )


def _parse_press(body: Payload) -> SlackPress:
    action, message = body["actions"][0], body.get("message") or {}
    name, value, choice = _pressed(action)
    tab = HOME if _dig(body, "view", "type") == "home" else ""
    # Nothing can be said in the thread of a message that only one person sees.
    is_fleeting = bool(_dig(body, "container", "is_ephemeral"))
    return SlackPress(
        channel_id=str(_dig(body, "channel", "id") or _dig(body, "container", "channel_id") or tab),
        user_id=str(body["user"]["id"]),
        message_ts="" if is_fleeting else str(message.get("ts") or _dig(body, "container", "message_ts") or ""),
        thread_ts=message.get("thread_ts") or _dig(body, "container", "thread_ts"),
        action=name,
        value=value,
        choice=choice,
        trigger_id=str(body["trigger_id"]),
        reply_url=body.get("response_url"),
    )


def _parse_shortcut(body: Payload) -> SlackShortcut:
    message = body.get("message") or {}
    is_person = message.get("user") and not message.get("bot_id")
    return SlackShortcut(
        name=str(body["callback_id"]),
        user_id=str(body["user"]["id"]),
        trigger_id=str(body["trigger_id"]),
        channel_id=str(_dig(body, "channel", "id") or ""),
        message_ts=str(body.get("message_ts") or message.get("ts") or ""),
        thread_ts=message.get("thread_ts"),
        text=storable(str(message.get("text") or "")),
        author_id=str(message["user"]) if is_person else "",
        reply_url=body.get("response_url"),
    )


def _pressed(action: Payload) -> tuple[str, str, str | None]:
    """Action, value and choice; an entry of ⋯ is the button folded away there, and an option may open a form."""
    name, chosen = str(action["action_id"]), _dig(action, "selected_option", "value")
    about, _, form = str(chosen or "").rpartition(" ")
    if form.startswith(OPENS):
        return form, about, None
    if name != MORE:
        return name, str(action.get("value") or ""), chosen
    name, _, value = str(chosen or "").partition(" ")
    return name, value, None


def _dig(value: Any, *path: str | int) -> Any:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value
