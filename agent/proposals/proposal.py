"""What somebody may only ask for waits, as P-1, for a person who could do it: it is decided once, or it expires."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from agent.commands.verb import Said
from agent.desk import Desk
from agent.home import follow
from agent.language import of_ticket
from agent.proposals import asking
from agent.tickets.change import present
from agent.tickets.transition import by
from agent.turns.begin import put as go_on
from bot.access import can
from bot.errors import Stray, UserError
from prompts.words import Phrase, fixed, phrase, say, speaking
from storage import people, proposals, reminders, tickets, turns
from storage.people import Person
from storage.proposals import OPEN, Proposal
from storage.reminders import Reminder

LASTS = timedelta(days=7)
EXPIRES = "proposal"  # the kind of its reminder


async def may(desk: Desk, said: Said, needs: str) -> bool:
    """Whether the command is carried out at once: the asker could do it, or somebody has approved it."""
    return said.proposal is not None or can(desk.asker, needs, await desk.target(said.the_ticket))


async def propose(
    desk: Desk,
    verb: str,
    said: Said,
    *,
    asks: Phrase | str,
    needs: str,
    becomes: Mapping[str, Any],
    approver: Person | None = None,
    expires_at: datetime | None = None,
) -> Proposal:
    """Keep a command for somebody's approval, and let those who decide know; asked again it stays the same one.

    Args:
        asks: what it would do, to follow "asks to".
        needs: the action of those who could do it without asking.
        becomes: the fields of the ticket that it would set.
        approver: who is asked by name.
    """
    ticket, arguments = said.the_ticket, packed(said)
    for earlier in await proposals.open_of(desk.tx, verb=verb, ticket_id=ticket.id):
        is_same = (earlier.asker_id, earlier.arguments) == (desk.asker.person_id, arguments)
        if is_same and earlier.expires_at > desk.now:
            return earlier
    with speaking(await of_ticket(desk, ticket)):
        proposal = await fresh(desk, verb, arguments, asks=str(asks), needs=needs)
    proposal.ticket_id, proposal.version = ticket.id, ticket.version
    proposal.before, proposal.after = dict(await present(desk, ticket, becomes)), dict(becomes)
    proposal.approver_id = approver.id if approver else None
    proposal.expires_at = expires_at or proposal.expires_at
    await keep(desk, proposal)
    return proposal


async def fresh(desk: Desk, verb: str, arguments: dict[str, Any], *, asks: str, needs: str) -> Proposal:
    """One with the next number, not kept yet; the arguments are as in `propose`."""
    return Proposal(
        workspace_id=desk.workspace_id,
        number=await proposals.next_number(desk.tx, desk.workspace_id),
        verb=verb,
        arguments=arguments,
        said=asks,
        needs=needs,
        before={},
        after={},
        asker_id=desk.asker.person_id,
        created_at=desk.now,
        expires_at=desk.now + LASTS,
    )


async def keep(desk: Desk, proposal: Proposal) -> None:
    """Store it and ask those who decide."""
    await keep_row(desk, proposal)
    await asking.ask(desk, proposal)


async def keep_row(desk: Desk, proposal: Proposal) -> None:
    """Store it, on record, and see that it expires."""
    desk.tx.add(proposal)
    await desk.tx.flush()
    after = {"verb": proposal.verb, "ticket": proposal.ticket_id, **proposal.after}
    desk.audit("propose", "proposal", proposal.id, before=proposal.before, after=after)
    expiry = Reminder(
        workspace_id=desk.workspace_id,
        kind=EXPIRES,
        step="expires",
        ticket_id=proposal.ticket_id,
        person_id=proposal.asker_id,
        due_at=proposal.expires_at,
        reason=say("{proposal} waits to be decided", proposal=proposal.name),
        plan_key=_plan_key(proposal),
        created_at=desk.now,
    )
    await reminders.plan(desk.tx, [expiry])


def _plan_key(proposal: Proposal) -> str:
    return f"{EXPIRES}:{proposal.id}"


def packed(said: Said) -> dict[str, Any]:
    """A command's arguments as they are stored: rows by their ids, and only what was given."""
    rows = {"ticket": said.ticket, "other": said.other, "team": said.team, "cover": said.cover}
    given: dict[str, Any] = {name: row.id for name, row in rows.items() if row}
    words = {"status": said.status, "priority": said.priority, "text": said.text, "how": said.how}
    given |= {name: value for name, value in (words | {"values": dict(said.values)}).items() if value}
    return given | ({"people": [person.id for person in said.people]} if said.people else {})


