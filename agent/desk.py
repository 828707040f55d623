"""One transaction's worth of work: where it is written, when it is, who asked and from where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.access import Target, can, check
from bot.errors import Refused, Stray, UserError
from bot.events import Actor, Place, Surface
from bot.messages import by_name, plain
from bot.settings import Settings
from bot.slack.directory import Rest
from prompts.words import say
from storage import audit, people, queue, tickets
from storage.audit import AuditEvent, Change
from storage.database import Tx
from storage.listing import Viewer
from storage.people import Person, Team
from storage.queue import Job
from storage.tickets import Ticket

LONGEST_VALUE = 300  # characters of what a button held, as it goes on record


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What every command works with.

    `key` starts the idempotency keys of this work's effects: the same work done again has the same keys.
    `insiders` are the members of each private channel that tickets live in (channel id -> Slack ids).
    `rests` is who has notifications off in Slack, as far as that is known.
    `is_read_along`: others read the answer too, so of private channels only the one it is given in counts as seen.
    `delay` says when it was said, if that is a while ago.
    `operator` is the user of this machine at the command line: whoever can open the database has an admin's rights.
    """

    tx: Tx
    now: datetime
    settings: Settings
    workspace_id: str
    surface: Surface
    correlation_id: str
    key: str
    actor: Actor | None = None
    place: Place | None = None
    insiders: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rests: Mapping[str, Rest] = field(default_factory=dict)
    enterprise_id: str | None = None
    is_read_along: bool = False
    is_silent: bool = False  # cards and records change, but nobody is told
    is_late: bool = False  # it was said long ago, and read back after a time away
    delay: str = ""
    operator: str = ""
    job: Job | None = None  # the one whose work this is

    @property
    def who(self) -> str:
        """Who does it, as the audit record names them."""
        if self.actor:
            return f"person:{self.actor.person_id}"
        return f"operator:{self.operator}" if self.operator else "system"

    @property
    def is_typed(self) -> bool:
        """Whether it was typed in Slack, which escapes what is typed, but not what stands in a form.

        A comment on GitHub is escaped when it is read (agent/by_comment.py).
        """
        return self.surface in {"mention", "dm", "slash", "github"}

    @property
    def is_operator(self) -> bool:
        """Whether it is the user of this machine who asks, in nobody's name."""
        return self.actor is None and bool(self.operator)

    @property
    def asker(self) -> Actor:
        """The person who asked; work of the system has none and never needs one."""
        if self.actor is None:
            raise Refused(say("This needs a person who asks for it."))
        return self.actor

    @property
    def viewer(self) -> Viewer:
        """Who asked, as lists of tickets are filtered for them."""
        return Viewer(
            workspace_id=self.workspace_id,
            person_id=self.asker.person_id,
            channels=frozenset(self.channels_of(self.asker.slack_id)),
            is_outsider=self.asker.is_outsider,
            is_read_along=self.is_read_along,
        )

    def audit(self, action: str, kind: str, object_id: int, *, before: Change, after: Change) -> None:
        """Record a change in the transaction that makes it."""
        audit.record(
            self.tx,
            AuditEvent(
                workspace_id=self.workspace_id,
                at=self.now,
                actor=self.who,
                surface=self.surface,
                action=action,
                object_kind=kind,
                object_id=str(object_id),
                correlation_id=self.correlation_id,
            ),
            before=before,
            after=after | ({"silent": True} if self.is_silent else {}),
        )

    def record_refusal(self, refusal: UserError, *, pressed: str = "") -> None:
        """Record that somebody was refused for want of a permission, or for a button that cannot be ours as it is now.

        It is recorded once what they began is undone.

        Args:
            pressed: what the button or form held.
        """
        if isinstance(refusal, Refused) and (denied := refusal.denial):
            after = {"action": denied.action, "who": denied.who, "said": str(refusal)}
            self.audit("refused", denied.kind, denied.object_id, before={}, after=after)
        elif isinstance(refusal, Stray) and self.surface in {"button", "form"} and self.actor:
            after = {"action": "press", "value": pressed[:LONGEST_VALUE], "said": str(refusal)}
            self.audit("refused", "workspace", 0, before={}, after=after)

    async def put(self, kind: str, args: dict[str, Any], *, key: str, dedupe_key: str, priority: int) -> None:
        """Have a job done that follows from this work, once under its dedupe key."""
        job = Job(
            workspace_id=self.workspace_id,
            kind=kind,
            args=args,
            key=key,
            dedupe_key=dedupe_key,
            priority=priority,
            created_at=self.now,
            correlation_id=self.correlation_id,
            parent_id=self.job.id if self.job else None,
            delivery_id=self.job.delivery_id if self.job else None,
        )
        await queue.put(self.tx, job)

    def check_admin(self, *, doing: str) -> None:
        """Let an admin or the operator pass.

        Raises:
            Refused: for everybody else.
        """
        if not self.is_operator:
            check(self.asker, "administer", Target(), doing=doing)

    async def read_typed(self, text: str) -> str:
        """What somebody said, as it is kept: read out where Slack has escaped it, and as it stands elsewhere."""
        return await self.read_out(text) if self.is_typed else text

    async def read_out(self, text: str) -> str:
        """Slack's markup as a person reads it, with the names of those it mentions."""
        return plain(text, await people.names(self.tx, self.workspace_id) if "<@" in text else {})

    def may_see(self, slack_id: str, ticket: Ticket) -> bool:
        """Tickets of a private channel are for its members alone."""
        if self.is_read_along and ticket.is_private:
            return self.is_here(ticket.channel_id)
        return not ticket.is_private or slack_id in self.insiders.get(ticket.channel_id, frozenset())

    def channels_of(self, slack_id: str) -> list[str]:
        """The private channels that somebody is a member of; of those that others read along in, this one."""
        theirs = [channel for channel, members in self.insiders.items() if slack_id in members]
        return [one for one in theirs if self.is_here(one)] if self.is_read_along else theirs

    def is_here(self, channel_id: str) -> bool:
        """Whether that is the channel that it was said in."""
        return self.place is not None and self.place.channel_id == channel_id

    async def target(self, ticket: Ticket) -> Target:
        """The ticket as access.py judges it."""
        assignees = await tickets.assignees(self.tx, ticket.id)
        own = {ticket.reporter_id, *(person.id for person in assignees)}
        return Target(
            ticket_id=ticket.id,
            team_id=ticket.team_id,
            assignee_ids=frozenset(person.id for person in assignees),
            reporter_id=ticket.reporter_id or 0,  # None would say that there is no ticket
            is_private=ticket.is_private,
            may_see_private=self.may_see(self.asker.slack_id, ticket)
            or (self.asker.person_id in own and not self.is_read_along),
        )

    async def check(self, action: str, ticket: Ticket, *, doing: str, instead: str = "") -> None:
        """Let the asker act on a ticket.

        Args:
            doing: what would be refused, to follow "You may not".
            instead: what the asker can do, as a sentence.

        Raises:
            Refused: with who could, by name, so that it is not a dead end.
        """
        target = await self.target(ticket)
        check(self.asker, action, target, doing=doing, ask=await self._who_could(target), instead=instead)

    async def check_team(self, team: Team, *, doing: str) -> None:
        """Let who manages this team pass.

        Raises:
            Refused: with who could, by name.
        """
        if self.is_operator:
            return
        target = Target(team_id=team.id)
        check(self.asker, "organise", target, doing=doing, ask=await self._who_could(target))

    async def check_person(self, person: Person, *, doing: str) -> None:
        """Let the person themselves pass, and who manages a team of theirs.

        Raises:
            Refused: with who could, by name.
        """
        if self.is_operator:
            return
        teams = frozenset(await people.roles_of(self.tx, person.id))
        target = Target(person_id=person.id, team_ids=teams, team_id=min(teams, default=None))
        check(self.asker, "duty", target, doing=doing, ask=await self._who_could(target))

    async def _who_could(self, target: Target) -> str:
        named = await people.in_charge(self.tx, target.team_id)
        return by_name((person.name for person in named[:3]), between=say(" or "))

    async def sees(self, ticket: Ticket) -> bool:
        """Whether the asker may know of this ticket."""
        return can(self.asker, "see", await self.target(ticket))
