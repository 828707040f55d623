"""Every form about one ticket: a new one is a row here, of a command that the registry knows."""

from agent.forms.kind import FormKind
from agent.forms.questions import assignee, comment, edit, handover, snooze, wait
from agent.forms.reason import reason_form
from bot.forms import Words

FORMS: tuple[FormKind, ...] = (
    reason_form("resolve", Words("Resolve", "Lösen")),
    reason_form("take-and-resolve", Words("Resolve", "Lösen"), like="resolve"),
    reason_form("close", Words("Close", "Schließen")),
    reason_form("release", Words("Release", "Abgeben")),
    reason_form("reopen", Words("Reopen", "Wieder öffnen")),
    FormKind(
        verb="assign",
        title=Words("Reassign", "Zuweisen"),
        submit=Words("Reassign", "Zuweisen"),
        fields=assignee.fields,
        line=assignee.line,
        blamed="people",
        check=assignee.check,
        shows_ticket=True,
    ),
    FormKind(
        verb="handover",
        title=Words("Hand over", "Übergeben"),
        submit=Words("Hand over", "Übergeben"),
        fields=handover.fields,
        line=handover.line,
        blamed="person",
        check=handover.check,
    ),
    FormKind(
        verb="set",
        title=Words("Edit", "Bearbeiten"),
        submit=Words("Save", "Speichern"),
        fields=edit.fields,
        line=edit.line,
        blamed="title",
        check=edit.check,
        shows_ticket=True,
    ),
    FormKind(
        verb="snooze",
        title=Words("Snooze", "Zurückstellen"),
        submit=Words("Snooze", "Zurückstellen"),
        fields=snooze.fields,
        line=snooze.line,
        blamed="date",
        check=snooze.check,
        shows_ticket=True,
    ),
    FormKind(
        verb="wait",
        title=Words("Wait", "Warten"),
        submit=Words("Save", "Speichern"),
        fields=wait.fields,
        line=wait.line,
        blamed="what",
        check=wait.check,
        shows_ticket=True,
    ),
    FormKind(
        verb="comment",
        title=Words("Comment on", "Kommentar zu"),
        submit=Words("Add", "Hinzufügen"),
        fields=comment.fields,
        line=comment.line,
        blamed="text",
    ),
)


def form_of(verb: str) -> FormKind | None:
    """The form of a command, by its name."""
    return next((kind for kind in FORMS if kind.verb == verb), None)
