"""Who decides a proposal hears of it once, with two buttons; when it is decided each of those messages says so."""

from agent import notify
from agent.commands.verb import Reply, text_reply
from agent.desk import Desk
from bot.messages import Button, Message, escape, mention, moment
from storage import outbox, people, tickets
from storage.people import Person
from storage.proposals import Proposal
from storage.tickets import Ticket

ASKED = "proposal"  # names the message in the thread
NOBODY = "Nobody here can decide that yet: an admin can (CHARGEHAND_ADMINS names the first)."


async def deciders(desk: Desk, proposal: Proposal) -> list[Person]:
    """Who is asked: the one who is named, else the managers of the team, else the admins; never who asks."""
    if proposal.approver_id:
        return [await people.get(desk.tx, proposal.approver_id)]
    if proposal.ticket_id:
        ticket = await tickets.get(desk.tx, proposal.ticket_id)
        could = [one for one in await notify.managers_of(desk, ticket) if desk.may_see(one.slack_id, ticket)]
    else:
        managers = await people.members(desk.tx, proposal.team_id, "manager") if proposal.team_id else []
        could = [one for one in managers or await people.admins(desk.tx) if is_insider(desk, proposal, one.slack_id)]
    return [one for one in could if one.id != proposal.asker_id]


def is_insider(desk: Desk, proposal: Proposal, slack_id: str) -> bool:
    """What was said in a private channel is for its members alone."""
    return proposal.hidden_in is None or slack_id in desk.insiders.get(proposal.hidden_in, frozenset())


async def names_of_deciders(desk: Desk, proposal: Proposal) -> str:
    """Who decides, for the one who asked."""
    asked = await deciders(desk, proposal)
    return " or ".join(f"@{escape(one.name)}" for one in asked)


async def ask(desk: Desk, proposal: Proposal) -> None:
    """About a ticket in its thread; by name, or about none, each in a direct message."""
    ticket = await tickets.get(desk.tx, proposal.ticket_id) if proposal.ticket_id else None
    asked = await deciders(desk, proposal)
    text, until = await _request(desk, proposal), _until(proposal)
    if ticket and proposal.approver_id is None:
        who = " or ".join(mention(one.slack_id) for one in asked)
        text += f" {f'{who} can decide.' if who else NOBODY}{until}"
        proposal.told = [[notify.thread_key(desk.key, ticket, ASKED), ticket.channel_id]]
        await notify.say_in_thread(desk, ticket, text, name=ASKED, buttons=_buttons(proposal))
        return
    proposal.told = [[f"{ASKED}:{proposal.id}:{one.id}", one.slack_id] for one in asked]
    for key, slack_id in proposal.told:
        await _tell(desk, ticket, slack_id, text + until, key=key, buttons=_buttons(proposal))


def _until(proposal: Proposal) -> str:
    return f" It waits until {moment(proposal.expires_at)}."


async def reword(desk: Desk, proposal: Proposal) -> None:
    """The direct messages that ask say it in its new words."""
    text = await _request(desk, proposal) + _until(proposal)
    payload = Message(text=text, buttons=_buttons(proposal)).model_dump_json()
    for key, channel_id in proposal.told:
        await notify.edit(desk, None, key, channel_id=channel_id, payload=payload)


async def _request(desk: Desk, proposal: Proposal, *, was: bool = False) -> str:
    asker = await people.get(desk.tx, proposal.asker_id)
    return f"*{proposal.name}*: @{escape(asker.name)} {'asked' if was else 'asks'} to {proposal.said}" + (
        "" if was else "."
    )


def _buttons(proposal: Proposal) -> tuple[Button, ...]:
    yes, no = ("Accept", "Decline…") if proposal.approver_id else ("Approve", "Deny…")
    return (
        Button(label=yes, action="approve", value=proposal.name, style="primary"),
        Button(label=no, action="form:deny", value=proposal.name),
    )


async def _tell(
    desk: Desk, ticket: Ticket | None, slack_id: str, text: str, *, key: str, buttons: tuple[Button, ...] = ()
) -> None:
    """One direct message, also about what is no ticket yet."""
    if ticket:
        await notify.tell_channel(desk, ticket, slack_id, text, key=key, buttons=buttons)
        return
    payload = Message(text=text, buttons=buttons).model_dump_json()
    lane = f"dm:{slack_id}"
    await outbox.add(
        desk.tx, notify.outgoing(desk, key=key, kind="post", lane=lane, channel_id=slack_id, payload=payload)
    )


async def asked(desk: Desk, proposal: Proposal, ticket: Ticket) -> Reply:
    """The answer to who may only ask; in the ticket's own thread the message that asks says it, unless it is a direct
    one."""
    who = await names_of_deciders(desk, proposal)
    text = (
        f"{proposal.name} asks to {proposal.said}: {who or 'an admin'} decides, until {moment(proposal.expires_at)}."
        f" `deny {proposal.name} …` takes it back."
    )
    return text_reply(text, seen_in=None if proposal.approver_id else ticket)


async def show_decided(desk: Desk, proposal: Proposal, how: str) -> str:
    """Every message that asked says what came of it, without buttons, and who asked hears it; the words, in a line."""
    ticket = await tickets.get(desk.tx, proposal.ticket_id) if proposal.ticket_id else None
    text = f"{await _request(desk, proposal, was=True)}: {how}."
    for key, channel_id in proposal.told:
        if not await _is_pressed(desk, key):  # that one becomes the answer
            await notify.edit(desk, ticket, key, channel_id=channel_id, payload=Message(text=text).model_dump_json())
    asker = await people.get(desk.tx, proposal.asker_id)
    if desk.actor is None or desk.actor.person_id != asker.id:
        await _tell(desk, ticket, asker.slack_id, text, key=f"{ASKED}:{proposal.id}:decided")
    return text


async def _is_pressed(desk: Desk, key: str) -> bool:
    receipt = await outbox.receipt(desk.tx, key)
    return (
        desk.surface == "button"
        and desk.place is not None
        and receipt is not None
        and (receipt.ts == desk.place.message_ts)
    )
