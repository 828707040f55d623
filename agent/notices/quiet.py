"""What somebody wants to hear nothing of is kept on record with what was so before, and can be taken back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent.desk import Desk
from agent.notices import notify
from agent.tickets.transition import by
from agent.tickets.undone import what_then
from bot.errors import UserError
from bot.messages import escape, mention
from prompts.words import Phrase, fixed, phrase, say
from storage import mutes, people, tickets
from storage.mutes import Mute
from storage.people import Person, Team
from storage.tickets import Ticket
from storage.undo_steps import UndoStep

FOREVER = "forever"


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """What is to be quiet, a ticket, a person or a team, and whether for all."""

    about: Ticket | Person | Team
    is_for_all: bool = False

    @property
    def kind(self) -> str:
        return {Ticket: "ticket", Person: "person", Team: "team"}[type(self.about)]

    @property
    def name(self) -> str:
        """As a message names it."""
        if isinstance(self.about, Ticket):
            return self.about.name
        return escape(f"@{self.about.name}" if isinstance(self.about, Person) else self.about.name)

    @property
    def line(self) -> str:
        """As a command names it."""
        about = self.about
        named = mention(about.slack_id) if isinstance(about, Person) else f"team {about.name}"
        return (about.name if isinstance(about, Ticket) else named) + (" for all" if self.is_for_all else "")

    @property
    def whom(self) -> str:
        return say("for all") if self.is_for_all else say("for you")

    async def check(self, desk: Desk, *, doing: str) -> None:
        """Everybody decides for themselves, a manager for all.

        Raises:
            Refused: it is for all, and they may not.
        """
        if self.is_for_all and isinstance(self.about, Ticket):
            await desk.check("reassign", self.about, doing=say("{doing} {what} for all", doing=doing, what=self.name))
        elif self.is_for_all and isinstance(self.about, Team):
            await desk.check_team(self.about, doing=say("{doing} {what} for all", doing=doing, what=self.name))
        elif self.is_for_all:
            raise UserError(say("People are muted by each one for themselves: leave out “for all”."))

    def owner_id(self, desk: Desk) -> int | None:
        return None if self.is_for_all else desk.asker.person_id

    async def until(self, desk: Desk) -> str | None:
        """Until when it is muted: a moment, `forever`, or None when it is not."""
        held = await mutes.of(desk.tx, self.owner_id(desk), self.kind, self.about.id)
        return (held.until.isoformat() if held.until else FOREVER) if held else None


async def put(desk: Desk, quiet: Quiet, until: str | None, *, action: str, said: Phrase | str) -> None:
    """Mute it until then, or no more (None).

    Args:
        said: the change in words, "muted by @x".
    """
    before = await quiet.until(desk)
    await mutes.forget(desk.tx, quiet.owner_id(desk), quiet.kind, quiet.about.id)
    if until:
        mute = Mute(
            workspace_id=desk.workspace_id,
            person_id=quiet.owner_id(desk),
            kind=quiet.kind,
            object_id=quiet.about.id,
            until=None if until == FOREVER else datetime.fromisoformat(until),
            set_by=desk.asker.person_id,
            created_at=desk.now,
        )
        desk.tx.add(mute)
    note = {"for": "all"} if quiet.is_for_all else {}
    desk.audit(action, quiet.kind, quiet.about.id, before={"until": before}, after={"until": until} | note)
    _keep_step(desk, quiet, before=before, after=until, said=str(said))
    await desk.tx.flush()
    if isinstance(quiet.about, Ticket):  # who muted it for themselves is nobody else's business
        change = phrase("{change} for all", change=said) if quiet.is_for_all else ""
        await notify.show_card(desk, quiet.about, change=change)


def _keep_step(desk: Desk, quiet: Quiet, *, before: str | None, after: str | None, said: str) -> None:
    about = {"kind": quiet.kind, "id": quiet.about.id, "is_for_all": quiet.is_for_all}
    step = UndoStep(
        workspace_id=desk.workspace_id,
        who=desk.who,
        person_id=desk.asker.person_id,
        at=desk.now,
        said=said,
        needs="profile",
        before=about | {"until": before},
        after=about | {"until": after},
        work_key=desk.key,
        correlation_id=desk.correlation_id,
    )
    desk.tx.add(step)


async def take_back(desk: Desk, step: UndoStep) -> str:
    """As it was before a step; what to answer.

    Raises:
        UserError: it has changed since. Refused: the asker may not decide it for all any more.
    """
    quiet = Quiet(about=await _about(desk, step.before), is_for_all=step.before["is_for_all"])
    await quiet.check(desk, doing=say("undo what was muted of"))
    if await quiet.until(desk) != step.after["until"]:
        changed = fixed("{what} was {change}, and has changed since: change it by hand.")
        raise UserError(say(changed, what=quiet.name, change=step.said))
    change, back = what_then(step.said)
    how = say(back, who=by(desk))
    await put(desk, quiet, step.before["until"], action="undo", said=f"{change}: {how}")
    return say("{what} was {change}: {how}.", what=quiet.name, change=change, how=how)


async def _about(desk: Desk, kept: dict[str, Any]) -> Ticket | Person | Team:
    if kept["kind"] == "team":
        return await people.get_team(desk.tx, kept["id"])
    if kept["kind"] == "person":
        return await people.get(desk.tx, kept["id"])
    ticket = await tickets.get(desk.tx, kept["id"])
    if not await desk.sees(ticket):
        raise UserError(say("What you muted last is a ticket that you cannot see any more."))
    return ticket
