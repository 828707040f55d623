"""Who we are on GitHub: a personal token, or the App in the installation that a repository belongs to."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from githubkit import GitHub
from githubkit.auth import AppAuthStrategy

from bot.github.failures import CallFailed, failures
from bot.github.payload import moment, need_text

SPARE = timedelta(minutes=1)  # a token is not used in its last minute
NOBODY = "GITHUB_TOKEN, or GITHUB_APP_ID with GITHUB_PRIVATE_KEY, is not set"


@dataclass(frozen=True)
class _Token:
    value: str
    until: datetime


class Tokens:
    """Tokens of the App's installations: one exchange at a time for each, however many ask."""

    def __init__(
        self,
        personal: str | None,
        app: GitHub[AppAuthStrategy] | None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._personal, self._app, self._clock = personal, app, clock
        self._tokens: dict[int, _Token] = {}
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def header(self, installation_id: int | None) -> dict[str, str]:
        """The header that says who asks.

        Raises:
            CallFailed: there is nobody to act as, or GitHub gives no token.
        """
        if self._app and installation_id:
            return {"Authorization": f"Bearer {await self._of(installation_id, self._app)}"}
        if self._personal:
            return {"Authorization": f"Bearer {self._personal}"}
        raise CallFailed(NOBODY, is_final=True)

    def forget(self, installation_id: int | None) -> bool:
        """GitHub refuses the token; True when another one can be had."""
        return installation_id is not None and self._tokens.pop(installation_id, None) is not None

    async def _of(self, installation_id: int, app: GitHub[AppAuthStrategy]) -> str:
        async with self._turns[installation_id]:
            known = self._tokens.get(installation_id)
            if known is None or known.until - SPARE <= self._clock():
                known = self._tokens[installation_id] = await _exchange(installation_id, app, now=self._clock())
            return known.value


async def _exchange(installation_id: int, app: GitHub[AppAuthStrategy], *, now: datetime) -> _Token:
    with failures():
        answer = (await app.arequest("POST", f"/app/installations/{installation_id}/access_tokens")).json()
    return _Token(need_text(answer, "token"), moment(answer, "expires_at") or now + timedelta(minutes=30))
