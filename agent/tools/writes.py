"""What the agent can do: each tool says a command in the words of its grammar, and so has its permission and record."""

from typing import Literal

from agent.kit.kinds import Line, Moment, PersonName, TicketName, Words
from agent.kit.tool import tool
from bot.messages import escape


@tool(risk="write", reach="own", permission="report", undo="withdraw")
def report_ticket(text: Words) -> str:
    """Track a problem as a new ticket; triage, assignment and the card follow by themselves.

    Args:
        text: what is wrong, in the words of whoever asked; all that they said of it, and nothing else.
    """
    return f"report {escape(text)}"


@tool(risk="write", reach="own", permission="reassign", undo="undo")
def assign(ticket: TicketName, people: list[PersonName], besides: bool) -> str:
    """Give a ticket to one or more people.

    Args:
        ticket: which, as CH-4, or this for the ticket of the thread.
        people: names as they were said, with @ or as <@U…>; me for whoever asks.
        besides: true to keep those who have it now, false to have these instead.
    """
    plus = "+" if besides else ""
    return f"assign {ticket} {' '.join(plus + someone(one) for one in people)}"


@tool(risk="write", reach="own", permission="reassign", undo="undo")
def assign_auto(ticket: TicketName) -> str:
    """Have the best person of the ticket's team chosen by load, hours and absence.

    Args:
        ticket: which, as CH-4, or this.
    """
    return f"assign {ticket} auto"


@tool(risk="write", reach="own", permission="reassign", undo="undo")
def unassign(ticket: TicketName, people: list[PersonName]) -> str:
    """Take a ticket from people.

    Args:
        ticket: which, as CH-4, or this.
        people: from whom.
    """
    return f"unassign {ticket} {' '.join(map(someone, people))}"


@tool(risk="write", reach="own", permission="claim", undo="undo")
def claim(ticket: TicketName) -> str:
    """Let whoever asks take a ticket themselves.

    Args:
        ticket: which, as CH-4, or this.
    """
    return f"claim {ticket}"


@tool(risk="write", reach="own", permission="triage", undo="undo")
def set_priority(ticket: TicketName, priority: Literal["critical", "high", "medium", "low"]) -> str:
    """Change how urgent a ticket is.

    Args:
        ticket: which, as CH-4, or this.
        priority: the new one.
    """
    return f"priority {ticket} {priority}"


@tool(risk="write", reach="slack", permission="profile", undo="reminders cancel")
def set_reminder(who: PersonName, what: Line, when: Moment) -> str:
    """Have somebody reminded of something, once or again and again.

    Args:
        who: me, or another person's name.
        what: of what, as it was said; this for the ticket or message of the thread.
        when: the time in the words it was said in, as tomorrow at 9, in 2 hours, every monday 10:00. Do not compute it.
    """
    whom = "me" if who == "me" else someone(who)
    return f"remind {whom} {'about this' if what.casefold() == 'this' else f'to {escape(what)}'} {when}"


@tool(risk="write", reach="own", permission="profile", undo="it is asked for anew")
def cancel_reminder(number: int) -> str:
    """Cancel a reminder that whoever asks has asked for.

    Args:
        number: its number, as list_reminders says it.
    """
    return f"reminders cancel {number}"


@tool(risk="write", reach="own", permission="status", undo="unsnooze")
def snooze(ticket: TicketName, until: Moment) -> str:
    """Leave the assignees of a ticket in peace for a while.

    Args:
        ticket: which, as CH-4, or this.
        until: the time as it was said, as 2h, tomorrow, next Monday.
    """
    return f"snooze {ticket} {until}"


@tool(risk="write", reach="own", permission="comment", undo="what was said stays said")
def comment_ticket(ticket: TicketName, text: Words) -> str:
    """Keep a remark with a ticket, in the name of whoever asks.

    Args:
        ticket: which, as CH-4, or this.
        text: the remark.
    """
    return f"comment {ticket} {text}"


@tool(risk="destructive", approvals="strict", reach="own", permission="status", undo="reopen")
def resolve_ticket(ticket: TicketName, reason: Line) -> str:
    """End a ticket as solved.

    Args:
        ticket: which, as CH-4, or this.
        reason: how it was solved, as it was said.
    """
    return f"resolve {ticket} {reason}"


@tool(risk="destructive", approvals="strict", reach="own", permission="close", undo="reopen")
def close_ticket(ticket: TicketName, reason: Line) -> str:
    """End a ticket without a fix: it will not be done.

    Args:
        ticket: which, as CH-4, or this.
        reason: why, as it was said.
    """
    return f"close {ticket} {reason}"


def someone(name: str) -> str:
    """A person as the grammar takes them."""
    return name if name.startswith(("<@", "@")) else f"@{name}"
