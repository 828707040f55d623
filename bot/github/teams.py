"""Who is in a team of an organisation."""

from urllib.parse import quote

from bot.github.call import Call
from bot.github.client import PAGE, GitHubClient
from bot.github.failures import CallFailed
from bot.github.payload import need_text


async def team_members(github: GitHubClient, team: str, *, installation_id: int | None) -> list[str]:
    """The logins of a team's members, those of its child teams included.

    Args:
        team: as people write it, `acme/platform`.

    Raises:
        CallFailed: GitHub did not answer, or not with a list, or there is no such team that we may see.
    """
    org, _, slug = team.partition("/")
    url = f"/orgs/{quote(org, safe='')}/teams/{quote(slug, safe='')}/members"
    logins: list[str] = []
    page = 1
    while True:
        listed = await github.ask(Call("GET", url, installation_id, {"per_page": str(PAGE), "page": str(page)}))
        if not isinstance(listed, list):  # that is no team without members
            raise CallFailed("no list of members")
        logins += [need_text(one, "login") for one in listed]
        if len(listed) < PAGE:
            return logins
        page += 1
