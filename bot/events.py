"""The frozen values that the rest of Chargehand speaks; Slack's and GitHub's shapes end where these begin."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.reviews import Reviewing
from storage.people import RoleName

Surface = Literal["mention", "dm", "slash", "button", "form", "agent", "cli", "timer", "github", "system"]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something was said, and so where the answer goes."""

    channel_id: str
    channel_name: str = ""
    is_private: bool = False
    is_shared: bool = False  # with another organisation, or nobody can say
    has_bot: bool = True
    is_dm: bool = False
    thread_ts: str | None = None  # the thread's root: its own, for a top-level message
    message_ts: str | None = None
    permalink: str | None = None
    root_text: str = ""  # what its thread says before a reply: the first message, then who said what
    files: str = ""  # that came with the message: links with name and size
    reply_url: str | None = None  # reaches who asked everywhere


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who is asking: a person with what access.py needs to decide."""

    person_id: int
    slack_id: str
    name: str
    workspace_id: str
    is_admin: bool = False
    is_outsider: bool = False  # a guest, or a member of another workspace
    is_external: bool = False  # a member of another workspace, or nobody knows
    is_active: bool = True  # not deactivated
    roles: dict[int, RoleName] = field(default_factory=dict)  # team id -> role
    on_github: str | None = None  # what their login may in the repository that they comment in; elsewhere None


@dataclass(frozen=True, kw_only=True)
class SlackMessage:
    """A person's new message that the bot may have to answer."""

    channel_id: str
    user_id: str
    ts: str
    thread_ts: str | None
    text: str  # without the bot's first mention
    is_dm: bool
    mentions_bot: bool
    files: str = ""  # links with name and size


@dataclass(frozen=True, kw_only=True)
class SlackEdit:
    """Its author changed a message's text."""

    channel_id: str
    user_id: str
    ts: str
    text: str
    edited_ts: str


@dataclass(frozen=True, kw_only=True)
class SlackDelete:
    """A message is gone. `user_id` is its author, empty where Slack does not say."""

    channel_id: str
    user_id: str = ""
    ts: str


@dataclass(frozen=True, kw_only=True)
class SlackCommand:
    """`/chargehand …` as typed."""

    channel_id: str
    user_id: str
    text: str
    reply_url: str | None


@dataclass(frozen=True, kw_only=True)
class SlackPress:
    """A button or a menu choice: `action` is a verb, `value` its arguments, `choice` what was picked."""

    channel_id: str
    user_id: str
    message_ts: str
    thread_ts: str | None
    action: str
    value: str
    choice: str | None
    trigger_id: str
    reply_url: str | None


@dataclass(frozen=True, kw_only=True)
class SlackForm:
    """A submitted modal: `action` is a verb, `value` its target, `fields` what was filled in."""

    user_id: str
    action: str
    value: str
    channel_id: str
    thread_ts: str | None
    fields: dict[str, str]
    trigger_id: str | None = None  # of the shortcut that it was opened by
    at_first: dict[str, str] = field(default_factory=dict)  # field -> mark of what stood in it


@dataclass(frozen=True, kw_only=True)
class SlackPerson:
    """Slack says that someone's profile or status changed, or that they joined the workspace."""

    user_id: str
    has_joined: bool = False


@dataclass(frozen=True, kw_only=True)
class GitHubRepository:
    """A repository: its id stays through renames and transfers, its name does not."""

    github_id: int
    full_name: str
    host: str
    installation_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class GitHubIssue:
    """An issue as GitHub had it at `updated_at`. `author` is a login; None when the account is gone."""

    github_id: int | None
    number: int
    title: str
    body: str
    state: str  # open or closed
    state_reason: str | None
    labels: tuple[str, ...]
    author: str | None
    url: str
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class GitHubPull:
    """A pull request as GitHub had it at `updated_at`."""

    github_id: int | None
    number: int
    title: str
    state: str  # open, closed or merged
    is_draft: bool
    author: str | None
    url: str
    head_ref: str
    head_sha: str
    base_ref: str
    updated_at: datetime | None
    closes: tuple[int, ...] = ()  # numbers of issues of the same repository, as its description says


@dataclass(frozen=True, kw_only=True)
class IssueEvent:
    """Something happened to an issue; `sender` is the login of who did it."""

    action: str
    repository: GitHubRepository
    issue: GitHubIssue
    sender: str | None


@dataclass(frozen=True, kw_only=True)
class CommentEvent:
    """A comment on an issue or a pull request was written, edited or deleted."""

    action: str
    repository: GitHubRepository
    issue: GitHubIssue
    is_on_pull: bool
    comment_id: int
    body: str
    sender: str | None
    url: str = ""  # of the comment


@dataclass(frozen=True, kw_only=True)
class PullEvent:
    """Something happened to a pull request, or somebody reviewed it. `before`: its head until new commits came."""

    action: str
    repository: GitHubRepository
    pull: GitHubPull
    sender: str | None
    before: str | None = None
    reviewing: Reviewing = field(default_factory=Reviewing)


@dataclass(frozen=True, kw_only=True)
class PushEvent:
    """A branch or tag moved from one commit to another."""

    repository: GitHubRepository
    ref: str
    before: str
    after: str
    sender: str | None
    author: str | None = None  # of the newest commit, when GitHub knows whose e-mail address it has
    email: str | None = None


@dataclass(frozen=True, kw_only=True)
class CheckRunEvent:
    """A check of a commit started or ended; `conclusion` and `at` are None until it has."""

    action: str
    repository: GitHubRepository
    name: str
    head_sha: str
    status: str
    conclusion: str | None
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class InstallationEvent:
    """The App was installed, removed or given other repositories."""

    action: str
    installation_id: int
    added: tuple[GitHubRepository, ...]
    removed: tuple[GitHubRepository, ...]


@dataclass(frozen=True, kw_only=True)
class RepositoryEvent:
    """A repository was renamed, transferred, deleted, archived and so on."""

    action: str
    repository: GitHubRepository
