"""The people and channels that a sandbox workspace starts with: Acme, where Chargehand is a member of #ops."""

from dataclasses import dataclass, replace
from typing import Literal

HOME_TEAM = "T0SANDBOX"
OTHER_TEAM = "T0OTHER"


@dataclass(frozen=True)
class User:
    """A person or the bot; `is_restricted` is a guest, `is_stranger` comes from another workspace."""

    id: str
    name: str
    real_name: str
    email: str
    tz: str = "Europe/Berlin"
    locale: str = "en-US"  # of their Slack
    team_id: str = HOME_TEAM
    is_admin: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    status_emoji: str = ""  # as in :palm_tree:
    status_expiration: int = 0
    dnd: tuple[int, int] | None = None  # from when to when, in seconds


@dataclass(frozen=True)
class SeedChannel:
    """A channel and its members' names; no members given means every ordinary person of the seed."""

    id: str
    name: str
    members: tuple[str, ...] | None = None
    has_bot: bool = True
    kind: Literal["channel", "group", "mpim"] = "channel"
    is_archived: bool = False
    is_shared: bool = False  # with another organisation


@dataclass(frozen=True)
class Usergroup:
    """An @group of the workspace, by its members' names."""

    id: str
    handle: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Seed:
    """Everything a workspace starts with; `plus` adds to it."""

    name: str
    domain: str
    bot: User
    users: tuple[User, ...]
    channels: tuple[SeedChannel, ...]
    usergroups: tuple[Usergroup, ...] = ()

    def plus(self, *, users: tuple[User, ...] = (), channels: tuple[SeedChannel, ...] = ()) -> "Seed":
        """The same workspace with more people and channels."""
        return replace(self, users=self.users + users, channels=self.channels + channels)


def slack_id(prefix: str, name: str) -> str:
    """A stable id that looks like Slack's: `slack_id("C", "old-ops")` is `C0OLDOPS`."""
    return f"{prefix}0" + "".join(letter for letter in name.upper() if letter.isascii() and letter.isalnum())


def person(name: str, real_name: str, *, tz: str = "Europe/Berlin", is_admin: bool = False) -> User:
    """An ordinary member of Acme."""
    return User(slack_id("U", name), name, real_name, f"{name}@acme.example", tz=tz, is_admin=is_admin)


def channel(name: str, *members: str, has_bot: bool = True, is_private: bool = False) -> SeedChannel:
    """A channel of these members, or of every ordinary person when none is named."""
    kind: Literal["channel", "group"] = "group" if is_private else "channel"
    return SeedChannel(slack_id("C", name), name, members or None, has_bot=has_bot, kind=kind)


def group_message(*members: str) -> SeedChannel:
    """The messages between these people and the bot, named as Slack does."""
    name = f"mpdm-{'--'.join((*members, 'chargehand'))}-1"
    return SeedChannel(slack_id("C", name), name, members, kind="mpim")


def crowd(count: int) -> tuple[User, ...]:
    """Many ordinary people: p1, p2, … for load tests."""
    return tuple(person(f"p{number}", f"Person {number}") for number in range(1, count + 1))


def many_channels(count: int) -> tuple[SeedChannel, ...]:
    """Many public channels that everyone and the bot are in: #c1, #c2, … for load tests."""
    return tuple(channel(f"c{number}") for number in range(1, count + 1))


def default_seed() -> Seed:
    """Acme: six colleagues, a guest, a person from elsewhere, one who left, and channels of each kind."""
    colleagues = (
        person("alice", "Alice Adams", is_admin=True),
        person("bob", "Bob Brown"),
        person("carol", "Carol Clark", tz="America/New_York"),
        person("dave", "Dave Davis"),
        person("erin", "Erin Evans", tz="Asia/Kolkata"),
        person("frank", "Frank Foster"),
    )
    everyone = tuple(colleague.name for colleague in colleagues)
    return Seed(
        name="Acme",
        domain="acme",
        bot=User("U0CHARGE", "chargehand", "Chargehand", "", is_bot=True),
        users=(*colleagues, *_outsiders()),
        channels=(
            channel("ops", *everyone, "gus", "xena"),
            channel("payments"),
            channel("general"),
            channel("random", has_bot=False),
            channel("secret", "alice", "bob", is_private=True),
            replace(channel("old-ops"), is_archived=True),
        ),
        usergroups=(Usergroup("S0ONCALL", "oncall", "On call", ("dave", "erin")),),
    )


def _outsiders() -> tuple[User, ...]:
    return (
        replace(person("gus", "Gus Green"), email="gus@agency.example", is_restricted=True),
        replace(person("xena", "Xena Xu"), email="xena@other.example", team_id=OTHER_TEAM, is_stranger=True),
        replace(person("zed", "Zed Zane"), deleted=True),
    )
