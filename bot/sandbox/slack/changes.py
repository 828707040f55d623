"""What becomes of channels and groups: who is let in and put out, a name, an archive, a lock, another organisation."""

from dataclasses import replace

from bot.sandbox.slack import events, timeline
from bot.sandbox.slack.conversations import add_member, channel_payload, remove_member
from bot.sandbox.slack.onlooker import Onlooker
from bot.sandbox.slack.seed import HOME_TEAM, OTHER_TEAM
from bot.sandbox.slack.world import Channel

MADE_PRIVATE = "made this channel *private*. Now, it can only be viewed or joined by invitation."
MADE_PUBLIC = "made this channel *public*. Any member in this workspace can see and join it."


class Changes(Onlooker):
    """What the owners of channels and groups do. With `is_told=False` the app misses the news."""

    def invite_bot(self, channel: str) -> None:
        """Make the bot a member."""
        add_member(self.world, self.channel(channel), self.world.bot.id)

    def kick_bot(self, channel: str) -> None:
        """Put the bot out."""
        remove_member(self.world, self.channel(channel), self.world.bot.id)

    def invite(self, user: str, channel: str) -> None:
        """Make somebody a member."""
        add_member(self.world, self.channel(channel), self.user(user).id)

    def kick(self, user: str, channel: str) -> None:
        """Put somebody out."""
        remove_member(self.world, self.channel(channel), self.user(user).id)

    def archive(self, channel: str, *, by: str = "alice", is_told: bool = True) -> None:
        """Archive a channel."""
        self._change(channel, "archive", by=by, is_archived=True, is_told=is_told)

    def unarchive(self, channel: str, *, by: str = "alice", is_told: bool = True) -> None:
        """Let a channel be used again."""
        self._change(channel, "unarchive", by=by, is_archived=False, is_told=is_told)

    def _change(self, channel: str, change: str, *, by: str, is_archived: bool, is_told: bool) -> None:
        where = self.channel(channel)
        where.is_archived = is_archived
        if is_told:
            details = {"channel": where.id, "user": self.user(by).id}
            events.happened(self.world, f"{_family(where)}_{change}", details, where=where)
        self.world.changed()

    def delete_channel(self, channel: str) -> None:
        """Delete a channel with all that was said in it."""
        where = self.channel(channel)
        events.happened(self.world, f"{_family(where)}_deleted", {"channel": where.id}, where=where)
        del self.world.channels[where.id], self.world.channel_ids[where.name]
        self.world.changed()

    def rename(self, channel: str, name: str) -> None:
        """Give a channel another name; its id stays."""
        where, new_name = self.channel(channel), name.removeprefix("#")
        del self.world.channel_ids[where.name]
        where.name = new_name
        self.world.channel_ids[new_name] = where.id
        details = {"channel": {"id": where.id, "name": new_name, "created": 0}}
        events.happened(self.world, f"{_family(where)}_rename", details, where=where)
        self.world.changed()

    def convert(self, channel: str, *, is_private: bool, by: str = "alice", is_told: bool = True) -> None:
        """Make a channel private, or public again; Slack announces it by a message in it, and by no event."""
        where = self.channel(channel)
        where.kind = "group" if is_private else "channel"
        if is_told:
            subtype, text = "private" if is_private else "public", MADE_PRIVATE if is_private else MADE_PUBLIC
            timeline.announce(self.world, where, self.user(by), f"channel_convert_to_{subtype}", text)
        self.world.changed()

    def share(self, channel: str, *, is_shared: bool = True) -> None:
        """Share a channel with another organisation, or end that."""
        where = self.channel(channel)
        where.is_shared = is_shared
        kind = "channel_shared" if is_shared else "channel_unshared"
        details = {"connected_team_id": OTHER_TEAM} if is_shared else {"previously_connected_team_id": OTHER_TEAM}
        about = {"channel": where.id, "is_ext_shared": channel_payload(self.world, where)["is_ext_shared"]}
        events.happened(self.world, kind, about | details, where=where)
        self.world.changed()

    def regroup(self, handle: str, *members: str, is_told: bool = True) -> None:
        """Say who is in an @group."""
        [group] = [one for one in self.world.usergroups.values() if one.handle == handle]
        changed = replace(group, members=members)
        self.world.usergroups[group.id] = changed
        if is_told:
            users = [self.user(name).id for name in members]
            before = [self.user(name).id for name in group.members]
            details = {
                "subteam_id": group.id,
                "team_id": HOME_TEAM,
                "date_update": int(self.world.now()),
                "added_users": [user for user in users if user not in before],
                "removed_users": [user for user in before if user not in users],
                "added_users_count": len(set(users) - set(before)),
                "removed_users_count": len(set(before) - set(users)),
            }
            events.happened(self.world, "subteam_members_changed", details)
        self.world.changed()


def _family(where: Channel) -> str:
    return "group" if where.kind == "group" else "channel"
