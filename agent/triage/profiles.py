"""The teams as triage may know them."""

from functools import lru_cache

from agent.desk import Desk
from agent.triage.schema import TeamProfile
from storage import people
from storage.people import Ownership


async def profiles(desk: Desk, *, channel_id: str | None = None) -> list[TeamProfile]:
    """All teams; the one whose own channel this is is marked as at home."""
    return [
        _profile(team, is_home=team.channel_id is not None and team.channel_id == channel_id)
        for team in await people.ownerships(desk.tx)
    ]


@lru_cache(maxsize=1024)
def _profile(team: Ownership, *, is_home: bool) -> TeamProfile:
    return TeamProfile(
        name=team.name,
        description=team.description,
        keywords=team.keywords,
        components=team.components,
        is_home=is_home,
    )
