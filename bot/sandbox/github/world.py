"""GitHub's state: accounts, repositories by id and name, the App; every change wakes those who watch."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from bot.sandbox.github.records import Account, Comment, Installation, Issue, Label, Repository
from bot.sandbox.github.refusals import PersonError
from bot.sandbox.github.seed import APP_PERMISSIONS, APP_SLUG, Seed, SeedRepository

FIRST_LABELS = (("bug", "d73a4a"), ("enhancement", "a2eeef"), ("question", "d876e3"))
FIRST_COMMIT = "1" * 40


@dataclass(frozen=True)
class Call:
    """One request as it was made; `status` is None when it got no answer."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    caller: str  # login, or `app`, or empty
    at: float
    status: int | None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class World:
    """Everything GitHub knows; `now` gives seconds since 1970."""

    def __init__(self, seed: Seed, now: Callable[[], float]) -> None:
        self.now, self.url = now, ""
        self.calls: list[Call] = []
        self.accounts: dict[str, Account] = {}
        self.repositories: dict[int, Repository] = {}
        self.former_names: dict[str, int] = {}
        self.installations: dict[int, Installation] = {}
        self.networks: list[str] = ["192.30.252.0/22", "185.199.108.0/22", "140.82.112.0/20"]
        self.version = 0
        self.pulse = asyncio.Event()
        self._ids = count(1_000_001)
        self.organization = self.add_account(seed.organization, kind="Organization")
        self.robot = self.add_account(seed.robot)
        self.owners = {seed.robot, *seed.owners}
        self.app_bot = self.add_account(f"{APP_SLUG}[bot]", kind="Bot")
        for login in seed.people:
            self.add_account(login)
        self.teams = {slug: list(logins) for slug, logins in seed.teams}
        for planted in seed.repositories:
            self._plant(planted)
        installed = {self.repository(one.full_name).id for one in seed.repositories if one.is_installed}
        self.install(self.organization, installed)

    def _plant(self, planted: SeedRepository) -> None:
        owner, name = planted.full_name.split("/")
        account = self.accounts.get(owner) or self.add_account(owner)
        self.add_repository(account, name, is_private=planted.is_private).roles.update(planted.roles)

    def add_account(self, login: str, *, kind: Any = "User") -> Account:
        """A new person, organisation or bot."""
        self.accounts[login] = Account(self.next_id(), login, kind, self.now())
        return self.accounts[login]

    def add_repository(self, owner: Account, name: str, *, is_private: bool) -> Repository:
        """A new repository with one commit and GitHub's first labels."""
        at = self.now()
        new = Repository(self.next_id(), owner, name, is_private, at, at, at, {owner.login: "admin"})
        new.heads["main"] = FIRST_COMMIT
        new.labels = {name: Label(self.next_id(), name, color) for name, color in FIRST_LABELS}
        self.repositories[new.id] = new
        return new

    def install(self, account: Account, repository_ids: set[int]) -> Installation:
        """Give the App these repositories of an account."""
        new = Installation(self.next_id(), account, repository_ids, dict(APP_PERMISSIONS), self.now())
        self.installations[new.id] = new
        return new

    def changed(self) -> None:
        """Wake everyone who waits for a change."""
        self.version += 1
        self.pulse.set()
        self.pulse = asyncio.Event()

    def next_id(self) -> int:
        """An id that nothing else has."""
        return next(self._ids)

    def number_from(self, first: int) -> None:
        """Let the next id be this one: what is continued must not give out an id twice."""
        self._ids = count(first)

    def next_sha(self) -> str:
        """A commit's name that no other commit has."""
        return hashlib.sha1(str(self.next_id()).encode(), usedforsecurity=False).hexdigest()

    def find_repository(self, full_name: str) -> Repository | None:
        """By today's name, in any case."""
        wanted = full_name.lower()
        return next((one for one in self.repositories.values() if one.full_name.lower() == wanted), None)

    def find_moved(self, full_name: str) -> Repository | None:
        """By a name it once had."""
        return self.repositories.get(self.former_names.get(full_name.lower(), 0))

    def find_installation(self, repository: Repository) -> Installation | None:
        """The App's installation that was given this repository."""
        holders = (one for one in self.installations.values() if repository.id in one.repository_ids)
        return next(holders, None)

    def account(self, login: str) -> Account:
        """Somebody who is there.

        Raises:
            PersonError: nobody has that login.
        """
        if login not in self.accounts:
            raise PersonError(f"nobody is called {login}")
        return self.accounts[login]

    def repository(self, full_name: str) -> Repository:
        """A repository by its name of today.

        Raises:
            PersonError: there is none.
        """
        found = self.find_repository(full_name)
        if found is None:
            raise PersonError(f"there is no repository {full_name}")
        return found

    def issue(self, repository: Repository, number: int) -> Issue:
        """An issue or pull.

        Raises:
            PersonError: there is none.
        """
        found = repository.issues.get(number)
        if found is None:
            raise PersonError(f"there is no {repository.full_name}#{number}")
        return found

    def comments(self, *, containing: str = "") -> list[Comment]:
        """Every comment anywhere with this text in it, oldest first."""
        everywhere = (issue for repository in self.repositories.values() for issue in repository.present)
        return [one for issue in everywhere for one in issue.comments.values() if containing in one.body]
