"""`proposals [mine|team|all]`: what waits for approval: how long, until when, and where it was asked for."""

from agent.commands.verb import Reply, Said, Slot, Verb
from agent.desk import Desk
from agent.more import and_more
from agent.proposals.places import link_to
from agent.proposals.proposal import sees
from bot.messages import Message, escape, linked, moment
from prompts.words import fixed, say, say_of
from storage import overview, people, proposals
from storage.proposals import Proposal

SHOWN = 20
MINE, TEAM, ALL = "mine", "team", "all"
WORDS = {"mine": MINE, "meine": MINE, "team": TEAM, "all": ALL, "alle": ALL}
NONE = {
    "": fixed("Nothing waits for approval, of yours or for you to decide."),
    MINE: fixed("Nothing that you asked for waits for approval."),
    TEAM: fixed("Nothing waits for you to decide."),
    ALL: fixed("Nothing waits for approval, as far as you may know."),
}


async def listed(desk: Desk, said: Said) -> Reply:
    """What somebody asked for and what is theirs to decide; with a word one of these, or all that they may know of."""
    which = WORDS.get(said.text.casefold(), "")
    found = [one for one in await _wanted(desk, which) if await sees(desk, one)]
    if not found:
        return Reply(message=Message(text=say(NONE[which])), is_private=True)
    head = say_of(len(found), "*1 proposal waits*", "*{count} proposals wait*")
    lines = [await _line(desk, one) for one in found[:SHOWN]]
    text = "\n".join([head, *lines]) + and_more(len(found), SHOWN)
    return Reply(message=Message(text=text), is_private=True)


async def _wanted(desk: Desk, which: str) -> list[Proposal]:
    """The oldest first."""
    tx, asker = desk.tx, desk.asker
    if which == ALL:
        return await proposals.waiting(tx, desk.workspace_id, now=desk.now)
    own = await proposals.waiting(tx, desk.workspace_id, now=desk.now, asker_id=asker.person_id)
    asked = await overview.asked(tx, asker.person_id, is_admin=asker.is_admin, now=desk.now)
    theirs = [one.proposal for one in asked if one.proposal.asker_id != asker.person_id]
    chosen = own if which == MINE else theirs if which == TEAM else [*own, *theirs]
    return sorted(chosen, key=lambda one: one.id)


async def _line(desk: Desk, one: Proposal) -> str:
    """Its name leads to where it was asked for."""
    line = fixed("• *{proposal}*: @{who} asks to {what} (since {since}, until {until})")
    return say(
        line,
        proposal=linked(one.name, await link_to(desk, one)),
        who=escape((await people.get(desk.tx, one.asker_id)).name),
        what=f"`{one.said}`" if one.turn_id else one.said,
        since=moment(one.created_at),
        until=moment(one.expires_at),
    )


VERB = Verb(
    name="proposals",
    takes=(Slot.PROPOSALS,),
    summary=fixed("list what waits for approval: yours and what is yours to decide, or all that you may know of"),
    example="proposals",
    another="proposals all",
    action="list",
    act=listed,
    german=("vorschläge",),
    no_inverse="it changes nothing",
)
