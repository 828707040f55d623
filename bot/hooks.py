"""What GitHub tells of a hook itself."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PingEvent:
    """GitHub tries a hook: which one, and what it is subscribed to."""

    hook_id: int | None
    events: tuple[str, ...]
