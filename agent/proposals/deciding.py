"""Whether a proposal can still be decided, by whom, and what has happened to its ticket since it was asked."""

from agent.desk import Desk
from bot.access import Target, check
from bot.errors import Denial, Refused, Stray
from bot.messages import escape, moment
from prompts.words import fixed, say
from storage import people, proposals, tickets, undo_steps
from storage.proposals import APPROVED, OPEN, REPLACED, STALE, Proposal
from storage.tickets import Ticket
from storage.undo_steps import UndoStep

STATES = {"approved": fixed("approved"), "denied": fixed("denied"), "withdrawn": fixed("withdrawn")}  # by a person
FAILED_TO_DO = "failed"  # the outcome of an approved one that could not be done
UNCERTAIN = "uncertain"  # of one that may have been done
TRIED = {FAILED_TO_DO, UNCERTAIN}  # and may be tried again, under the same key


def is_undecided(desk: Desk, proposal: Proposal) -> bool:
    """Whether there is anything left to decide: it waits, or may be tried again."""
    may_be_tried_again = proposal.outcome in TRIED and proposal.state == APPROVED
    return may_be_tried_again or (proposal.state == OPEN and proposal.expires_at > desk.now)


async def require_open(desk: Desk, proposal: Proposal) -> None:
    """Refuse what was decided already.

    Raises:
        Stray: by whom and when.
    """
    if is_undecided(desk, proposal):
        return
    if proposal.state in REPLACED:
        raise Stray(await _replaced(desk, proposal))
    if proposal.decided_by is None or proposal.decided_at is None:
        expired = fixed("{proposal} expired {at}: nobody had decided until then.")
        raise Stray(say(expired, proposal=proposal.name, at=moment(proposal.expires_at)))
    who, at = escape((await people.get(desk.tx, proposal.decided_by)).name), moment(proposal.decided_at)
    decided = fixed("{proposal} was {state} by @{who} {at}.")
    raise Stray(say(decided, proposal=proposal.name, state=say(STATES[proposal.state]), who=who, at=at))


async def _replaced(desk: Desk, proposal: Proposal) -> str:
    """Why it counts no more, and which one does."""
    newer = await proposals.in_place_of(desk.tx, proposal.id)
    if newer is None:
        return say("{proposal} counts no more: what it was about has changed.", proposal=proposal.name)
    if proposal.state == STALE:
        text = fixed("{proposal} counts no more: what it was about has changed. {newer} stands in its place.")
        return say(text, proposal=proposal.name, newer=newer.name)
    who = escape((await people.get(desk.tx, newer.edited_by)).name) if newer.edited_by else "?"
    text = fixed("{proposal} counts no more: @{who} edited it. {newer} stands in its place.")
    return say(text, proposal=proposal.name, who=who, newer=newer.name)


async def check_decides(desk: Desk, proposal: Proposal) -> None:
    """Let pass who is asked by name, and who could do it without asking; nobody else, and so nobody for themselves.

    Raises:
        Refused: with who decides.
    """
    if desk.asker.person_id == proposal.approver_id != proposal.asker_id:
        return
    doing = say("decide {proposal}", proposal=proposal.name)
    if proposal.turn_id:
        _check_not_own(desk, proposal)
    if proposal.ticket_id:
        await desk.check(proposal.needs, await tickets.get(desk.tx, proposal.ticket_id), doing=doing)
    elif proposal.team_id:
        await desk.check_team(await people.get_team(desk.tx, proposal.team_id), doing=doing)
    elif proposal.turn_id:
        check(desk.asker, proposal.needs, Target(), doing=doing)
    else:
        desk.check_admin(doing=doing)


def _check_not_own(desk: Desk, proposal: Proposal) -> None:
    """Whoever had the agent ask for something may not always approve it too.

    Raises:
        Refused: they may not.
    """
    if desk.asker.person_id == proposal.asker_id and not may_decide_own(desk, proposal):
        own = fixed("You asked for {proposal} yourself, so somebody else has to approve it (CHARGEHAND_SELF_APPROVAL).")
        denial = Denial(action="approve", kind="proposal", object_id=proposal.id, who="somebody else")
        raise Refused(say(own, proposal=proposal.name), denial=denial)


def may_decide_own(desk: Desk, proposal: Proposal) -> bool:
    """Whether whoever had the agent ask may approve it too (CHARGEHAND_SELF_APPROVAL)."""
    if desk.settings.self_approval != "own":
        return desk.settings.self_approval == "always"
    return proposal.risk != "destructive"


async def changed_since(
    desk: Desk, proposal: Proposal, ticket: Ticket | None, *, version: int | None, fields: set[str]
) -> list[UndoStep]:
    """What others than the asker have done since to the same fields; `version` is the ticket's that they know of."""
    if ticket is None:
        return []
    later = await undo_steps.after(desk.tx, ticket.id, version or proposal.version or 0)
    return [step for step in later if step.who != desk.who and fields & step.before.keys()]
