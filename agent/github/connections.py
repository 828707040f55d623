"""Which repositories Chargehand works with: connected and read by an admin's word, and how far the reading is."""

import re
from dataclasses import dataclass
from datetime import datetime

from agent.desk import Desk
from agent.github.reconcile import RECONCILE
from bot.errors import UserError
from bot.messages import escape
from bot.scheduler import SCHEDULES
from prompts.words import fixed, say
from storage import inbox, issues, pulls, queue, repositories
from storage.database import Tx
from storage.queue import Job
from storage.repositories import Repository

CONNECT, SYNC, DISCONNECT = "github.connect", "github.sync", "github.disconnect"
_NAME = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}", re.ASCII)
_CHANNEL = re.compile(r"(?:<#)?(?P<id>[CG][A-Z0-9]{4,})(?:\|[^>]*>|>)?|(?P<name>#[^\s#<>|,]{1,80})")

_POLICY = re.compile(r"all|none|label:\S.{0,49}")
STATES = {
    "pending": fixed("pending"),
    "running": fixed("running"),
    "paused": fixed("paused"),
    "done": fixed("done"),
    "failed": fixed("failed"),
    "": fixed("not read yet"),
}  # of a reading
CANCELLED = fixed("cancelled")
DEAD, FINAL = fixed("`jobs show {job}` says why"), fixed("GitHub says {code}")
PAUSED, LIMIT = fixed("paused until {at} UTC ({why})"), fixed("GitHub limit")
FULL = fixed("the queue is nearly full")
_SLOT = re.compile(r"\\\{(\w+)\\\}")
_NOTES = {one: re.compile(_SLOT.sub(r"(?P<\1>.+)", re.escape(one))) for one in (CANCELLED, DEAD, FINAL, PAUSED)}


@dataclass(frozen=True, kw_only=True)
class Connection:
    """A repository as `repo list` shows it."""

    repository: Repository
    mirrored: int  # issues and pull requests
    heard_at: datetime | None
    next_at: datetime | None  # when it is looked at in any case; None: never

    @property
    def state(self) -> str:
        if self.repository.disconnected_at:
            return say("disconnected")
        if self.repository.is_gone:
            return say("gone")
        return say(STATES.get(self.repository.sync_state, "not read yet"))

    @property
    def progress(self) -> str:
        """ "1,240 of about 3,100, paused until 14:05 UTC (GitHub limit)"."""
        expected = self.repository.expected
        counted = f"{self.mirrored:,}"
        if expected:
            counted = say("{count} of about {expected}", count=counted, expected=f"{expected:,}")
        return ", ".join(filter(None, [counted, in_words(self.repository.sync_note)]))

    @property
    def read_until(self) -> str:
        """Up to which change its issues are read, in UTC; empty: not at all."""
        return self.repository.cursors.get("issues", "")[:16].replace("T", " ")


def in_words(note: str) -> str:
    """Why a reading stands as it does: kept in English, said in the language that is spoken."""
    for text, pattern in _NOTES.items():
        if found := pattern.fullmatch(note):
            return say(text, **{slot: say(value) for slot, value in found.groupdict().items()})
    return note


async def connect(desk: Desk, name: str, *, channel: str = "", policy: str = "", wants_hook: bool = False) -> None:
    """Have a repository looked up at GitHub, given a hook if wanted, and read.

    Args:
        policy: which of its new issues become tickets; empty: as it is, or all.

    Raises:
        UserError: it cannot be done with these settings or words.
    """
    found = _CHANNEL.fullmatch(channel)
    if channel and not found:
        no_channel = fixed("“{said}” is no channel: write #its-name, or its id (C012ABCDEF).")
        raise UserError(say(no_channel, said=escape(channel[:40])))
    if policy and not _POLICY.fullmatch(policy):
        no_policy = fixed("Tickets come of `all` new issues, of `none` or of `label:NAME`, not of “{said}”.")
        raise UserError(say(no_policy, said=escape(policy[:40])))
    if not desk.settings.acts_on_github:
        raise UserError(
            say("GITHUB_TOKEN is not set (nor GITHUB_APP_ID with GITHUB_PRIVATE_KEY): there is nobody to ask as.")
        )
    if wants_hook and not (desk.settings.public_url and desk.settings.github_webhook_secret):
        raise UserError(say("A hook needs CHARGEHAND_PUBLIC_URL, where GitHub reaches me, and GITHUB_WEBHOOK_SECRET."))
    where = (found["id"] or found["name"]) if found else ""
    args = {"name": _checked(name), "channel": where, "tickets": policy, "wants_hook": wants_hook}
    await _enqueue(desk, CONNECT, args, about=name)


