"""GitHub's two limits: calls in an hour, and how fast things may be written."""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.github.faults import SECONDARY
from bot.sandbox.github.records import Payload
from bot.sandbox.github.refusals import ApiError

WINDOW = 3600  # seconds
WRITES_A_MINUTE = 80
SEARCHES = {"/search/issues": "search", "/search/code": "code_search"}


@dataclass
class Window:
    """What one caller has used of its hour."""

    resets_at: float
    used: int = 0


class Limits:
    """Counts calls per caller. `per_hour` may be lowered; `enforces_pace` turns on the limit on writing."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.per_hour = 5000
        self.enforces_pace = False
        self._now = now
        self._windows: dict[str, Window] = {}
        self._writes: dict[str, deque[float]] = defaultdict(deque)

    def window(self, caller: str) -> Window:
        """The caller's hour, a fresh one when the last is over."""
        found = self._windows.get(caller)
        if found is None or found.resets_at <= self._now():
            found = self._windows[caller] = Window(self._now() + WINDOW)
        return found

    def count(self, caller: str, *, writes: bool) -> None:
        """Count a call.

        Raises:
            ApiError: 403, because the hour is used up or writing goes too fast.
        """
        window = self.window(caller)
        if window.used >= self.per_hour:
            raise ApiError(403, f"API rate limit exceeded for {caller or 'your address'}.")
        window.used += 1
        if writes and self.enforces_pace:
            self._pace(caller)

    def _pace(self, caller: str) -> None:
        recent, now = self._writes[caller], self._now()
        while recent and recent[0] <= now - 60:
            recent.popleft()
        if len(recent) >= WRITES_A_MINUTE:
            raise ApiError(403, SECONDARY, headers={"retry-after": "60"})
        recent.append(now)

    def give_back(self, caller: str) -> None:
        """Do not count a call after all, as for 304."""
        self.window(caller).used -= 1

    def headers(self, caller: str, path: str) -> dict[str, str]:
        """What each answer says of it; searches have limits of their own, which the sandbox does not count."""
        resource = SEARCHES.get(path, "core")
        told = self.figures(caller) if resource == "core" else {"limit": 30, "remaining": 29, "used": 1}
        figures = {f"x-ratelimit-{name}": str(figure) for name, figure in told.items()}
        return figures | {"x-ratelimit-resource": resource}

    def figures(self, caller: str) -> Payload:
        """The same as `/rate_limit` tells it."""
        window = self.window(caller)
        left = max(0, self.per_hour - window.used)
        return {"limit": self.per_hour, "remaining": left, "used": window.used, "reset": int(window.resets_at)}
