"""Secrets of single hooks, encrypted: which repository or organisation each one speaks for, and until when."""

from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import BigInteger
from sqlmodel import Field, col, or_, select

from storage.columns import Row, UtcTime
from storage.database import Tx


class WebhookSecret(Row, table=True):
    """`scope` is repo:OWNER/NAME or org:LOGIN as it was named; the repository's id holds when its name changes."""

    __tablename__ = "webhook_secrets"

    scope: str = Field(index=True)
    github_id: int | None = Field(default=None, sa_type=BigInteger)
    hook_key: str  # the last part of the hook's own address
    hook_id: int | None = Field(default=None, sa_type=BigInteger)
    sealed: str
    created_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcTime)  # set when it is rotated out or retired


class Vault:
    """Seals and opens secrets: the first key seals, every key opens."""

    def __init__(self, keys: list[str]) -> None:
        self._keys = MultiFernet([Fernet(key) for key in keys])

    def seal(self, secret: str) -> str:
        return self._keys.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> bytes | None:
        """The secret; None when none of the keys is the one it was sealed with."""
        try:
            return self._keys.decrypt(sealed.encode())
        except InvalidToken:
            return None


async def valid(tx: Tx, *, now: datetime) -> list[WebhookSecret]:
    """Those that count at a moment, newest first."""
    is_valid = or_(col(WebhookSecret.expires_at).is_(None), col(WebhookSecret.expires_at) > now)
    return list(await tx.exec(select(WebhookSecret).where(is_valid).order_by(col(WebhookSecret.id).desc())))


async def of_scope(tx: Tx, scope: str, *, now: datetime) -> list[WebhookSecret]:
    """Those of one repository or organisation that count at a moment, newest first."""
    return [secret for secret in await valid(tx, now=now) if secret.scope == scope]


async def everything(tx: Tx) -> list[WebhookSecret]:
    """All of them, the ended ones too, newest first."""
    return list(await tx.exec(select(WebhookSecret).order_by(col(WebhookSecret.id).desc())))


async def by_id(tx: Tx, secret_id: int) -> WebhookSecret | None:
    return (await tx.exec(select(WebhookSecret).where(WebhookSecret.id == secret_id))).first()


async def pin(tx: Tx, scope: str, github_id: int) -> None:
    """From now on the secrets of this scope speak for this repository, whatever its name will be."""
    for secret in await tx.exec(select(WebhookSecret).where(WebhookSecret.scope == scope)):
        secret.github_id = secret.github_id or github_id
