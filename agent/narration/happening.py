"""What happened on GitHub, as a thread can be told of it: the facts that code fills in, and somebody's words."""

from dataclasses import dataclass
from typing import Literal

from bot.events import CommentEvent, PullEvent
from storage.pulls import Pull

Kind = Literal["comment", "approved", "changes_requested", "reviewed", "checks", "preview"]
VERDICTS: dict[str, Kind] = {
    "approved": "approved",
    "changes_requested": "changes_requested",
    "commented": "reviewed",
}
APP = "[bot]"  # the end of every App's login
FAILED = {"failure", "timed_out", "startup_failure"}  # what is cancelled or waits for somebody is no failure


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One thing that somebody, or a check, did.

    Attributes:
        who: the login of who did it; empty for a check or a preview.
        about: the issue or pull request, as acme/shop#88, at `url`.
        words: what they wrote, as GitHub has it: data, whatever it says.
        name: of the check that failed.
        link: where it is to be read or looked at, if that is somewhere else.
    """

    kind: Kind
    about: str
    url: str
    who: str = ""
    words: str = ""
    name: str = ""
    link: str = ""

    @property
    def number(self) -> str:
        """What it is about, as somebody would write it in this thread."""
        return f"#{self.about.rpartition('#')[2]}"


def is_app(login: str | None) -> bool:
    """Whether this is no person's login."""
    return bool(login) and str(login).endswith(APP)


def of_comment(event: CommentEvent) -> Happening | None:
    """A new comment; nothing of what was changed or deleted."""
    if event.action != "created" or not event.sender:
        return None
    about = f"{event.repository.full_name}#{event.issue.number}"
    words = own_words(event.body)
    return Happening(kind="comment", about=about, url=event.issue.url, who=event.sender, words=words, link=event.url)


def of_review(event: PullEvent) -> Happening | None:
    """A review that somebody has given; one without a verdict and without words says nothing."""
    said = event.reviewing
    kind = VERDICTS.get(said.verdict)
    words = own_words(said.body)
    if event.action != "submitted" or not said.reviewer or kind is None or (kind == "reviewed" and not words):
        return None
    about = f"{event.repository.full_name}#{event.pull.number}"
    return Happening(kind=kind, about=about, url=event.pull.url, who=said.reviewer, words=words, link=said.url)


def of_check(pull: Pull, repository: str, *, name: str) -> Happening:
    """A check of the newest commit of a pull request failed."""
    return Happening(kind="checks", about=f"{repository}#{pull.number}", url=pull.url, name=name)


def of_preview(pull: Pull, repository: str, *, link: str) -> Happening:
    """A pull request can be tried out at `link`."""
    return Happening(kind="preview", about=f"{repository}#{pull.number}", url=pull.url, link=link)


def own_words(body: str) -> str:
    """Without what is quoted: that is somebody else's word."""
    return "\n".join(line for line in body.splitlines() if not line.lstrip().startswith(">")).strip()
