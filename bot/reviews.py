"""What an event says of the reviews of a pull request: who is asked by now, and what somebody has said."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Reviewing:
    """Logins of people. `asked` is None where the event does not say; `verdict` is of a review: approved,
    changes_requested, commented or dismissed; `sha` is the commit that was reviewed, `body` its words at `url`."""

    asked: tuple[str, ...] | None = None
    reviewer: str | None = None
    verdict: str = ""
    sha: str = ""
    body: str = ""
    url: str = ""
