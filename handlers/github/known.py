"""What the door has to know, at most two seconds old: valid secrets, GitHub's networks, and who we are there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.clients import Network, parse_networks
from bot.github import facts
from bot.redact import OWN
from bot.settings import Settings, named_networks
from storage import webhook_secrets, workspace
from storage.database import Database, StorageError
from storage.webhook_secrets import Vault, WebhookSecret

log = structlog.get_logger()

FRESH_SECONDS = 2.0  # a new secret counts, and an old one stops to, within 5 s in every process


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A secret that may have signed; `record` None: a global one."""

    secret: bytes
    record: WebhookSecret | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A look at the database and the settings."""

    at: datetime
    workspace_id: str
    candidates: tuple[Candidate, ...]
    networks: tuple[Network, ...]
    own_login: str


class Known:
    """Looks again when it has not looked for a while."""

    def __init__(self, db: Database, settings: Settings, *, clock: Callable[[], datetime]) -> None:
        self.db = db
        self.settings = settings
        self.clock = clock
        self._facts: Facts | None = None

    async def present(self) -> Facts:
        """The present state of things, or the last one that was seen while the database is away.

        Raises:
            StorageError: the database does not answer, and never has.
        """
        now = self.clock()
        if self._facts is None:
            self._facts = await self._look(now)
        elif abs((now - self._facts.at).total_seconds()) >= FRESH_SECONDS:
            try:
                self._facts = await self._look(now)
            except StorageError as error:
                log.error("known facts are not renewed", error=str(error)[:200])
                self._facts = replace(self._facts, at=now)
        return self._facts

    async def anew(self) -> Facts:
        """The state of things at this moment: a secret may have been made since the last look.

        Raises:
            StorageError: the database does not answer.
        """
        self._facts = await self._look(self.clock())
        return self._facts

    @property
    def keeps_secrets(self) -> bool:
        """Whether hooks may have secrets of their own."""
        return bool(self.settings.vault_keys)

    async def _look(self, now: datetime) -> Facts:
        async with self.db.read() as tx:
            stored = await webhook_secrets.valid(tx, now=now)
            ranges = await facts.ranges(tx)
            login = await facts.login(tx)
            workspace_id = await workspace.current(tx)
        return Facts(
            at=now,
            workspace_id=workspace_id,
            candidates=(*(Candidate(secret=secret) for secret in self.settings.webhook_secrets), *self._open(stored)),
            networks=self._networks(ranges),
            own_login=login,
        )

    def _open(self, stored: list[WebhookSecret]) -> list[Candidate]:
        if not self.keeps_secrets:
            return []
        vault = Vault(self.settings.vault_keys)
        opened = [(record, vault.open(record.sealed)) for record in stored]
        OWN.learn(secret.decode(errors="ignore") for _, secret in opened if secret)
        return [Candidate(secret=secret, record=record) for record, secret in opened if secret]

    def _networks(self, ranges: list[str] | None) -> tuple[Network, ...]:
        named = parse_networks(named_networks(self.settings.webhook_networks))
        if not self.settings.knows_github_by_network:
            return named
        if ranges is None and self._facts is None and self.settings.hears_github:
            log.warning("GitHub's networks are not known yet: it has the rate of everybody else")
        return (*named, *parse_networks(ranges or ()))
