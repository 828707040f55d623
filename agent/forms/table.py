"""Every form: a new one is a row here, of a command that the registry knows."""

from agent.forms.kind import FormKind, OpenKind
from agent.forms.questions import (
    assignee,
    comment,
    edit,
    feedback,
    handover,
    merge,
    priority,
    profile,
    settings,
    snooze,
    ticket,
    wait,
)
from agent.forms.reason import reason_form
from agent.forms.team_table import TEAM_FORMS
from prompts.words import fixed

FORMS: tuple[FormKind, ...] = (
    reason_form("resolve", fixed("Resolve {ticket}"), fixed("Resolve")),
    reason_form("take-and-resolve", fixed("Resolve {ticket}"), fixed("Resolve"), like="resolve"),
    reason_form("close", fixed("Close {ticket}"), fixed("Close")),
    reason_form("release", fixed("Release {ticket}"), fixed("Release")),
    reason_form("reopen", fixed("Reopen {ticket}"), fixed("Reopen")),
    FormKind(
        verb="assign",
        title=fixed("Reassign {ticket}"),
        submit=fixed("Reassign"),
        fields=assignee.fields,
        line=assignee.line,
        blamed="people",
        check=assignee.check,
        shows_ticket=True,
    ),
    FormKind(
        verb="handover",
        title=fixed("Hand over {ticket}"),
        submit=fixed("Hand over"),
        fields=handover.fields,
        line=handover.line,
        blamed="person",
        check=handover.check,
    ),
    FormKind(
        verb="set",
        title=fixed("Edit {ticket}"),
        submit=fixed("Save"),
        fields=edit.fields,
        line=edit.line,
        blamed="title",
        check=edit.check,
        shows_ticket=True,
    ),
    FormKind(
        verb="snooze",
        title=fixed("Snooze {ticket}"),
        submit=fixed("Snooze"),
        fields=snooze.fields,
        line=snooze.line,
        blamed="date",
        check=snooze.check,
        shows_ticket=True,
    ),
    FormKind(
        verb="wait",
        title=fixed("Wait {ticket}"),
        submit=fixed("Save"),
        fields=wait.fields,
        line=wait.line,
        blamed="what",
        check=wait.check,
        shows_ticket=True,
    ),
    FormKind(
        verb="priority",
        title=fixed("Priority of {ticket}"),
        submit=fixed("Save"),
        fields=priority.fields,
        line=priority.line,
        blamed="priority",
        check=priority.check,
        shows_ticket=True,
    ),
    FormKind(
        verb="dup",
        title=fixed("{ticket} is a duplicate"),
        submit=fixed("Merge"),
        fields=merge.fields,
        line=merge.line,
        blamed="named",
        check=merge.check,
        shows_ticket=True,
    ),
    FormKind(
        verb="comment",
        title=fixed("Comment on {ticket}"),
        submit=fixed("Add"),
        fields=comment.fields,
        line=comment.line,
        blamed="text",
    ),
)


# About no ticket: one's own, and those of who manages.
OPEN_FORMS: tuple[OpenKind, ...] = (
    OpenKind(
        name="capacity",
        verb="capacity",
        title=fixed("Your capacity"),
        submit=fixed("Save"),
        fields=profile.capacity,
        lines=profile.capacity_lines,
        blamed="number",
        check=profile.check_capacity,
        is_of_settings=True,
    ),
    OpenKind(
        name="away",
        verb="away",
        title=fixed("Away"),
        submit=fixed("Save"),
        fields=profile.away,
        lines=profile.away_lines,
        blamed="date",
        check=profile.check_away,
    ),
    OpenKind(
        name="hours",
        verb="hours",
        title=fixed("Your hours"),
        submit=fixed("Save"),
        fields=profile.hours,
        lines=profile.hours_lines,
        blamed="week",
        check=profile.check_hours,
        is_of_settings=True,
    ),
    OpenKind(
        name="link",
        verb="link",
        title=fixed("Link GitHub"),
        submit=fixed("Link"),
        fields=profile.login,
        lines=profile.login_lines,
        blamed="login",
        check=profile.check_login,
    ),
    OpenKind(
        name="me",
        verb="me",
        title=fixed("Your settings"),
        submit=fixed("Save"),
        fields=settings.of_person,
        lines=settings.person_lines,
        blamed="language",
        check=settings.check_person,
        is_of_settings=True,
    ),
    OpenKind(
        name="feedback",
        verb="feedback",
        title=fixed("What was wrong?"),
        submit=fixed("Send"),
        fields=feedback.fields,
        lines=feedback.lines,
        blamed="reason",
    ),
    OpenKind(
        name="ticket",
        verb="report",
        title=fixed("Make it a ticket"),
        submit=fixed("Track"),
        fields=ticket.fields,
        lines=ticket.lines,
        blamed="text",
    ),
    *TEAM_FORMS,
)


def open_form_of(name: str) -> OpenKind | None:
    """The form about no ticket of this name."""
    return next((kind for kind in OPEN_FORMS if kind.name == name), None)


def form_of(verb: str) -> FormKind | None:
    """The form of a command, by its name."""
    return next((kind for kind in FORMS if kind.verb == verb), None)
