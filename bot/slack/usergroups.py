"""Who is in a group of Slack's, and what it is called."""

from bot.slack.client import Client, answer
from storage.columns import storable

SCOPE = "usergroups:read"


async def usergroup_members(client: Client, usergroup_id: str) -> list[str]:
    """The Slack ids of those in a group.

    Raises:
        CallFailed: Slack did not answer, knows no such group, or the scope is missing.
    """
    return [str(user) for user in (await answer(client.usergroups_users_list(usergroup=usergroup_id))).get("users", [])]


async def usergroup_handles(client: Client) -> dict[str, str]:
    """Id -> how people write it, `@oncall`.

    Raises:
        CallFailed: Slack did not answer, or the scope is missing.
    """
    listed = (await answer(client.usergroups_list())).get("usergroups", [])
    return {str(group["id"]): f"@{storable(str(group.get('handle') or group['id']))}" for group in listed}
