"""What one can press on a ticket's card."""

from collections.abc import Callable, Iterable, Sequence

from agent.sla.clocks import is_unseen
from agent.status_words import words
from bot.messages import Button, Control, Menu, More, Option
from prompts.words import fixed, say
from storage.people import Person, Team
from storage.similar import Glimpse
from storage.sla import SlaClock
from storage.tickets import LOUDEST_FIRST, Ticket

SNOOZES = (
    (fixed("1 h"), "1h"),
    (fixed("Tomorrow"), "tomorrow"),
    (fixed("Next Monday"), "next monday"),
    (fixed("Until activity"), "until activity"),
    (fixed("Until a date…"), "form:snooze"),
)
# Behind ⋯, in this order: label, action, and for which tickets; Slack shows no more than five.
FOLDED: tuple[tuple[str, str, Callable[[Ticket], bool]], ...] = (
    (fixed("Edit…"), "form:set", lambda ticket: True),
    (fixed("Hand over…"), "form:handover", lambda ticket: True),
    (fixed("Duplicate of…"), "form:dup", lambda ticket: ticket.duplicate_of is None),
    (fixed("Mute"), "mute", lambda ticket: True),
    (fixed("History"), "history", lambda ticket: True),
)


def open_rows(
    ticket: Ticket, has_it: list[Person], clocks: list[SlaClock], teams: Sequence[Team]
) -> tuple[tuple[Control, ...], ...]:
    """What most presses are for, and under it the rest.

    Args:
        teams: to choose from, while it is not clear whose it is.
    """
    version = ticket.named_version
    claim = Button(label=say("Claim"), action="claim", value=version, style="primary")
    start = Button(label=say("Start"), action="start", value=version)
    is_waiting = not has_it or is_unseen(ticket, clocks)
    first = (
        claim if is_waiting else Button(label=say("Release…"), action="form:release", value=version),
        *((start,) if ticket.status == "open" else ()),
        Button(label=say("Resolve…"), action="form:resolve", value=version),
        Button(label=say("Reassign…"), action="form:assign", value=version),
        _menu(ticket, say("Snooze"), "snooze", [(say(label), value) for label, value in SNOOZES]),
        _menu(ticket, say("Priority"), "priority", [(words(name).capitalize(), name) for name in LOUDEST_FIRST]),
    )
    choose_team = (
        (_menu(ticket, say("Which team?"), "move", [(team.name, team.name) for team in teams]),) if teams else ()
    )
    wait = (say("Waits no more"), "unwait") if ticket.waiting_since else (say("Wait…"), "form:wait")
    ends = (
        Button(label=say("Close…"), action="form:close", value=version),
        Button(label=wait[0], action=wait[1], value=version),
    )
    return first, (*choose_team, _why(ticket), *ends, More(buttons=_folded(ticket)))


def done_rows(ticket: Ticket) -> tuple[tuple[Control, ...], ...]:
    history = Button(label=say("History"), action="history", value=ticket.named_version)
    return ((Button(label=say("Reopen…"), action="form:reopen", value=ticket.named_version), _why(ticket), history),)


def advice(ticket: Ticket, alike: list[Glimpse]) -> tuple[Button, ...]:
    """Whether it is the same as the one most like it that is not closed: a person says so, the card only asks."""
    best = next((other for other in alike if other.status != "closed"), None)
    if best is None:
        return ()
    pair = f"{ticket.named_version} of CH-{best.number}"
    return (
        Button(label=say("Same as {ticket}", ticket=f"CH-{best.number}"), action="dup", value=pair),
        Button(label=say("Not the same as {ticket}", ticket=f"CH-{best.number}"), action="not-same", value=pair),
    )


def _why(ticket: Ticket) -> Button:
    return Button(label=say("Why"), action="why", value=ticket.name)


def _folded(ticket: Ticket) -> tuple[Button, ...]:
    return tuple(
        Button(label=say(label), action=action, value=ticket.named_version)
        for label, action, is_for in FOLDED
        if is_for(ticket)
    )


def _menu(ticket: Ticket, label: str, action: str, options: Iterable[tuple[str, str]]) -> Menu:
    shown = tuple(Option(label=name, value=value) for name, value in options)
    return Menu(label=label, action=action, value=ticket.named_version, options=shown)
