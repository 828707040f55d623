"""The Web API methods the sandbox knows, each with the scope it needs."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.slack import chat, conversations, files, people, reactions, streams, views
from bot.sandbox.slack.arguments import Arguments
from bot.sandbox.slack.message import Payload
from bot.sandbox.slack.world import World


@dataclass(frozen=True)
class Method:
    """One method; no scope means that it needs none, or that it depends on the kind of channel."""

    run: Callable[[World, Arguments], Payload]
    scope: str = ""


METHODS = {
    "api.test": Method(people.api_test),
    "assistant.threads.setStatus": Method(streams.set_status, "chat:write"),
    "assistant.threads.setSuggestedPrompts": Method(streams.set_title, "assistant:write"),
    "assistant.threads.setTitle": Method(streams.set_title, "assistant:write"),
    "auth.test": Method(people.auth_test),
    "bots.info": Method(people.bots_info, "users:read"),
    "chat.appendStream": Method(streams.append, "chat:write"),
    "chat.delete": Method(chat.delete, "chat:write"),
    "chat.getPermalink": Method(chat.get_permalink),
    "chat.postEphemeral": Method(chat.post_ephemeral, "chat:write"),
    "chat.postMessage": Method(chat.post_message, "chat:write"),
    "chat.startStream": Method(streams.start, "chat:write"),
    "chat.stopStream": Method(streams.stop, "chat:write"),
    "chat.update": Method(chat.update, "chat:write"),
    "conversations.history": Method(conversations.history),
    "conversations.info": Method(conversations.info),
    "conversations.join": Method(conversations.join, "channels:join"),
    "conversations.leave": Method(conversations.leave),
    "conversations.list": Method(conversations.list_all),
    "conversations.members": Method(conversations.members),
    "conversations.open": Method(conversations.open_conversation, "im:write"),
    "conversations.replies": Method(conversations.replies),
    "dnd.teamInfo": Method(people.dnd_of_team, "dnd:read"),
    "emoji.list": Method(reactions.list_emoji, "emoji:read"),
    "files.completeUploadExternal": Method(files.complete_upload, "files:write"),
    "files.getUploadURLExternal": Method(files.get_upload_url, "files:write"),
    "reactions.add": Method(reactions.add, "reactions:write"),
    "reactions.get": Method(reactions.get, "reactions:read"),
    "reactions.remove": Method(reactions.remove, "reactions:write"),
    "team.info": Method(people.team_info),
    "usergroups.list": Method(people.usergroups_list, "usergroups:read"),
    "usergroups.users.list": Method(people.usergroup_members, "usergroups:read"),
    "users.conversations": Method(conversations.list_own),
    "users.info": Method(people.info, "users:read"),
    "users.list": Method(people.list_all, "users:read"),
    "users.lookupByEmail": Method(people.lookup_by_email, "users:read.email"),
    "views.open": Method(views.open_modal),
    "views.publish": Method(views.publish),
    "views.push": Method(views.push),
    "views.update": Method(views.update),
}
