"""Who is calling: a personal token, the App by its JWT, an installation by its token, or nobody."""

import json
from base64 import urlsafe_b64decode
from binascii import Error as BadBase64
from dataclasses import dataclass, field
from functools import cache
from secrets import token_hex
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from bot.sandbox.github.records import Account, Installation, Repository
from bot.sandbox.github.refusals import ApiError
from bot.sandbox.github.seed import APP_ID
from bot.sandbox.github.world import World

TOKEN_LASTS = 3600  # seconds
JWT_LASTS = 600
CLOCK_SKEW = 60
ROBOT_KEY = "ghp_sandbox000000000000000000000000000001"


@dataclass(frozen=True)
class Caller:
    """Whoever makes a request. An installation token may be for some repositories and permissions only."""

    kind: Literal["user", "app", "installation", "nobody"]
    name: str = ""
    account: Account | None = None
    installation: Installation | None = None
    permissions: dict[str, str] = field(default_factory=dict)
    repository_ids: frozenset[int] | None = None

    def holds(self, where: Repository) -> bool:
        """Whether this installation token is for that repository."""
        one = self.installation
        if one is None or where.id not in one.repository_ids:
            return False
        return self.repository_ids is None or where.id in self.repository_ids


@dataclass(frozen=True)
class InstallationToken:
    """A token given out for an installation."""

    installation_id: int
    expires_at: float
    permissions: dict[str, str] | None
    repository_ids: frozenset[int] | None


@cache
def app_key() -> rsa.RSAPrivateKey:
    """The App's key, one for the life of the process."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def app_pem() -> str:
    """The key as GitHub hands it out."""
    form, plain = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    return app_key().private_bytes(serialization.Encoding.PEM, form, plain).decode()


class Keyring:
    """The tokens that open this GitHub."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.tokens: dict[str, InstallationToken] = {}
        self.personal: dict[str, Account] = {ROBOT_KEY: world.robot}

    def issue(
        self,
        installation: Installation,
        *,
        permissions: dict[str, str] | None,
        repository_ids: frozenset[int] | None,
    ) -> tuple[str, InstallationToken]:
        """A new token for an installation, good for an hour."""
        token = f"ghs_{token_hex(18)}"
        expires_at = self._world.now() + TOKEN_LASTS
        self.tokens[token] = InstallationToken(installation.id, expires_at, permissions, repository_ids)
        return token, self.tokens[token]

    def caller(self, authorization: str) -> Caller:
        """Who sends this header.

        Raises:
            ApiError: 401 for a key that is wrong, expired or revoked; 403 for a suspended installation.
        """
        if not authorization:
            return Caller("nobody")
        key = authorization.partition(" ")[2].strip()
        if key in self.personal:
            who = self.personal[key]
            return Caller("user", who.login, who)
        if key in self.tokens:
            return self._installation(self.tokens[key])
        if key.count(".") == 2:
            self._check_jwt(key)
            return Caller("app", "app", self._world.app_bot)
        raise ApiError(401, "Bad credentials")

    def _installation(self, token: InstallationToken) -> Caller:
        one = self._world.installations.get(token.installation_id)
        if one is None or token.expires_at <= self._world.now():
            raise ApiError(401, "Bad credentials")
        if one.suspended_at is not None:
            raise ApiError(403, "This installation has been suspended")
        granted = one.permissions if token.permissions is None else _at_most(token.permissions, one.permissions)
        bot = self._world.app_bot
        return Caller("installation", bot.login, bot, one, granted, token.repository_ids)

    def _check_jwt(self, jwt: str) -> None:
        signed, _, signature = jwt.rpartition(".")
        header, _, claims = signed.partition(".")
        try:
            app_key().public_key().verify(_decoded(signature), signed.encode(), padding.PKCS1v15(), SHA256())
            is_rs256 = json.loads(_decoded(header))["alg"] == "RS256"
            told = json.loads(_decoded(claims))
        except (InvalidSignature, BadBase64, ValueError, KeyError):
            raise ApiError(401, "A JSON web token could not be decoded") from None
        if not is_rs256:
            raise ApiError(401, "A JSON web token could not be decoded")
        self._check_claims(told)

    def _check_claims(self, claims: dict[str, Any]) -> None:
        now = self._world.now()
        if str(claims.get("iss")) != str(APP_ID):
            raise ApiError(401, "Integration not found")
        if claims.get("iat", now) > now + CLOCK_SKEW:
            raise ApiError(401, "'Issued at' claim ('iat') must be an Integer representing the time of issuance")
        if not now < claims.get("exp", 0) <= now + JWT_LASTS + CLOCK_SKEW:
            raise ApiError(401, "'Expiration time' claim ('exp') is too far in the future or in the past")


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _at_most(wanted: dict[str, str], granted: dict[str, str]) -> dict[str, str]:
    allowed = {name: level for name, level in wanted.items() if name in granted}
    return allowed | {"metadata": "read"}
