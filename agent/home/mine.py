"""What waits for a person: their tickets, those that wait for them, what they are to decide, what is planned."""

from collections.abc import Sequence

from agent.commands.reminders import LONGEST, STEPS
from agent.home.view import View, ticket_line
from agent.notices.notify import headline
from agent.proposals.editable import buttons
from agent.proposals.pending import asks
from agent.review_requests.words import in_digest
from bot.home import Line, Part
from bot.messages import Button, Control, More, escape, moment
from prompts.words import say
from storage.digests import Matter
from storage.overview import Asked, Coming, Mine
from storage.review_requests import Awaited
from storage.tickets import Ticket

TICKETS, DECISIONS, REVIEWS, REMINDERS = 10, 5, 5, 8


def tickets_part(view: View, mine: Mine) -> Part:
    """Their tickets, the first deadline first and what is put off last, with what a card's buttons do."""
    lines = tuple(
        Line(text=ticket_line(view, one.ticket, one.due_at, flags=_flags(view, one)), controls=_controls(view, one))
        for one in mine.matters
    )
    show_all = Button(label=say("Show all {count}", count=mine.number), action="list", value="mine")
    return Part(
        title=f"{say('Your tickets')} ({mine.number})" if lines else say("Your tickets"),
        lines=lines,
        note="" if lines else say("No ticket is yours."),
        controls=(show_all,) if mine.number > len(lines) else (),
    )


def _is_put_off(view: View, ticket: Ticket) -> bool:
    return ticket.snoozed_until is not None and ticket.snoozed_until > view.now


def _flags(view: View, one: Matter) -> tuple[str, ...]:
    ticket = one.ticket
    flags = []
    if ticket.waiting_on == view.person.id:
        flags.append(say("waits for you"))
    elif ticket.waiting_since:
        flags.append(say("waiting"))
    if ticket.snoozed_until and _is_put_off(view, ticket):
        flags.append(say("snoozed until {when}", when=moment(ticket.snoozed_until)))
    return tuple(flags)


def _controls(view: View, one: Matter) -> tuple[Control, ...]:
    """As on the card, for who has it; who is only waited for may say something."""
    ticket, version = one.ticket, one.ticket.named_version
    if one.assigned_at is None:
        return (Button(label=say("Comment…"), action="form:comment", value=version),)
    ack = Button(label=say("Acknowledge"), action="ack", value=version)
    later = Button(label=say("Snooze until tomorrow"), action="snooze", value=f"{ticket.name} tomorrow")
    return (
        *((ack,) if ticket.acknowledged_at is None else ()),
        *((Button(label=say("Start"), action="start", value=version),) if ticket.status == "open" else ()),
        Button(label=say("Resolve…"), action="form:resolve", value=version),
        Button(label=say("Wake up"), action="unsnooze", value=version) if _is_put_off(view, ticket) else later,
        More(
            buttons=(
                Button(label=say("Hand over…"), action="form:handover", value=version),
                Button(label=say("Release…"), action="form:release", value=version),
                Button(label=say("Edit…"), action="form:set", value=version),
                Button(label=say("Comment…"), action="form:comment", value=version),
                Button(label=say("Why"), action="why", value=ticket.name),
            )
        ),
    )


def decisions_part(view: View, asked: Sequence[Asked]) -> Part | None:
    """What they are to approve or deny."""
    if not asked:
        return None
    lines = tuple(_decision(view, one) for one in asked[:DECISIONS])
    more = len(asked) - len(lines)
    return Part(title=f"{say('To decide')} ({len(asked)})", lines=lines, note=f"… + {more}" if more else "")


def _decision(view: View, one: Asked) -> Line:
    proposal = one.proposal
    is_named = proposal.approver_id is not None
    ticket = one.ticket if one.ticket and one.ticket.name not in proposal.said else None
    about = f"\n{headline(ticket)}" if ticket else ""
    if proposal.turn_id:
        return Line(text=f"{asks(one)}{about}", controls=buttons(proposal))
    yes = Button(
        label=say("Accept") if is_named else say("Approve"),
        action="approve",
        value=proposal.name,
        style="primary",
    )
    no = Button(label=say("Decline…") if is_named else say("Deny…"), action="form:deny", value=proposal.name)
    return Line(text=f"{asks(one)}{about}", controls=(yes, no))


def reviews_part(view: View, awaited: Sequence[Awaited]) -> Part | None:
    """The pull requests that wait for their review, the longest first."""
    if not awaited:
        return None
    lines, more = [in_digest(one) for one in awaited[:REVIEWS]], len(awaited) - REVIEWS
    note = f"… + {more}" if more > 0 else ""
    return Part(title=f"{say('To review')} ({len(awaited)})", lines=(Line(text="\n".join(lines)),), note=note)


def reminders_part(view: View, coming: Sequence[Coming]) -> Part | None:
    """What is planned for them by name, what they asked for a channel, and what others asked for them."""
    seen = [one for one in coming if one.ticket is None or view.sees(one.ticket)]
    if not seen:
        return None
    lines = [_planned(view, one) for one in seen[:REMINDERS]]
    more = Button(label="…", action="reminders") if len(seen) > REMINDERS else None
    planned = Line(text="\n".join(lines))
    return Part(title=say("What is planned for you"), lines=(planned,), controls=(more,) if more else ())


def _planned(view: View, one: Coming) -> str:
    about = f"{headline(one.ticket)}: " if one.ticket else ""
    step = one.reminder.step
    what = say(STEPS[step]) if step in STEPS else escape(say(one.reminder.reason))
    if one.alarm and one.alarm.text:
        what = escape(one.alarm.text[:LONGEST])
    return f"• {moment(one.reminder.due_at)} {about}{what}{_whose(view, one)}"


def _whose(view: View, one: Coming) -> str:
    """For whom it is, or who asked for it, where that is not them alone."""
    if one.alarm is None:
        return ""
    if one.alarm.person_id is None:
        return say(" (for {channel})", channel=f"<#{one.alarm.channel_id}>")
    if one.alarm.asker_id != view.person.id:
        return say(" (asked for by @{who})", who=escape(one.asker or ""))
    return ""