async def sync(desk: Desk, name: str, *, is_full: bool = False, state: str = "all") -> Repository:
    """Have what changed in a repository read; `is_full`: from its beginning.

    Raises:
        UserError: it is not connected.
    """
    known = await named(desk, name)
    if known.disconnected_at or known.is_gone:
        not_connected = fixed("{repository} is not connected: `repo connect {repository}` does it.")
        raise UserError(say(not_connected, repository=known.full_name))
    if is_full:
        known.cursors = {}
    await ask_for_sync(desk, known, state=state)
    desk.audit("sync", "repository", known.id, before={}, after={"full": is_full, "state": state})
    return known


async def ask_for_sync(desk: Desk, known: Repository, *, state: str = "all") -> None:
    """Put the reading of a repository in line."""
    known.sync_state, known.sync_note = "pending", ""
    await _enqueue(desk, SYNC, {"repository_id": known.id, "state": state}, about=str(known.id))


async def reading_ended(tx: Tx, job: Job, note: str) -> None:
    """A reading that is a dead letter, or is cancelled, shows as failed where repositories are listed."""
    if job.kind == SYNC:
        known = await repositories.get(tx, int(job.args["repository_id"]))
        known.sync_state, known.sync_note = "failed", note


async def disconnect(desk: Desk, name: str) -> Repository:
    """Hear no more of a repository; what is known of it stays, and so do its tickets.

    Raises:
        UserError: it is not connected.
    """
    known = await named(desk, name)
    if known.disconnected_at:
        raise UserError(say("{repository} is disconnected already.", repository=known.full_name))
    known.disconnected_at, known.sync_state, known.sync_note = desk.now, "", ""
    desk.audit("disconnect", "repository", known.id, before={}, after={})
    if known.hook_id and desk.settings.acts_on_github:
        await _enqueue(desk, DISCONNECT, {"repository_id": known.id}, about=str(known.id))
    return known


async def listing(desk: Desk) -> list[Connection]:
    """Every repository that was ever heard of, by name."""
    heard = await inbox.last_of_repositories(desk.tx)
    [coming] = [one.coming(after=desk.now) for one in SCHEDULES if one.job == RECONCILE]
    return [
        Connection(
            repository=one,
            mirrored=await _mirrored(desk, one.id),
            heard_at=heard.get(one.github_id),
            next_at=None if one.disconnected_at or one.is_gone else coming,
        )
        for one in await repositories.all_known(desk.tx)
    ]


async def _mirrored(desk: Desk, repository_id: int) -> int:
    return await issues.count(desk.tx, repository_id) + await pulls.count(desk.tx, repository_id)


async def named(desk: Desk, name: str) -> Repository:
    """A repository that is known.

    Raises:
        UserError: it is not.
    """
    known = await repositories.named(desk.tx, _checked(name))
    if known is None:
        unknown = fixed("I do not know {name}. `repo list` shows what I know, `repo connect {name}` adds it.")
        raise UserError(say(unknown, name=escape(name)))
    return known


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UserError(say("“{said}” is no repository: write OWNER/NAME.", said=escape(name[:60])))
    return name


async def _enqueue(desk: Desk, name: str, args: dict[str, object], *, about: str) -> None:
    asker = {"by": desk.who} | ({"slack_id": desk.actor.slack_id} if desk.actor else {})
    once = f"{name}:{about}:{desk.key}"
    await desk.put(name, args | asker, key=f"repo:{about}", dedupe_key=once, priority=queue.BULK)
