"""One request as the sandbox reads it, and the answer it gets: lists in pages, as GitHub cuts them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from bot.sandbox.github.events import Herald
from bot.sandbox.github.keys import Caller, Keyring
from bot.sandbox.github.limits import Limits
from bot.sandbox.github.records import Account, Issue, Payload, Repository
from bot.sandbox.github.refusals import ApiError, not_found
from bot.sandbox.github.world import World

MOST_A_PAGE = 100
USUAL_PAGE = 30

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Answer:
    """What goes back; no body is an empty one."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ask:
    """A request; `where` is the repository it is about, if its path names one."""

    herald: Herald
    keyring: Keyring
    limits: Limits
    caller: Caller
    path: str
    params: dict[str, str]
    query: dict[str, str]
    body: dict[str, Any]
    found: Repository | None
    accept: str = ""

    @property
    def world(self) -> World:
        """The state."""
        return self.herald.world

    @property
    def url(self) -> str:
        """Where this GitHub is."""
        return self.world.url

    @property
    def where(self) -> Repository:
        """The repository that the path names."""
        assert self.found, "this route has no repository"
        return self.found

    @property
    def by(self) -> Account:
        """Who does it; an installation acts as the App's bot."""
        if self.caller.account is None:
            raise ApiError(401, "Requires authentication")
        return self.caller.account

    def number(self, name: str) -> int:
        """A number of the path; what is none is not found."""
        text = self.params[name]
        if not (text.isascii() and text.isdigit()):
            raise not_found()
        return int(text)

    @property
    def issue(self) -> Issue:
        """The issue or pull that the path names."""
        number = self.number("issue_number" if "issue_number" in self.params else "pull_number")
        if number not in self.where.issues:
            raise not_found()
        found = self.where.issues[number]
        if there := self.where.moved.get(number):
            address = f"{self.world.url}{there}"
            raise ApiError(301, "Moved Permanently", headers={"location": address}, url=address)
        if found is None:
            raise ApiError(410, "This issue was deleted")
        return found

    @property
    def since(self) -> float:
        """Seconds since 1970 from the query; the beginning when it is not given."""
        given = self.query.get("since")
        try:
            return datetime.fromisoformat(given).timestamp() if given else 0.0
        except ValueError:
            raise ApiError(422, "Validation Failed", errors=["since is not a valid ISO 8601 time"]) from None

    def per_page(self) -> int:
        """How many a page holds, 1 to 100."""
        given = self.query.get("per_page", "")
        return min(max(int(given), 1), MOST_A_PAGE) if given.isdigit() else USUAL_PAGE

    def page(self, things: Sequence[Thing], show: Callable[[Thing], Payload]) -> Answer:
        """One page of a list, with links to the others."""
        shown, headers = self.cut(things)
        return Answer(body=[show(one) for one in shown], headers=headers)

    def cut(self, things: Sequence[Thing]) -> tuple[Sequence[Thing], dict[str, str]]:
        """The things of the page asked for, and its Link header."""
        size, given = self.per_page(), self.query.get("page", "")
        number = max(int(given), 1) if given.isdigit() else 1
        last = max(1, -(-len(things) // size))
        before = {"prev": number - 1, "first": 1} if number > 1 else {}
        after = {"next": number + 1, "last": last} if number < last else {}
        links = {name: self.link(page=str(page)) for name, page in (before | after).items()}
        return things[(number - 1) * size : number * size], linked(links) if links else {}

    def link(self, **changed: str) -> str:
        """This request's address with some of its query changed; a repository is named by id, as GitHub does."""
        path = self.path
        if self.found and path.startswith("/repos/"):
            path = f"/repositories/{self.found.id}/" + "/".join(path.split("/")[4:])
        return f"{self.url}{path.rstrip('/')}?{urlencode(self.query | changed)}"


def linked(links: dict[str, str]) -> dict[str, str]:
    """A Link header."""
    return {"link": ", ".join(f'<{address}>; rel="{name}"' for name, address in links.items())}
