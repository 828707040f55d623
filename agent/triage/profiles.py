"""The teams as triage may know them."""

from functools import lru_cache

from agent.channels import settings as channels
from agent.desk import Desk
from agent.triage.schema import TeamProfile
from storage import ownership, people
from storage.people import Profile

Words = tuple[str, ...]


async def profiles(desk: Desk, *, channel_id: str | None = None) -> list[TeamProfile]:
    """All teams; the one that is named for this channel, or else whose own it is, is marked as at home."""
    named = await channels.team_of(desk, channel_id) if channel_id else None
    words: dict[tuple[int | None, str], Words] = {}
    for rule in await ownership.spoken(desk.tx):
        about = (rule.team_id, rule.kind)
        words[about] = (*words.get(about, ()), rule.pattern)
    return [
        _profile(
            team,
            words.get((team.id, "keyword"), ()),
            words.get((team.id, "component"), ()),
            is_home=team.id == named.id if named else team.channel_id == channel_id is not None,
        )
        for team in await people.profiles(desk.tx)
    ]


@lru_cache(maxsize=1024)  # most teams are as they were at the last report
def _profile(team: Profile, keywords: Words, components: Words, *, is_home: bool) -> TeamProfile:
    return TeamProfile(
        name=team.name, description=team.description, keywords=keywords, components=components, is_home=is_home
    )
