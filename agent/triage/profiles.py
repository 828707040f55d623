"""The teams as triage may know them."""

from agent.desk import Desk
from agent.triage.schema import TeamProfile
from storage import people


async def profiles(desk: Desk, *, channel_id: str | None = None) -> list[TeamProfile]:
    """All teams; the one whose own channel this is is marked as at home."""
    return [
        TeamProfile(
            name=team.name,
            description=team.description,
            keywords=tuple(team.keywords),
            components=tuple(team.components),
            is_home=team.channel_id is not None and team.channel_id == channel_id,
        )
        for team in await people.ownerships(desk.tx)
    ]
