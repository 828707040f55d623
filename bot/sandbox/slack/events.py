"""What Slack tells an app: events, only from where the bot is a member, and the profile of a person."""

from dataclasses import asdict

from bot.sandbox.slack.message import APP_ID, Message, Payload, as_payload
from bot.sandbox.slack.seed import HOME_TEAM, User
from bot.sandbox.slack.world import Channel, World

# A deprecated field that Slack still sends; guards nothing.
VERIFICATION = "sandbox"


def publish(world: World, event: Payload, *, channel: Channel | None = None) -> None:
    """Send an event to the app, unless it happened where the bot is no member."""
    if channel is not None and world.bot.id not in channel.members:
        return
    event_id = world.next_id("Ev0")
    for _ in range(2 if world.duplicates_events else 1):
        world.socket.send("events_api", _callback(world, event, event_id))


def _callback(world: World, event: Payload, event_id: str) -> Payload:
    granted_by = {"enterprise_id": None, "team_id": HOME_TEAM, "user_id": world.bot.id, "is_bot": True}
    return {
        "token": VERIFICATION,
        "team_id": HOME_TEAM,
        "context_team_id": HOME_TEAM,
        "context_enterprise_id": None,
        "api_app_id": APP_ID,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(world.now()),
        "event": event,
        "authorizations": [{**granted_by, "is_enterprise_install": False}],
        "is_ext_shared_channel": False,
        "event_context": f"4-{event_id}",
    }


def posted(world: World, channel: Channel, message: Message) -> None:
    """A new message; one that mentions the bot in a channel arrives as two events."""
    event = _message_event(world, channel, message)
    publish(world, event, channel=channel)
    if channel.kind != "im" and message.bot_id is None and world.mentions_bot(message.text):
        mention = {key: value for key, value in event.items() if key not in ("channel_type", "subtype")}
        publish(world, {**mention, "type": "app_mention"}, channel=channel)


def _message_event(world: World, channel: Channel, message: Message) -> Payload:
    author = world.users[message.user]
    event = as_payload(message, team_id=author.team_id)
    if message.is_reply:
        root = channel.messages[message.thread_ts or ""]
        event["parent_user_id"] = root.user
    if author.is_stranger:
        event |= {"user_team": author.team_id, "source_team": author.team_id}
    return event | {"channel": channel.id, "event_ts": message.ts, "channel_type": channel.kind}


def edited(world: World, channel: Channel, before: Message, after: Message) -> None:
    """A message that changed: its words, its blocks or only a link preview."""
    _publish_change(world, channel, "message_changed", {"message": _inner(after), "previous_message": _inner(before)})


def deleted(world: World, channel: Channel, before: Message) -> None:
    """A message that is gone."""
    _publish_change(world, channel, "message_deleted", {"deleted_ts": before.ts, "previous_message": _inner(before)})


def _inner(message: Message) -> Payload:
    return as_payload(message, team_id=HOME_TEAM)


def _publish_change(world: World, channel: Channel, subtype: str, details: Payload) -> None:
    ts = world.next_ts()
    frame = {"type": "message", "subtype": subtype, "hidden": True, "channel": channel.id, "ts": ts, "event_ts": ts}
    publish(world, {**frame, "channel_type": channel.kind, **details}, channel=channel)


def reacted(world: World, channel: Channel, message: Message, user: User, emoji: str, *, added: bool) -> None:
    """A reaction that came or went."""
    item = {"type": "message", "channel": channel.id, "ts": message.ts}
    kind = "reaction_added" if added else "reaction_removed"
    event = {"type": kind, "user": user.id, "reaction": emoji, "item": item, "item_user": message.user}
    publish(world, {**event, "event_ts": world.next_ts()}, channel=channel)


def happened(world: World, kind: str, details: Payload, *, where: Channel | None = None) -> None:
    """Any other event, such as `member_joined_channel` or `app_home_opened`."""
    publish(world, {"type": kind, **details, "event_ts": world.next_ts()}, channel=where)


def user_payload(user: User, *, with_email: bool, with_locale: bool = True) -> Payload:
    """A person the way users.info, or an event, shows them."""
    profile: Payload = {"real_name": user.real_name, "display_name": user.name, "team": user.team_id}
    if with_email and user.email:
        profile["email"] = user.email
    shown = asdict(user)
    del shown["email"], shown["dnd"]
    if not with_locale:
        del shown["locale"]
    profile |= {name: shown.pop(name) for name in ("status_emoji", "status_expiration")}
    stranger = {"is_stranger": True} if shown.pop("is_stranger") else {}
    never = {"is_owner": False, "is_primary_owner": False, "is_ultra_restricted": False, "is_app_user": False}
    return {**shown, **never, **stranger, "updated": 0, "profile": profile}