async def command_of(desk: Desk, proposal: Proposal) -> Said:
    """The command that was asked for, as it is run once it is approved.

    Raises:
        UserError: it names a ticket that the asker cannot see.
    """
    given, tx = proposal.arguments, desk.tx
    about = {name: await tickets.get(tx, given[name]) for name in ("ticket", "other") if name in given}
    if not all([await desk.sees(ticket) for ticket in about.values()]):
        unseen = fixed("{proposal} is about a ticket that you cannot see; somebody who can has to decide.")
        raise UserError(say(unseen, proposal=proposal.name))
    return Said(
        ticket=about.get("ticket"),
        other=about.get("other"),
        people=tuple([await people.get(tx, id_) for id_ in given.get("people", ())]),
        team=await people.get_team(tx, given["team"]) if "team" in given else None,
        cover=await people.get(tx, given["cover"]) if "cover" in given else None,
        status=given.get("status", ""),
        priority=given.get("priority", ""),
        text=given.get("text", ""),
        how=given.get("how", ""),
        values=given.get("values", {}),
        proposal=proposal,
    )


async def visible_proposal(desk: Desk, number: int) -> Proposal:
    """The proposal of this number.

    Raises:
        Stray: there is none, or it is about something that is none of the asker's business.
    """
    found = await proposals.by_number(desk.tx, desk.workspace_id, number)
    if found is None or not await sees(desk, found):
        unseen = fixed("There is no {proposal} that you can see. Your Home tab lists those that wait for you.")
        raise Stray(say(unseen, proposal=f"P-{number}"))
    return found


async def sees(desk: Desk, proposal: Proposal) -> bool:
    """Whether the asker may know of it."""
    if desk.asker.person_id in {proposal.asker_id, proposal.approver_id}:
        return True
    if proposal.ticket_id:
        return await desk.sees(await tickets.get(desk.tx, proposal.ticket_id))
    slack_id = desk.asker.slack_id
    return asking.is_insider(desk, proposal, slack_id) or asking.is_asked_directly(proposal, slack_id)


async def settle(desk: Desk, proposal: Proposal, state: str, *, how: Phrase | str, reason: str | None = None) -> str:
    """It is decided: recorded, said wherever it was asked, and told to who asked; what it became, in a line.

    Args:
        how: "approved by @x".
    """
    before = {"state": proposal.state}
    proposal.state, proposal.decided_at, proposal.reason = state, desk.now, reason
    proposal.decided_by = desk.actor.person_id if desk.actor else None
    deed = {"approved": "approve", "denied": "deny", "expired": "expire", "withdrawn": "withdraw"}[state]
    desk.audit(deed, "proposal", proposal.id, before=before, after={"state": state, "reason": reason})
    await expires_no_more(desk, proposal)
    await follow.touched(desk)
    if proposal.turn_id:
        await go_on(desk, await turns.get(desk.tx, proposal.turn_id), why=f"{proposal.id}:{state}")
    return await asking.show_decided(desk, proposal, how)


async def expires_no_more(desk: Desk, proposal: Proposal) -> None:
    """Time does not decide it any more."""
    await reminders.cancel_plan(desk.tx, _plan_key(proposal))


async def withdraw(desk: Desk, proposal: Proposal) -> None:
    """Nobody needs to decide it any more, since what asked for it was stopped."""
    await settle(desk, proposal, "withdrawn", how=phrase("withdrawn by {who}", who=by(desk)))


async def try_again(desk: Desk, proposal: Proposal) -> None:
    """Have what was approved and could not be done be done again, under the same key."""
    assert proposal.turn_id is not None  # only the agent's can fail that way
    turn = await turns.get(desk.tx, proposal.turn_id)
    proposal.outcome, turn.state, turn.ended_at = "", turns.WAITING, None
    await go_on(desk, turn, why=f"{proposal.id}:{desk.key}")


async def expire(desk: Desk, reminder: Reminder, *, late: object) -> str:
    """It is time, and nobody has decided: who asked hears so. Returns why not, if it does not apply any more."""
    proposal = await proposals.get(desk.tx, int(reminder.plan_key.rpartition(":")[2]))
    if proposal.state != OPEN:
        return "it was decided"
    await settle(desk, proposal, "expired", how=phrase("{late}expired, since nobody decided in time", late=late))
    return ""
